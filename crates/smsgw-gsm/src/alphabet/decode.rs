//! From septets to text.

use alloc::string::String;

use super::stage::{SIZE, Stage};
use super::table::{BLOCK, Utf8, are_same_in_ascii};
use super::{ESCAPE, Tables, national};

/// Appends the text of septets, one an octet.
pub(super) fn append(tables: Tables, septets: &[u8], text: &mut String) {
    let locking = national::locking(tables.locking);
    let single = national::single(tables.single);
    let mut octets = [0; SIZE];
    let mut stage = Stage::new(&mut octets);
    let mut rest = septets;
    while !rest.is_empty() {
        if stage.is_full() {
            push(stage.take(), text);
        }
        match rest.first_chunk() {
            Some(block) if locking.is_latin() && are_same_in_ascii(block) => {
                stage.copy(block);
                rest = rest.get(BLOCK..).unwrap_or_default();
            }
            _ => {
                let block = rest.get(..BLOCK).unwrap_or(rest);
                let plain = block.iter().position(|septet| *septet == ESCAPE);
                let (plain, after) = rest.split_at(plain.unwrap_or(block.len()));
                for code in plain {
                    put(locking.shown(*code), &mut stage);
                }
                rest = match after {
                    [ESCAPE, code, after @ ..] => {
                        let shown = match single.shown(*code) {
                            Utf8::NONE => locking.shown(*code),
                            extended => extended,
                        };
                        put(shown, &mut stage);
                        after
                    }
                    [ESCAPE] => &[],
                    _ => after,
                };
            }
        }
    }
    push(stage.take(), text);
}

#[inline]
fn put(shown: Utf8, stage: &mut Stage) {
    stage.put(shown.octets(), shown.len());
}

fn push(utf_8: &[u8], text: &mut String) {
    // Always `Ok`.
    text.extend(str::from_utf8(utf_8));
}
