//! Which ports have a modem, and which modem that is.
//!
//! ```no_run
//! use smsgw_at::discover::{Places, ProbeOptions, discover};
//!
//! # async fn example() -> std::io::Result<()> {
//! let found = discover(&Places::system(), &ProbeOptions::default()).await?;
//! for modem in found.modems {
//!     println!("{} {}", modem.identity.manufacturer, modem.identity.model);
//!     for port in modem.ports {
//!         println!("    at {port}");
//!     }
//! }
//! # Ok(())
//! # }
//! ```

mod by_imei;
mod places;
mod probe;

use std::collections::HashMap;
use std::io;
use std::sync::Arc;

use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::command::identity::Imei;
use crate::modem::Identity;
use crate::port::PortAddress;
pub use by_imei::ByImei;
pub use places::{Candidate, Places};
pub use probe::{ProbeError, ProbeOptions, probe};

/// What is at the ports of a machine.
#[derive(Debug, Default)]
pub struct Found {
    /// The modems, in the order of their first ports.
    pub modems: Vec<FoundModem>,
    /// The other ports, and why they have no modem for us.
    pub others: Vec<(PortAddress, ProbeError)>,
}

/// A modem, and where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundModem {
    /// What it is, as far as a probe asks: maker, model, number.
    pub identity: Identity,
    /// The ports at which it answers, in the order of names. Those of a modem that does not tell its
    /// number are taken for one modem each.
    pub ports: Vec<PortAddress>,
}

/// [Probes](probe) all ports in these places that nobody holds, several at a time.
///
/// # Errors
/// When a directory is there and cannot be read.
pub async fn discover(places: &Places, options: &ProbeOptions) -> io::Result<Found> {
    let places = places.clone();
    let candidates = run_blocking(move || places.candidates()).await?;
    let free = Arc::new(Semaphore::new(options.at_once.max(1)));
    let mut probes = JoinSet::new();
    for (place, candidate) in candidates.into_iter().enumerate() {
        let (free, options) = (Arc::clone(&free), options.clone());
        probes.spawn(async move {
            // It is never closed.
            let _turn = free.acquire().await;
            let outcome = probe(&candidate.address, &options).await;
            (place, candidate.address, outcome)
        });
    }
    let mut outcomes = probes.join_all().await;
    outcomes.sort_by_key(|(place, ..)| *place);

    let mut found = Found::default();
    let mut places: HashMap<Imei, usize> = HashMap::new();
    for (_, address, outcome) in outcomes {
        let identity = match outcome {
            Ok(identity) => identity,
            Err(error) => {
                found.others.push((address, error));
                continue;
            }
        };
        let next = found.modems.len();
        let known = identity
            .imei
            .map(|imei| *places.entry(imei).or_insert(next));
        match known.and_then(|place| found.modems.get_mut(place)) {
            Some(modem) => modem.ports.push(address),
            None => found.modems.push(FoundModem {
                identity,
                ports: vec![address],
            }),
        }
    }
    Ok(found)
}

/// Runs what waits for the file system.
async fn run_blocking<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|_| Err(io::Error::other("the thread panicked")))
}
