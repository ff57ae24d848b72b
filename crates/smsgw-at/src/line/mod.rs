//! From octets to what a modem says: [`LineReader`] makes [`Event`]s.
//!
//! The reader has to be told what was sent ([`InFlight`]), as the same line is an answer to one
//! command and news to another. These are its rules:
//!
//! | what is said | what it is |
//! |---|---|
//! | a line that is the command in flight, or begins as commands do | [`Event::Echo`] |
//! | a whole line such as `OK`, `ERROR`, `+CMS ERROR: 38`, a digit of `ATV0`, while something is in flight | [`Event::Final`]; `NO CARRIER` and its like only after `ATD`, `ATA`, `ATO`, `+CGDATA` |
//! | `+WORD: ...` with a word of the command's own | [`Event::Line`], unless it is written as only news are: `+CREG: 1,"00C3","0E4B"` |
//! | `+WORD: ...` with another word that [`urc`](crate::urc) knows | [`Event::Urc`] |
//! | `+WORD: ...` with another word that nobody knows | [`Event::Urc`] if the command is one of the standards, whose answers are known to begin with their own words; [`Event::Line`] if it is a vendor's, `ATI` or `AT&V` |
//! | `RING`, `RDY`, `Call Ready` and other whole lines of the table | [`Event::Urc`] |
//! | any other line while something is in flight | [`Event::Line`] |
//! | any line while nothing is | [`Event::Urc`], `OK` and `+CMGS: 12` too: a result that comes late is not lost |
//! | `>` at the start of a line after `+CMGS=`, `+CMGW`, `+CNMA=1,` | [`Event::Prompt`], once |
//! | the next line after a header of `+CMT`, `+CBM`, `+CMGR`, `+CMGL` in text mode | its text, whatever it looks like |
//! | the next line of hexadecimal digits after `+CMT`, `+CDS`, `+CBM` in PDU mode | its PDU; empty lines and known news may stand in between, anything else ends the wait |
//! | line breaks in the string of a `+CUSD` | part of it |
//! | what cannot be any of it | [`Event::Junk`] |
//!
//! A late `+CMGS: 12` is news while another command is in flight, and so is the `OK` behind it. Lines
//! end with CR LF, CR CR LF, CR or LF, and need no empty line before them.

mod event;
mod finals;
mod flight;
mod judge;
mod position;
mod reader;
mod ussd;

pub use event::{Data, Event, InFlight, Urc};
pub use reader::LineReader;
