//! Networks as people write them: `10.0.0.0/8`, or one address.

use serde::de::{Deserialize as _, Deserializer, Error};
use smsgw::smpp::server::{Network, Networks};

pub(super) fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Networks, D::Error> {
    let texts = Vec::<String>::deserialize(deserializer)?;
    let networks = texts.iter().map(|text| {
        let network = text.parse::<Network>();
        network.map_err(|error| D::Error::custom(format!("{text:?}: {error}")))
    });
    networks.collect()
}
