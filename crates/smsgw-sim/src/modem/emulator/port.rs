//! The line between a modem and whichever program has it open.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::BytesMut;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, split};
use tokio::sync::{Notify, mpsc, watch};

use super::listen::{Listener, Stream};
use super::shared::Shared;
use crate::modem::ModemId;

/// Octets that are read at once.
const CHUNK: usize = 4096;
/// How long to wait when the system gives no connection.
const PAUSE: Duration = Duration::from_millis(100);

/// What the task of a modem is told, and what it tells.
#[derive(Debug)]
pub(super) struct Port {
    /// The modem has written something.
    pub(super) written: Notify,
    /// Whether it is plugged in.
    pub(super) plugged: watch::Sender<bool>,
    /// Where it is to be reached from now on.
    listeners: mpsc::Sender<Listener>,
    /// Whether it can be reached.
    reached: watch::Sender<bool>,
}

/// What the task of a modem hears.
#[derive(Debug)]
pub(super) struct Ears {
    listeners: mpsc::Receiver<Listener>,
    plugged: watch::Receiver<bool>,
}

impl Port {
    pub(super) fn new() -> (Self, Ears) {
        let (sender, listeners) = mpsc::channel(1);
        let (plugged, is_plugged) = watch::channel(true);
        let port = Self {
            written: Notify::new(),
            plugged,
            listeners: sender,
            reached: watch::Sender::new(true),
        };
        let ears = Ears {
            listeners,
            plugged: is_plugged,
        };
        (port, ears)
    }

    /// Waits until what was at the place of an unplugged modem is gone.
    pub(super) async fn gone(&self) {
        // The sender is here, and so is not gone.
        let _ = self.reached.subscribe().wait_for(|reached| !reached).await;
    }

    /// Lets the modem be reached there.
    pub(super) async fn serve(&self, listener: Listener) {
        self.reached.send_replace(true);
        // Else it is the end.
        let _ = self.listeners.send(listener).await;
    }
}

/// Serves a modem wherever it is plugged in, until the end.
pub(super) async fn run(
    modem: ModemId,
    mut listener: Listener,
    mut ears: Ears,
    shared: Arc<Shared>,
) {
    let Some(port) = shared.port(modem) else {
        return;
    };
    loop {
        tokio::select! {
            _ = ears.plugged.wait_for(|is_plugged| !is_plugged) => {}
            () = serve(modem, &mut listener, port, &shared) => {}
        }
        drop(listener);
        port.reached.send_replace(false);
        match ears.listeners.recv().await {
            Some(next) => listener = next,
            None => return,
        }
    }
}

/// Serves one program after the other, for ever.
async fn serve(modem: ModemId, listener: &mut Listener, port: &Port, shared: &Shared) {
    loop {
        let Ok(stream) = listener.accept().await else {
            tokio::time::sleep(PAUSE).await;
            continue;
        };
        shared.with(|network, now| {
            // What it wrote before anybody came is gone.
            network.poll_transmit(modem, &mut BytesMut::new());
            network.handle_open(modem, now);
        });
        tokio::select! {
            // Whoever goes is gone, in whatever way.
            _ = talk(modem, stream, port, shared) => {}
            () = turn_away(listener) => {}
        }
        shared.with(|network, now| network.handle_close(modem, now));
        // When that fails there is no terminal any more, and no next one will come.
        let _ = listener.reset();
    }
}

async fn turn_away(listener: &mut Listener) {
    loop {
        if listener.turn_away().await.is_err() {
            tokio::time::sleep(PAUSE).await;
        }
    }
}

/// Carries octets both ways until the program is gone.
async fn talk(
    modem: ModemId,
    stream: Box<dyn Stream>,
    port: &Port,
    shared: &Shared,
) -> io::Result<()> {
    let (mut reader, mut writer) = split(stream);
    let mut input = vec![0; CHUNK];
    let mut output = BytesMut::new();
    loop {
        if output.is_empty() {
            // While a program does not read, what there is for it stays with the modem, which
            // knows how much that may be.
            shared.with(|network, _| network.poll_transmit(modem, &mut output));
        }
        // Each arm is cancel-safe.
        tokio::select! {
            read = reader.read(&mut input) => {
                let octets = input.get(..read?).unwrap_or_default();
                if octets.is_empty() {
                    return Ok(());
                }
                shared.with(|network, now| network.handle_octets(modem, octets, now));
            }
            written = writer.write_buf(&mut output), if !output.is_empty() => {
                written?;
            }
            () = port.written.notified(), if output.is_empty() => {}
        }
    }
}
