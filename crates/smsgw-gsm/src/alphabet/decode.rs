//! From septets to text.

use alloc::string::String;

use super::stage::{SIZE, Stage};
use super::table::{BLOCK, Utf8, are_same_in_ascii, leading_same_in_ascii};
use super::{ESCAPE, Tables, national};

/// Appends the text of the first `count` of a block, in little time if all mean the same in ASCII.
#[inline]
pub(super) fn append_short(tables: Tables, septets: [u8; BLOCK], count: usize, text: &mut String) {
    let is_latin = national::locking(tables.locking).is_latin();
    if is_latin && leading_same_in_ascii(septets) >= count {
        // All of them, as this is quicker with a length that the compiler knows.
        let ascii = str::from_utf8(&septets).unwrap_or_default();
        push(ascii.get(..count).unwrap_or_default(), text);
    } else {
        append(tables, septets.get(..count).unwrap_or_default(), text);
    }
}

/// Appends the text of septets, one an octet.
pub(super) fn append(tables: Tables, septets: &[u8], text: &mut String) {
    let locking = national::locking(tables.locking);
    let single = national::single(tables.single);
    let mut octets = [0; SIZE];
    let mut stage = Stage::new(&mut octets);
    let mut rest = septets;
    while !rest.is_empty() {
        if stage.is_full() {
            push(utf_8(stage.take()), text);
        }
        match rest.first_chunk() {
            Some(block) if locking.is_latin() && are_same_in_ascii(block) => {
                stage.copy(block);
                rest = rest.get(BLOCK..).unwrap_or_default();
            }
            Some(block) if are_plain(block) => {
                for code in block {
                    let shown = locking.shown(*code);
                    stage.put(shown.octets(), shown.len());
                }
                rest = rest.get(BLOCK..).unwrap_or_default();
            }
            _ => {
                let mut codes = rest.iter();
                for _ in 0..BLOCK {
                    let shown = match codes.next() {
                        Some(&ESCAPE) => match codes.next() {
                            Some(code) => match single.shown(*code) {
                                Utf8::NONE => locking.shown(*code),
                                shown => shown,
                            },
                            None => break,
                        },
                        Some(code) => locking.shown(*code),
                        None => break,
                    };
                    stage.put(shown.octets(), shown.len());
                }
                rest = codes.as_slice();
            }
        }
    }
    push(utf_8(stage.take()), text);
}

/// Always all of it: there is nothing else on a stage.
fn utf_8(octets: &[u8]) -> &str {
    str::from_utf8(octets).unwrap_or_default()
}

fn push(part: &str, text: &mut String) {
    if text.capacity() == 0 {
        // Takes memory with less ado than growing does.
        *text = String::from(part);
    } else {
        text.push_str(part);
    }
}

/// Whether all are septets and none is an escape.
// By itself the compiler makes vector code of it, but not within the loops above.
#[inline(never)]
fn are_plain(block: &[u8; BLOCK]) -> bool {
    let plain = block.iter().map(|code| (*code <= 0x7F) & (*code != ESCAPE));
    plain.fold(true, |all, is_plain| all & is_plain)
}
