//! TLS: which files, and for whom.

use std::fmt;
use std::path::PathBuf;

use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, Error, MapAccess, Visitor};
use smsgw::smpp::tls::{ClientCertificates, Identity, Roots, ServerFiles};

/// TLS of a listener. All files are PEM.
#[derive(Clone, Debug, Deserialize)]
#[serde(
    deny_unknown_fields,
    expecting = "a table: tls = { certificate = \"FILE\", key = \"FILE\" }"
)]
pub struct ListenTls {
    /// What we show: our certificate, then those that lead from it to the root.
    pub certificate: PathBuf,
    /// The private key of our certificate, not encrypted.
    pub key: PathBuf,
    /// The certificates of those who sign for ESMEs; where it is left out, ESMEs need none.
    pub client_ca: Option<PathBuf>,
    /// Whether ESMEs need one; they do where this is left out.
    pub client_certificates: Option<ClientCertificate>,
}

/// Whether a client needs a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClientCertificate {
    /// Without a valid one there is no session.
    Required,
    /// Those who show one need a valid one.
    Optional,
}

impl ListenTls {
    pub(crate) fn files(&self) -> ServerFiles {
        let clients = match (self.client_ca.clone(), self.client_certificates) {
            (None, _) => ClientCertificates::None,
            (Some(ca), Some(ClientCertificate::Optional)) => ClientCertificates::Optional { ca },
            (Some(ca), Some(ClientCertificate::Required) | None) => {
                ClientCertificates::Required { ca }
            }
        };
        let identity = Identity::new(&self.certificate, &self.key);
        ServerFiles { identity, clients }
    }
}

/// TLS of a link. All files are PEM.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LinkTls {
    /// The certificates of those who sign for the carrier; where it is left out, the public
    /// authorities.
    pub ca: Option<PathBuf>,
    /// What we show to a carrier that asks for it: our certificate, then those that lead from it to
    /// the root.
    pub certificate: Option<PathBuf>,
    /// The private key of our certificate, not encrypted.
    pub key: Option<PathBuf>,
    /// The name that the carrier's certificate has; the host of the address where it is left out.
    pub server_name: Option<String>,
}

impl LinkTls {
    pub(crate) fn roots(&self) -> Roots {
        self.ca.clone().map_or(Roots::Public, Roots::File)
    }

    pub(crate) fn identity(&self) -> Option<Identity> {
        Some(Identity::new(
            self.certificate.as_ref()?,
            self.key.as_ref()?,
        ))
    }
}

/// A table, or `true` for one without entries.
pub(super) fn read_link<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<LinkTls>, D::Error> {
    deserializer.deserialize_any(Reader)
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Option<LinkTls>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("true, false or a table: tls = { ca = \"FILE\" }")
    }

    fn visit_bool<E: Error>(self, is_tls: bool) -> Result<Self::Value, E> {
        Ok(is_tls.then(LinkTls::default))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        LinkTls::deserialize(MapAccessDeserializer::new(map)).map(Some)
    }
}
