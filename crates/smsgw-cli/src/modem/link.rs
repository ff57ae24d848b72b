//! A modem that is brought up, and its events.

use std::io;
use std::pin::pin;
use std::time::Duration;

use smsgw_at::driver::{Down, Driver, Event, Events};
use smsgw_at::modem::{self, Obstacle, State};

use super::pin::Refused;

/// A modem that is brought up, and its events.
pub(super) struct Link {
    pub(super) driver: Driver,
    events: Events,
    watcher: Watcher,
    timeout: Duration,
}

/// Who looks at what a modem tells for what a person has to know or do.
pub(super) struct Watcher {
    /// The name of its port.
    pub(super) port: String,
    refused: Option<Refused>,
}

impl Link {
    pub(super) const fn new(
        port: String,
        driver: Driver,
        events: Events,
        refused: Option<Refused>,
        timeout: Duration,
    ) -> Self {
        Self {
            driver,
            events,
            watcher: Watcher { port, refused },
            timeout,
        }
    }

    /// The name of its port.
    pub(super) fn port(&self) -> &str {
        &self.watcher.port
    }

    /// How long it may take to be ready.
    pub(super) const fn timeout(&self) -> Duration {
        self.timeout
    }

    pub(super) fn into_parts(self) -> (Driver, Events, Watcher) {
        (self.driver, self.events, self.watcher)
    }

    /// The next event; `None` after the last. Cancel-safe.
    pub(super) async fn event(&mut self) -> Option<Event> {
        let event = self.events.recv().await?;
        self.watcher.note(&event);
        Some(event)
    }

    /// An error if the modem cannot be used before somebody does something; it says what.
    pub(super) fn check(&self, event: &Event) -> Result<(), String> {
        self.watcher.check(event)
    }

    /// Waits until the modem is ready; the error says what to do. What it tells meanwhile goes to
    /// `on`.
    pub(super) async fn ready(&mut self, mut on: impl FnMut(&Event)) -> Result<(), String> {
        let timeout = self.timeout;
        let mut late = pin!(tokio::time::sleep(timeout));
        loop {
            let event = tokio::select! {
                event = self.event() => event,
                () = &mut late => {
                    let text = format!("not ready within {timeout:?}: {}", self.driver.state());
                    return Err(self.watcher.told(&text, "--transcript FILE shows what was said"));
                }
            };
            let Some(event) = event else {
                return Err(self.watcher.told("closed", "run it again"));
            };
            on(&event);
            if let Event::Modem(modem::Event::State(State::Ready)) = event {
                return Ok(());
            }
            self.watcher.check(&event)?;
        }
    }

    /// Does `work`; what the modem tells meanwhile goes to `on`. `None` when the modem is closed
    /// before it is done.
    pub(super) async fn during<T>(
        &mut self,
        work: impl Future<Output = T>,
        mut on: impl FnMut(Event),
    ) -> Option<T> {
        let mut work = pin!(work);
        let done = loop {
            tokio::select! {
                event = self.event() => on(event?),
                done = &mut work => break done,
            }
        };
        // What was told before is a part of it.
        while let Some(event) = self.events.try_recv() {
            self.watcher.note(&event);
            on(event);
        }
        Some(done)
    }

    /// Closes the port once what is under way is done.
    pub(super) async fn close(mut self) {
        let driver = self.driver.clone();
        let closes = driver.close();
        let _ = self.during(closes, |_| {}).await;
    }
}

impl Watcher {
    /// Writes down what has to be known the next time.
    pub(super) fn note(&self, event: &Event) {
        let (Event::Modem(event), Some(refused)) = (event, &self.refused) else {
            return;
        };
        let written = match event {
            // As if refused until it is known, should this program end before.
            modem::Event::PinTried { sim } | modem::Event::PinRefused { sim } => {
                refused.add(sim, &self.port)
            }
            modem::Event::PinAccepted { sim } => refused.remove(sim, &self.port),
            _ => return,
        };
        if let Err(error) = written {
            eprintln!("smsgw modem: {error}: remember yourself which SIMs have refused their PIN");
        }
    }

    /// An error if the modem cannot be used before somebody does something; it says what.
    pub(super) fn check(&self, event: &Event) -> Result<(), String> {
        match event {
            Event::Modem(modem::Event::State(state)) => self.hopeless(*state),
            Event::Down { why, .. } => self.not_there(why),
            _ => Ok(()),
        }
    }

    /// An error if the modem cannot be used before somebody does something.
    fn hopeless(&self, state: State) -> Result<(), String> {
        let refused = || match &self.refused {
            Some(refused) => format!(
                "try the PIN in a phone, then remove the SIM's line from {}",
                refused.path().display()
            ),
            None => "try the PIN in a phone".to_owned(),
        };
        let hint = match state {
            State::Dead => {
                "is it a modem, and its data port? --transcript FILE shows what was said"
            }
            State::Waiting(Obstacle::NoSim) => "put one in",
            State::Waiting(Obstacle::SimFailure) => "take the SIM out and put it in again",
            State::Waiting(Obstacle::PinNeeded) => "give it in --pin-file or SMSGW_PIN",
            State::Waiting(Obstacle::PinRefused) => return Err(self.told(state, refused())),
            State::Waiting(Obstacle::PinAttempts { .. }) => "enter the PIN in a phone",
            State::Waiting(Obstacle::Puk) => "enter it in a phone",
            State::Waiting(Obstacle::Locked) => "see what `AT+CPIN?` in the console says",
            State::Waiting(Obstacle::NoPduMode) => "this modem cannot be used",
            _ => return Ok(()),
        };
        Err(self.told(state, hint))
    }

    /// An error if the port is not there.
    fn not_there(&self, why: &Down) -> Result<(), String> {
        match why {
            Down::NotOpened(error) => Err(self.told(why, hint(error))),
            Down::Gone(_) => Err(self.told(why, "plug it in again")),
            _ => Ok(()),
        }
    }

    fn told(&self, what: impl std::fmt::Display, hint: impl std::fmt::Display) -> String {
        format!("{}: {what}; {hint}", self.port)
    }
}

/// What to do about a port that cannot be opened.
pub(super) fn hint(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::PermissionDenied => {
            "may this user open it? Serial ports are the group dialout's as a rule"
        }
        io::ErrorKind::ResourceBusy => "ModemManager, or another smsgw?",
        io::ErrorKind::NotFound => "`smsgw modem list` finds modems",
        io::ErrorKind::ConnectionRefused => "does anybody listen there?",
        _ => "check --port",
    }
}
