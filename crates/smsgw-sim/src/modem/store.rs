//! Places for messages: the stores of `+CPMS` (3GPP TS 27.005 §3.1).

/// The name of a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum StoreName {
    /// `SM`: the SIM.
    Sm,
    /// `ME`: the modem.
    Me,
    /// `MT`: the SIM and the modem.
    Mt,
    /// `SR`: status reports.
    Sr,
    /// `BM`: cell broadcasts.
    Bm,
}

impl StoreName {
    /// As the standard spells it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sm => "SM",
            Self::Me => "ME",
            Self::Mt => "MT",
            Self::Sr => "SR",
            Self::Bm => "BM",
        }
    }

    /// The store that is spelled so.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Sm, Self::Me, Self::Mt, Self::Sr, Self::Bm]
            .into_iter()
            .find(|store| store.name().eq_ignore_ascii_case(name))
    }
}

/// The status of a stored message, as a number and as text mode spells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stat {
    Unread,
    Read,
    Unsent,
    Sent,
}

impl Stat {
    pub(crate) const fn number(self) -> u8 {
        match self {
            Self::Unread => 0,
            Self::Read => 1,
            Self::Unsent => 2,
            Self::Sent => 3,
        }
    }

    pub(crate) const fn text(self) -> &'static str {
        match self {
            Self::Unread => "REC UNREAD",
            Self::Read => "REC READ",
            Self::Unsent => "STO UNSENT",
            Self::Sent => "STO SENT",
        }
    }

    pub(crate) fn from_number(number: u8) -> Option<Self> {
        [Self::Unread, Self::Read, Self::Unsent, Self::Sent]
            .into_iter()
            .find(|stat| stat.number() == number)
    }

    pub(crate) fn from_text(text: &str) -> Option<Self> {
        [Self::Unread, Self::Read, Self::Unsent, Self::Sent]
            .into_iter()
            .find(|stat| stat.text().eq_ignore_ascii_case(text))
    }

    /// Whether it is a message that came.
    pub(crate) const fn is_received(self) -> bool {
        matches!(self, Self::Unread | Self::Read)
    }
}

/// A stored message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Stored {
    pub(crate) stat: Stat,
    /// With the address of the service centre.
    pub(crate) pdu: Vec<u8>,
}

/// Places, so many at most; the first has the number that the profile says.
#[derive(Clone, Debug)]
pub(crate) struct Store {
    places: Vec<Option<Stored>>,
    first: u16,
}

impl Store {
    pub(crate) fn new(places: u16, first: u16) -> Self {
        Self {
            places: vec![None; usize::from(places)],
            first,
        }
    }

    pub(crate) fn total(&self) -> u16 {
        u16::try_from(self.places.len()).unwrap_or(u16::MAX)
    }

    pub(crate) fn used(&self) -> u16 {
        u16::try_from(self.places.iter().flatten().count()).unwrap_or(u16::MAX)
    }

    /// Puts a message at the first free place; `None` when there is none.
    pub(crate) fn insert(&mut self, message: Stored) -> Option<u16> {
        let place = self.places.iter().position(Option::is_none)?;
        *self.places.get_mut(place)? = Some(message);
        u16::try_from(place).ok()?.checked_add(self.first)
    }

    /// Whether there is such a place.
    pub(crate) fn has(&self, index: u16) -> bool {
        self.place(index)
            .is_some_and(|place| place < self.places.len())
    }

    pub(crate) fn get_mut(&mut self, index: u16) -> Option<&mut Stored> {
        let place = self.place(index)?;
        self.places.get_mut(place)?.as_mut()
    }

    pub(crate) fn remove(&mut self, index: u16) -> Option<Stored> {
        let place = self.place(index)?;
        self.places.get_mut(place)?.take()
    }

    /// The messages with their numbers.
    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = (u16, &mut Stored)> {
        (self.first..)
            .zip(&mut self.places)
            .filter_map(|(index, place)| Some((index, place.as_mut()?)))
    }

    fn place(&self, index: u16) -> Option<usize> {
        index.checked_sub(self.first).map(usize::from)
    }
}
