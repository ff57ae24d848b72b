//! A modem, wherever it is plugged in.

use std::io;

use tokio::io::AsyncWriteExt as _;
use tokio::time::timeout;

use super::places::Places;
use super::probe::{ProbeError, ProbeOptions, identify, open};
use super::run_blocking;
use crate::command::identity::Imei;
use crate::driver::{Finder, Opening};
use crate::port::{Port, PortAddress};

/// Opens the port of one modem, wherever that is plugged in: its number decides, not the port's name.
///
/// Of several ports of the modem it takes the first, in the order of names. The port where it was
/// last is asked first.
///
/// ```no_run
/// use smsgw_at::command::identity::Imei;
/// use smsgw_at::discover::{ByImei, Places};
/// use smsgw_at::driver::{Driver, Options};
/// use smsgw_at::modem::Config;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), smsgw_at::ValueError> {
/// let finder = ByImei::new(Imei::parse("490154203237518")?, Places::system());
/// let (modem, events) = Driver::start(finder, Config::default(), Options::default());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct ByImei {
    imei: Imei,
    places: Places,
    options: ProbeOptions,
    last: Option<PortAddress>,
}

impl ByImei {
    /// The modem with this number, to be found in these places.
    #[must_use]
    pub fn new(imei: Imei, places: Places) -> Self {
        Self {
            imei,
            places,
            options: ProbeOptions::default(),
            last: None,
        }
    }

    /// The same, which was at this port when it was seen last.
    #[must_use]
    pub fn last_at(self, port: PortAddress) -> Self {
        Self {
            last: Some(port),
            ..self
        }
    }

    /// The same, with other limits for each probe.
    #[must_use]
    pub fn with_options(self, options: ProbeOptions) -> Self {
        Self { options, ..self }
    }

    async fn find(&mut self) -> io::Result<Port> {
        let places = self.places.clone();
        let candidates = run_blocking(move || places.candidates()).await?;
        let others = candidates.into_iter().map(|candidate| candidate.address);
        let others = others.filter(|address| Some(address) != self.last.as_ref());
        let mut held = 0;
        for address in self.last.iter().cloned().chain(others) {
            match self.is_at(&address).await {
                Ok(Some(port)) => {
                    self.last = Some(address);
                    return Ok(port);
                }
                Err(ProbeError::Held) => held += 1,
                _ => {}
            }
        }
        let imei = self.imei;
        let text = match held {
            0 => format!("no port has the modem {imei}"),
            _ => format!("no port has the modem {imei}; {held} are held by other programs"),
        };
        Err(io::Error::new(io::ErrorKind::NotFound, text))
    }

    /// The open port, if the modem is there.
    async fn is_at(&self, address: &PortAddress) -> Result<Option<Port>, ProbeError> {
        let mut port = open(address, &self.options).await?;
        let found = identify(&mut port, &self.options).await;
        if matches!(&found, Ok(identity) if identity.imei == Some(self.imei)) {
            return Ok(Some(port));
        }
        let _ = timeout(self.options.open, port.shutdown()).await;
        found.map(|_| None)
    }
}

impl Finder for ByImei {
    fn open(&mut self, _attempt: u64) -> Opening<'_> {
        Box::pin(self.find())
    }
}
