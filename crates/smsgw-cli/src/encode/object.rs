//! Values of a JSON object, by name.

use serde_json::{Map, Value as Json};
use smsgw_smpp::value::{Place, Source};

use crate::error::Error;
use crate::hex;

/// An object whose values are taken out one by one.
#[derive(Default)]
pub(super) struct Object {
    values: Map<String, Json>,
    is_unterminated: bool,
}

impl Object {
    pub(super) fn new(values: Map<String, Json>) -> Self {
        Self {
            values,
            is_unterminated: false,
        }
    }

    /// The string that ends the body goes without its NUL.
    pub(super) fn unterminated(mut self, is_unterminated: bool) -> Self {
        self.is_unterminated = is_unterminated;
        self
    }

    /// The value called `name`; null is none.
    pub(super) fn take(&mut self, name: &str) -> Option<Json> {
        let value = self.values.shift_remove(name);
        value.filter(|value| !value.is_null())
    }

    /// The value called as its place is, if `read` makes something of it.
    fn value<T>(
        &mut self,
        place: Place,
        otherwise: &str,
        read: impl FnOnce(Json) -> Option<T>,
    ) -> Result<Option<T>, Error> {
        match self.take(place.name) {
            None => Ok(None),
            Some(value) => match read(value) {
                Some(value) => Ok(Some(value)),
                None => Err(wrong_type(place, otherwise)),
            },
        }
    }

    /// A number, if there is one.
    pub(super) fn number<T: TryFrom<u64>>(&mut self, place: Place) -> Result<Option<T>, Error> {
        let otherwise = format!("no unsigned integer of {} bits", size_of::<T>() * 8);
        self.value(place, &otherwise, |value| value.as_u64()?.try_into().ok())
    }

    /// A text, if there is one.
    pub(super) fn string(&mut self, place: Place) -> Result<Option<String>, Error> {
        self.value(place, "no string", text)
    }

    /// The texts of a list, if there is one.
    pub(super) fn strings(&mut self, place: Place) -> Result<Option<Vec<String>>, Error> {
        self.value(place, "no list of strings", |value| match value {
            Json::Array(items) => items.into_iter().map(text).collect(),
            _ => None,
        })
    }

    /// Octets as hex digits, if there are any.
    pub(super) fn hex(&mut self, name: &'static str) -> Result<Option<Vec<u8>>, Error> {
        let digits = self.string(named(name))?;
        let octets = digits.map(|digits| hex::decode(digits.as_bytes()));
        octets.transpose().map_err(|error| error.at(named(name)))
    }

    /// Whether it is true, if it is told.
    pub(super) fn flag(&mut self, name: &'static str) -> Result<Option<bool>, Error> {
        self.value(named(name), "neither true nor false", |value| {
            value.as_bool()
        })
    }

    /// The objects of a list, if there is one.
    pub(super) fn list(&mut self, place: Place) -> Result<Option<Vec<Self>>, Error> {
        self.value(place, "no list of objects", |value| match value {
            Json::Array(items) => items.into_iter().map(Self::of).collect(),
            _ => None,
        })
    }

    /// An object, if there is one.
    pub(super) fn object(&mut self, place: Place) -> Result<Option<Self>, Error> {
        self.value(place, "no object", Self::of)
    }

    fn of(value: Json) -> Option<Self> {
        match value {
            Json::Object(values) => Some(Self::new(values)),
            _ => None,
        }
    }
}

fn text(value: Json) -> Option<String> {
    match value {
        Json::String(text) => Some(text),
        _ => None,
    }
}

pub(super) fn wrong_type(place: Place, message: &str) -> Error {
    Error::new("wrong_type", None, 0, message).at(place)
}

/// What stands at no octet of its own.
pub(super) const fn named(name: &'static str) -> Place {
    Place { name, offset: 0 }
}

impl Source for Object {
    type Error = Error;

    fn integer(&mut self, place: Place) -> Result<u32, Error> {
        Ok(self.number(place)?.unwrap_or_default())
    }

    fn text(&mut self, place: Place) -> Result<Vec<u8>, Error> {
        let text = self.string(place)?.unwrap_or_default();
        let octets = text.chars().map(u8::try_from);
        octets
            .collect::<Result<_, _>>()
            .map_err(|_| wrong_type(place, "characters above U+00FF"))
    }

    fn octets(&mut self, place: Place) -> Result<Vec<u8>, Error> {
        let digits = self.string(place)?.unwrap_or_default();
        hex::decode(digits.as_bytes()).map_err(|error| error.at(place))
    }

    fn items(&mut self, place: Place) -> Result<Vec<Self>, Error> {
        Ok(self.list(place)?.unwrap_or_default())
    }

    /// A name that no field has is a mistake: its value would be lost.
    fn finish(self) -> Result<(), Error> {
        match self.values.into_iter().next() {
            None => Ok(()),
            Some((name, _)) => Err(Error::unknown_field(name)),
        }
    }

    fn is_unterminated(&self) -> bool {
        self.is_unterminated
    }
}
