//! How a modem starts and ends.

use std::time::Duration;

use super::device::Power;
use super::event::{What, who};
use super::interpreter::Input;
use super::reception::Routing;
use super::settings::Settings;
use super::sim::Lock;
use super::world::{Context, Timer};

impl Context<'_> {
    /// Starts anew: what was not on the SIM or in a store is gone.
    pub(crate) fn boot(&mut self, reason: &'static str) {
        // What was said before the user asked for it still arrives.
        if reason != "reset" {
            self.modem.output.clear();
        }
        self.stop();
        self.modem.power = Power::Starting;
        let who = who(&self.modem.name);
        self.event(What::Boot { who, reason });
        let profile = self.modem.profile;
        for (nth, (delay, _)) in profile.boot.iter().enumerate() {
            self.after(*delay, Timer::BootLine(nth));
        }
        self.after(profile.boot_time, Timer::Booted);
    }

    /// Goes away.
    pub(crate) fn cut(&mut self) {
        if self.modem.power == Power::Off {
            return;
        }
        self.stop();
        self.modem.output.clear();
        self.modem.power = Power::Off;
        let who = who(&self.modem.name);
        self.event(What::Cut { who });
    }

    fn stop(&mut self) {
        let modem = &mut *self.modem;
        modem.epoch += 1;
        modem.input = Input::default();
        modem.settings = Settings::new(&modem.profile);
        modem.sim.reset();
        modem.hang = None;
        modem.radio.functionality = 1;
        modem.radio.is_detached = false;
        modem.radio.link = None;
        // What was shown and not acknowledged comes again.
        modem.routing = Routing::default();
        if let Some(mailbox) = self.world.centre.mailbox(modem.id) {
            mailbox.is_shown = false;
        }
        modem.radio.is_lost = false;
        modem.ussd = None;
        self.end_call();
        self.set_stat(0);
    }

    pub(crate) fn booted(&mut self) {
        self.modem.power = Power::On;
        self.modem.settled = Some(self.now + self.modem.profile.settling_time);
        self.start_chatter();
        self.register();
    }

    /// Begins to say what it says by itself.
    pub(crate) fn start_chatter(&mut self) {
        if let Some((pause, _)) = self.modem.profile.chatter {
            self.after(pause, Timer::Chatter);
        }
    }

    /// Loses the network for a while.
    pub(crate) fn lose_network(&mut self, delay: Duration) {
        self.modem.radio.is_lost = true;
        self.register();
        self.after(delay, Timer::Regained);
    }

    pub(crate) fn regain_network(&mut self) {
        self.modem.radio.is_lost = false;
        self.register();
    }

    /// A line that it starts with: `?` in front for when the SIM is open.
    pub(crate) fn boot_line(&mut self, nth: usize) {
        let Some((_, line)) = self.modem.profile.boot.get(nth) else {
            return;
        };
        let line = match line.strip_prefix('?') {
            Some(_) if !self.modem.sim.is_ready() => return,
            Some(line) => line,
            None => line,
        };
        let pin = match self.modem.sim.lock() {
            Lock::Absent => "NOT INSERTED",
            Lock::Pin => "SIM PIN",
            Lock::Puk | Lock::Blocked => "SIM PUK",
            Lock::Ready => "READY",
        };
        let line = line.replace("{pin}", pin);
        self.write(&format!("\r\n{line}\r\n"));
    }

    /// Looks for the network, if everything is there that it takes.
    pub(crate) fn register(&mut self) {
        let radio = &self.modem.radio;
        let wants = self.modem.power == Power::On
            && radio.functionality == 1
            && radio.has_coverage
            && !radio.is_lost
            && !radio.is_detached
            && self.modem.sim.is_ready();
        if !wants {
            self.set_stat(0);
        } else if !self.modem.is_registered() {
            let delay = self.world.config.registration_delay;
            if delay == Duration::ZERO {
                self.set_stat(1);
            } else {
                self.world.chances += 1;
                self.modem.radio.search = self.world.chances;
                self.set_stat(2);
                self.after(delay, Timer::Registered(self.world.chances));
            }
        }
    }

    /// It has found the network.
    pub(crate) fn registered(&mut self, nth: u64) {
        let radio = &self.modem.radio;
        if radio.stat == 2 && radio.search == nth {
            self.set_stat(1);
        }
    }

    pub(crate) fn set_stat(&mut self, stat: u8) {
        if self.modem.radio.stat == stat {
            return;
        }
        self.modem.radio.stat = stat;
        let who = who(&self.modem.name);
        self.event(What::Registration { who, stat });
        self.tell_registration();
        if self.modem.is_registered() {
            self.knock();
        }
    }
}
