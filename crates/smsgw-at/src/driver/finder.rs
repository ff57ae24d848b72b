//! What opens the port of a modem, again and again.

use std::io;
use std::pin::Pin;

use crate::port::{Port, PortAddress};

/// What opens the port of a modem whenever it has none.
///
/// A [`PortAddress`] opens the same port each time, which is right for sockets and for the names in
/// `/dev/serial/by-id`. [`ByImei`](crate::discover::ByImei) finds the modem wherever it is plugged
/// in. A closure opens whatever it likes:
///
/// ```no_run
/// use smsgw_at::driver::{Driver, Options};
/// use smsgw_at::modem::Config;
/// use smsgw_at::port::Port;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let finder = |_attempt| async {
///     let stream = tokio::net::TcpStream::connect("192.0.2.7:4000").await?;
///     Ok(Port::from_stream("the modem in the cellar", stream))
/// };
/// let (modem, events) = Driver::start(finder, Config::default(), Options::default());
/// # }
/// ```
pub trait Finder: Send + 'static {
    /// Opens the port. `attempt` counts from 0, and anew after a port that was of use.
    ///
    /// The future is dropped when the driver ends meanwhile.
    fn open(&mut self, attempt: u64) -> Opening<'_>;
}

/// A port that is being opened.
pub type Opening<'a> = Pin<Box<dyn Future<Output = io::Result<Port>> + Send + 'a>>;

impl Finder for PortAddress {
    fn open(&mut self, _attempt: u64) -> Opening<'_> {
        Box::pin(Port::open(self))
    }
}

impl<F, O> Finder for F
where
    F: FnMut(u64) -> O + Send + 'static,
    O: Future<Output = io::Result<Port>> + Send + 'static,
{
    fn open(&mut self, attempt: u64) -> Opening<'_> {
        Box::pin(self(attempt))
    }
}
