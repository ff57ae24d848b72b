//! What the tasks of an emulator share.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use tokio::sync::{Notify, broadcast};

use super::port::Port;
use super::{LineReport, Listen};
use crate::modem::{Event, ModemId, Network, What};

#[derive(Debug)]
pub(super) struct Shared {
    network: Mutex<Network>,
    /// In the order of the modems.
    pub(super) lines: Vec<Line>,
    pub(super) events: broadcast::Sender<Arc<Event>>,
    /// There may be something to do earlier than before.
    hurry: Notify,
}

/// A modem and its port.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) modem: ModemId,
    name: String,
    number: String,
    place: Mutex<Listen>,
    pub(super) port: Port,
}

impl Line {
    pub(super) const fn new(
        modem: ModemId,
        name: String,
        number: String,
        place: Listen,
        port: Port,
    ) -> Self {
        Self {
            modem,
            name,
            number,
            place: Mutex::new(place),
            port,
        }
    }

    pub(super) fn place(&self) -> Listen {
        lock(&self.place).clone()
    }

    pub(super) fn set_place(&self, place: Listen) {
        *lock(&self.place) = place;
    }

    pub(super) fn is_plugged(&self) -> bool {
        *self.port.plugged.borrow()
    }

    pub(super) fn report(&self) -> LineReport {
        LineReport {
            modem: self.modem,
            name: self.name.clone(),
            number: self.number.clone(),
            place: self.place(),
            plugged: self.is_plugged(),
        }
    }
}

impl Shared {
    pub(super) fn new(network: Network, lines: Vec<Line>, max_events: usize) -> Self {
        Self {
            network: Mutex::new(network),
            lines,
            events: broadcast::Sender::new(max_events.max(1)),
            hurry: Notify::new(),
        }
    }

    pub(super) fn port(&self, modem: ModemId) -> Option<&Port> {
        self.chosen(Some(modem)).next().map(|line| &line.port)
    }

    /// That one, or all.
    pub(super) fn chosen(&self, modem: Option<ModemId>) -> impl Iterator<Item = &Line> {
        let lines = self.lines.iter();
        lines.filter(move |line| modem.is_none_or(|modem| modem == line.modem))
    }

    /// Does something with the network, and tells whoever has to learn of what follows.
    pub(super) fn with<T>(&self, act: impl FnOnce(&mut Network, Instant) -> T) -> T {
        let mut network = lock(&self.network);
        let due = network.poll_timeout();
        let done = act(&mut network, now());
        while let Some(event) = network.poll_event() {
            self.tell(event);
        }
        for line in &self.lines {
            if network.has_output(line.modem) {
                line.port.written.notify_one();
            }
        }
        if network.poll_timeout() != due {
            self.hurry.notify_one();
        }
        done
    }

    fn tell(&self, event: Event) {
        if let Some(port) = self.port(event.modem) {
            match event.what {
                What::Cut { .. } => drop(port.plugged.send_replace(false)),
                What::Plug { .. } => drop(port.plugged.send_replace(true)),
                _ => {}
            }
        }
        if self.events.receiver_count() > 0 {
            // The last reader may have gone this moment.
            let _ = self.events.send(Arc::new(event));
        }
    }

    /// Lets time pass for the network, for ever.
    pub(super) async fn pass_time(&self) {
        loop {
            let due = self.with(|network, now| {
                network.handle_timeout(now);
                network.poll_timeout()
            });
            // Each arm is cancel-safe.
            tokio::select! {
                () = self.hurry.notified() => {}
                () = sleep_until(due) => {}
            }
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Nothing panics while it is held.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

pub(super) fn now() -> Instant {
    tokio::time::Instant::now().into_std()
}

async fn sleep_until(due: Option<Instant>) {
    match due {
        Some(due) => tokio::time::sleep_until(due.into()).await,
        None => std::future::pending().await,
    }
}
