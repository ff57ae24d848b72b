//! From text to septets.

use alloc::vec::Vec;

use super::stage::{SIZE, Stage};
use super::table::{BLOCK, are_same_in_ascii};
use super::{ESCAPE, Tables, national};
use crate::error::EncodeError;

/// Appends the septets of `text`, one an octet; a part of them before an error.
pub(super) fn append(tables: Tables, text: &str, septets: &mut Vec<u8>) -> Result<(), EncodeError> {
    let locking = national::locking(tables.locking);
    let single = national::single(tables.single);
    let mut octets = [0; SIZE];
    let mut stage = Stage::new(&mut octets);
    let mut rest = text;
    while !rest.is_empty() {
        if stage.is_full() {
            septets.extend_from_slice(stage.take());
        }
        match rest.as_bytes().first_chunk() {
            Some(block) if locking.is_latin() && are_same_in_ascii(block) => {
                stage.copy(block);
                rest = rest.get(BLOCK..).unwrap_or_default();
            }
            _ => {
                let mut characters = rest.chars();
                for _ in 0..BLOCK {
                    let Some(character) = characters.next() else {
                        break;
                    };
                    if let Some(code) = locking.code(character) {
                        stage.put([code], 1);
                    } else if let Some(code) = single.code(character) {
                        stage.put([ESCAPE, code], 2);
                    } else {
                        let after = characters.as_str().len() + character.len_utf8();
                        let index = text.len() - after;
                        return Err(EncodeError { character, index });
                    }
                }
                rest = characters.as_str();
            }
        }
    }
    septets.extend_from_slice(stage.take());
    Ok(())
}
