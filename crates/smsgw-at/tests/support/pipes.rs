//! A driver whose ports are pipes.

use std::io;

use smsgw_at::driver::{Driver, Events, Options};
use smsgw_at::modem::{Config, State};
use smsgw_at::port::Port;
use tokio::io::DuplexStream;
use tokio::sync::mpsc;

use super::peer::Peer;

/// The ports that a driver opens, one after the other, each a pipe to us; and the attempts.
pub(crate) struct Bench {
    pub(crate) ports: mpsc::UnboundedReceiver<(u64, DuplexStream)>,
}

impl Bench {
    pub(crate) fn start(config: Config, options: Options) -> (Driver, Events, Self) {
        let (opened, ports) = mpsc::unbounded_channel();
        let finder = move |attempt| {
            let (ours, theirs) = tokio::io::duplex(4_096);
            let sent = opened.send((attempt, theirs));
            let port = Port::from_stream("pipe", ours);
            async { sent.map(|()| port).map_err(io::Error::other) }
        };
        let (driver, events) = Driver::start(finder, config, options);
        (driver, events, Self { ports })
    }

    /// The modem's side of the next port that is opened.
    pub(crate) async fn port(&mut self) -> Peer<DuplexStream> {
        Peer::new(self.ports.recv().await.unwrap().1)
    }
}

/// A driver with a modem that is ready.
pub(crate) async fn ready() -> (Driver, Events, Bench, Peer<DuplexStream>) {
    let (driver, events, mut bench) = Bench::start(Config::default(), Options::default());
    let mut peer = bench.port().await;
    let is_ready = driver.wait_for(|state| state.is_ready());
    tokio::select! {
        state = is_ready => assert_eq!(state, Some(State::Ready)),
        () = peer.serve() => panic!("the port was closed"),
    }
    (driver, events, bench, peer)
}
