//! `+CMGD`: a message is no longer needed (27.005 §3.5.4).

use crate::command::{command, find, push};
use crate::field::Ranges;

/// `+CMGD=`: deletes a message of the first store (27.005 §3.5.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[doc(alias = "CMGD")]
pub struct DeleteMessage {
    /// Which place; does not matter with a flag other than [`DeleteFlag::Index`].
    pub index: u16,
    /// `None` leaves it out: not every modem has it.
    pub flag: Option<DeleteFlag>,
}

impl DeleteMessage {
    /// The message at this place, whatever the modem.
    #[must_use]
    pub const fn at(index: u16) -> Self {
        Self { index, flag: None }
    }
}

/// Which messages are deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DeleteFlag {
    /// The one at the place given.
    Index,
    /// All that were read.
    Read,
    /// Those too that were sent.
    ReadAndSent,
    /// Those too that wait to be sent.
    ReadSentAndUnsent,
    /// All. Messages that nobody has seen are gone.
    All,
}

command! {
    DeleteMessage -> (), 10 s;
    write(self, line) {
        push(line, format_args!("AT+CMGD={}", self.index));
        line.push_str(match self.flag {
            None => "",
            Some(DeleteFlag::Index) => ",0",
            Some(DeleteFlag::Read) => ",1",
            Some(DeleteFlag::ReadAndSent) => ",2",
            Some(DeleteFlag::ReadSentAndUnsent) => ",3",
            Some(DeleteFlag::All) => ",4",
        });
    }
    read(_) { Ok(()) }
}

/// `+CMGD=?`: which messages there are to delete (27.005 §3.5.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TestDeleteMessage;

/// What `+CMGD=?` says.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Deletable {
    /// The places that have a message; some modems say all of their places.
    pub index: Ranges,
    /// The flags that may be sent; none when the modem knows no flags.
    pub flag: Ranges,
}

command! {
    TestDeleteMessage -> Deletable, 10 s;
    write(self, line) { line.push_str("AT+CMGD=?"); }
    read(lines) {
        let mut fields = find(lines, "+CMGD", "index")?;
        let index = match fields.rest() {
            Some(_) => fields.ranges("index")?,
            None => Ranges::NONE,
        };
        let flag = match fields.rest() {
            Some(_) => fields.ranges("delflag")?,
            None => Ranges::NONE,
        };
        Ok(Deletable { index, flag })
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::*;
    use crate::command::Command;

    #[test]
    fn lines_as_sent() {
        assert_eq!(DeleteMessage::at(0).line(), "AT+CMGD=0");
        let all = DeleteMessage {
            index: 1,
            flag: Some(DeleteFlag::All),
        };
        assert_eq!(all.line(), "AT+CMGD=1,4");
    }

    #[test]
    fn places_and_flags() {
        let read = |line: &str| {
            let deletable = TestDeleteMessage.read(&[line.into()]).unwrap();
            (deletable.index.to_string(), deletable.flag.to_string())
        };
        assert_eq!(
            read("+CMGD: (1,2,3,7),(0-4)"),
            ("(1-3,7)".into(), "(0-4)".into())
        );
        assert_eq!(read("+CMGD: (0-254)"), ("(0-254)".into(), "()".into()));
        assert_eq!(read("+CMGD: (),(0-4)"), ("()".into(), "(0-4)".into()));
        assert_eq!(read("+CMGD:"), ("()".into(), "()".into()));
    }
}
