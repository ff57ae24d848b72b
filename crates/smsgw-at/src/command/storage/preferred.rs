//! `+CPMS`: which stores are used, and how full they are (27.005 §3.2.2).

use alloc::vec::Vec;
use core::fmt;

use crate::charset;
use crate::command::{command, find, push};
use crate::error::{AnswerError, AnswerErrorKind};
use crate::field::{Fields, Form};

/// A store of messages, by its name of two characters.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[doc(alias = "mem")]
pub struct Store([u8; 2]);

impl Store {
    /// `SM`: the SIM.
    pub const SM: Self = Self(*b"SM");
    /// `ME`: the modem itself.
    pub const ME: Self = Self(*b"ME");
    /// `MT`: all of the modem's stores.
    pub const MT: Self = Self(*b"MT");
    /// `SR`: status reports.
    pub const SR: Self = Self(*b"SR");
    /// `BM`: cell broadcast.
    pub const BM: Self = Self(*b"BM");
    /// `TA`: the terminal adapter.
    pub const TA: Self = Self(*b"TA");

    /// The store of this name, in letters of either case; `None` unless it is two letters or
    /// digits. Names in the hexadecimal digits of `UCS2` or `HEX` are read too.
    ///
    /// ```
    /// use smsgw_at::command::storage::Store;
    ///
    /// assert_eq!(Store::from_name("sm"), Some(Store::SM));
    /// assert_eq!(Store::from_name("0053004D"), Some(Store::SM));
    /// assert_eq!(Store::from_name("SIM"), None);
    /// ```
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        let name = charset::plain(name);
        let name = <[u8; 2]>::try_from(name.as_bytes()).ok()?;
        let name = name.map(|octet| octet.to_ascii_uppercase());
        name.iter()
            .all(u8::is_ascii_alphanumeric)
            .then_some(Self(name))
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        // They were checked to be letters and digits.
        str::from_utf8(&self.0).unwrap_or_default()
    }
}

/// The name.
impl fmt::Display for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// `+CPMS=`: the stores to be used from now on (27.005 §3.2.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[doc(alias = "CPMS")]
pub struct SetPreferredStorage {
    /// From which messages are listed, read and deleted.
    pub mem1: Store,
    /// To which messages are written, and from which they are sent; `None` to leave it.
    pub mem2: Option<Store>,
    /// To which what arrives is stored; `None` to leave it. Some modems have none, and refuse it.
    /// Without `mem2` it is not sent.
    pub mem3: Option<Store>,
}

command! {
    SetPreferredStorage -> StorageUse, 10 s;
    write(self, line) {
        push(line, format_args!("AT+CPMS=\"{}\"", self.mem1));
        for store in [self.mem2, self.mem2.and(self.mem3)].into_iter().flatten() {
            push(line, format_args!(",\"{store}\""));
        }
    }
    read(lines) {
        let mut usage = StorageUse::read(find(lines, "+CPMS", "used1")?)?;
        let stores = [Some(self.mem1), self.mem2, self.mem2.and(self.mem3)];
        for (usage, store) in usage.0.iter_mut().zip(stores) {
            usage.store = usage.store.or(store);
        }
        Ok(usage)
    }
}

/// `+CPMS?`: the stores that are used (27.005 §3.2.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadPreferredStorage;

command! {
    ReadPreferredStorage -> StorageUse, 10 s;
    write(self, line) { line.push_str("AT+CPMS?"); }
    read(lines) { StorageUse::read(find(lines, "+CPMS", "mem1")?) }
}

/// How full the stores are: one to three, in the order of `+CPMS`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StorageUse(Vec<StoreUse>);

/// How full a store is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct StoreUse {
    /// Which; `None` when the modem did not say.
    pub store: Option<Store>,
    /// Messages in it.
    pub used: u16,
    /// Messages it has room for.
    pub total: u16,
}

impl StoreUse {
    /// Messages that it has room for now.
    #[must_use]
    pub const fn free(&self) -> u16 {
        self.total.saturating_sub(self.used)
    }
}

impl StorageUse {
    /// From which messages are read.
    #[must_use]
    pub fn mem1(&self) -> Option<&StoreUse> {
        self.0.first()
    }

    /// To which messages are written.
    #[must_use]
    pub fn mem2(&self) -> Option<&StoreUse> {
        self.0.get(1)
    }

    /// To which what arrives is stored.
    #[must_use]
    pub fn mem3(&self) -> Option<&StoreUse> {
        self.0.get(2)
    }

    /// Those that the modem named.
    pub fn iter(&self) -> impl Iterator<Item = &StoreUse> {
        self.0.iter()
    }

    /// `"ME",1,99,"SM",0,30` and `1,99,0,30` alike.
    fn read(mut fields: Fields<'_>) -> Result<Self, AnswerError> {
        let mut stores = Vec::new();
        while fields.rest().is_some() && stores.len() < 3 {
            let mut next = fields;
            let first = next.field("mem")?;
            let has_name = first.form() == Form::Quoted || first.number::<u16>("used").is_err();
            // A name nobody knows is no reason to know nothing of the others.
            let store = match has_name {
                true => Store::from_name(first.text()),
                false => None,
            };
            if has_name {
                fields = next;
            }
            // A store that is not there: `"ME",,,`.
            let used = fields.optional_number("used")?;
            let total = fields.optional_number("total")?;
            stores.push(StoreUse {
                store,
                used: used.unwrap_or(0),
                total: total.unwrap_or(0),
            });
        }
        match stores.is_empty() {
            true => Err(AnswerError::new(
                AnswerErrorKind::Missing,
                "used1",
                fields.offset(),
            )),
            false => Ok(Self(stores)),
        }
    }
}

/// `+CPMS=?`: the stores that there are for each purpose (27.005 §3.2.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TestPreferredStorage;

command! {
    TestPreferredStorage -> Vec<Vec<Store>>, 10 s;
    write(self, line) { line.push_str("AT+CPMS=?"); }
    read(lines) {
        // One list for each of mem1, mem2, mem3 that the modem has.
        let fields = find(lines, "+CPMS", "mem1")?;
        let lists = fields.take(3).map(|field| {
            field.texts().filter_map(Store::from_name).collect()
        });
        Ok(lists.collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::Command;

    fn stores(line: &str) -> Vec<Vec<Store>> {
        TestPreferredStorage.read(&[line.into()]).unwrap()
    }

    #[test]
    fn stores_that_there_are() {
        assert_eq!(
            stores(r#"+CPMS:     (  "ME"  ,  "MT"  )   ,  "ME" ,   (  "SM"  )"#),
            [&[Store::ME, Store::MT][..], &[Store::ME], &[Store::SM]]
        );
        // Without a third, with one nobody knows, without quotes.
        assert_eq!(stores(r#"+CPMS: ("SM","BM"),("SM")"#).len(), 2);
        assert_eq!(
            stores(r#"+CPMS: ("SM","SIM_2"),(SM,ME)"#),
            [&[Store::SM][..], &[Store::SM, Store::ME]]
        );
        assert_eq!(stores(r#"+CPMS: ("004D0045")"#), [[Store::ME]]);
        assert_eq!(stores(r#"+CPMS: (),("ME")"#), [&[][..], &[Store::ME]]);
    }

    #[test]
    fn how_full_they_are() {
        let parts = |usage: &StorageUse| -> Vec<_> {
            usage.iter().map(|s| (s.store, s.used, s.total)).collect()
        };
        let read = |line: &str| parts(&ReadPreferredStorage.read(&[line.into()]).unwrap());
        let wanted = [(Some(Store::ME), 1, 99), (Some(Store::SM), 2, 30)];
        assert_eq!(read(r#"+CPMS: "ME",1,99,"SM",2,30"#), wanted);
        assert_eq!(read("+CPMS: ME,1,99,SM,2,30"), wanted);
        assert_eq!(
            read(r#"+CPMS: "0053004D",2,30"#),
            [(Some(Store::SM), 2, 30)]
        );
        assert_eq!(
            read(r#"+CPMS: "SIM",2,30,"ME",,"#),
            [(None, 2, 30), (Some(Store::ME), 0, 0)]
        );
        let set = SetPreferredStorage {
            mem1: Store::SM,
            mem2: Some(Store::ME),
            mem3: None,
        };
        assert_eq!(set.line(), "AT+CPMS=\"SM\",\"ME\"");
        let usage = set.read(&["+CPMS: 2,30,0,99,5,5".into()]).unwrap();
        assert_eq!(
            parts(&usage),
            [
                (Some(Store::SM), 2, 30),
                (Some(Store::ME), 0, 99),
                (None, 5, 5)
            ]
        );
        assert_eq!(usage.mem1().map(StoreUse::free), Some(28));
        let error = set.read(&["+CPMS: 2,x".into()]).unwrap_err();
        assert_eq!((error.field(), error.offset()), ("total", 9));
        assert!(set.read(&["+CPMS:".into()]).is_err());
    }

    #[test]
    fn a_third_store_is_not_sent_without_a_second() {
        let set = SetPreferredStorage {
            mem1: Store::MT,
            mem2: None,
            mem3: Some(Store::MT),
        };
        assert_eq!(set.line(), "AT+CPMS=\"MT\"");
    }
}
