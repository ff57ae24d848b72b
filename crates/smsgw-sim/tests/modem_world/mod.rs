//! The modems of smsgw-at at those of an emulated network, in simulated time.
#![allow(dead_code, reason = "each test file uses its part")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests state what must hold"
)]

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use bytes::BytesMut;
use smsgw_at::modem::{
    Config, Event, Modem, PortRequest, Received, ReceivedId, Report, Source, State, Submit,
};
use smsgw_gsm::field::{Address, ValidityPeriod};
use smsgw_gsm::segment::{Options, segment};
use smsgw_gsm::tpdu::{self, Context, ModemPdu, Tpdu, UserDataBuf};
use smsgw_gsm::udh::Reference;
use smsgw_sim::event::Message;
use smsgw_sim::modem::{self, ModemConfig, ModemId, Network, What};

pub(crate) const FIRST: &str = "+491700000001";
pub(crate) const SECOND: &str = "+491700000002";
pub(crate) const THIRD: &str = "+491700000003";
pub(crate) const OUTSIDE: &str = "+4915112345678";

/// A network, the modems at it, and the time.
pub(crate) struct World {
    pub(crate) network: Network,
    pub(crate) now: Instant,
    pub(crate) begun: Instant,
    pub(crate) sites: Vec<Site>,
    /// What the network tells.
    pub(crate) told: Vec<What>,
    last_token: u64,
}

/// A modem and what its owner does.
pub(crate) struct Site {
    pub(crate) id: ModemId,
    pub(crate) modem: Modem,
    pub(crate) events: Vec<Event>,
    /// How long the owner takes to have safe what came; `None` never has it.
    pub(crate) persists_after: Option<Duration>,
    persists: BTreeMap<(Instant, ReceivedId), ()>,
    is_open: bool,
    /// Whether its line loses octets.
    pub(crate) loses_octets: bool,
    /// Whether the port is opened whenever it is there.
    pub(crate) opens: bool,
    /// Lines that were written to the modem.
    pub(crate) written: Vec<String>,
    line: Vec<u8>,
}

impl World {
    /// Modems of a network, with owners that use them all alike.
    pub(crate) fn new(
        network: modem::Config,
        modems: impl IntoIterator<Item = ModemConfig>,
        config: &Config,
    ) -> Self {
        let now = Instant::now();
        let mut network = Network::new(network, now);
        let ids: Vec<ModemId> = modems
            .into_iter()
            .map(|modem| network.plug(modem, now).unwrap())
            .collect();
        let sites = ids.into_iter().map(|id| Site::new(id, config, now));
        Self {
            sites: sites.collect(),
            network,
            now,
            begun: now,
            told: Vec::new(),
            last_token: 0,
        }
    }

    /// One modem, ready, and nothing told yet.
    pub(crate) fn one(modem: ModemConfig, config: &Config) -> Self {
        Self::ready(modem::Config::default(), [modem], config)
    }

    pub(crate) fn ready(
        network: modem::Config,
        modems: impl IntoIterator<Item = ModemConfig>,
        config: &Config,
    ) -> Self {
        let mut world = Self::new(network, modems, config);
        world.run(120_000);
        for site in &mut world.sites {
            assert_eq!(site.modem.state(), State::Ready, "{:#?}", site.events);
            site.events.clear();
            site.written.clear();
        }
        world.told.clear();
        world
    }

    /// Lets so many milliseconds pass.
    pub(crate) fn run(&mut self, ms: u64) {
        let end = self.now + Duration::from_millis(ms);
        loop {
            self.settle();
            let network = self.network.poll_timeout();
            let sites = self.sites.iter().filter_map(Site::due);
            let next = sites.chain(network).min();
            let Some(next) = next.filter(|at| *at <= end) else {
                break;
            };
            self.now = self.now.max(next);
            self.network.handle_timeout(self.now);
            for site in &mut self.sites {
                site.handle_timeout(self.now);
            }
        }
        self.now = end;
    }

    /// Moves octets until all is quiet.
    pub(crate) fn settle(&mut self) {
        for _ in 0..10_000 {
            let mut is_quiet = true;
            for at in 0..self.sites.len() {
                is_quiet &= !self.exchange(at);
            }
            while let Some(event) = self.network.poll_event() {
                self.told.push(event.what);
            }
            if is_quiet {
                return;
            }
        }
        panic!("it does not come to rest");
    }

    /// Whether anything moved.
    fn exchange(&mut self, at: usize) -> bool {
        let (site, now) = (&mut self.sites[at], self.now);
        let is_plugged = self.network.is_plugged(site.id);
        if site.is_open && !is_plugged {
            site.is_open = false;
            site.modem.handle_close(now);
        }
        if !site.is_open && is_plugged && site.opens {
            site.is_open = true;
            self.network.handle_open(site.id, now);
            site.modem.handle_open(now);
        }
        let mut octets = BytesMut::new();
        site.modem.poll_transmit(&mut octets);
        let mut moved = !octets.is_empty();
        if site.is_open && !octets.is_empty() {
            site.hear(&octets);
            self.network.handle_octets(site.id, &octets, now);
        }
        octets.clear();
        self.network.poll_transmit(site.id, &mut octets);
        if site.is_open && !octets.is_empty() {
            moved = true;
            site.modem.handle_octets(&octets, now);
        }
        while let Some(event) = site.modem.poll_event() {
            moved = true;
            if let Event::Received(Received { id, .. }) | Event::Report(Report { id, .. }) = &event
                && let Some(after) = site.persists_after
            {
                site.persists.insert((now + after, *id), ());
            }
            if let Event::Port(request) = &event {
                self.network.handle_close(site.id, now);
                match request {
                    PortRequest::PowerCycle => {
                        self.network.cut(site.id, now);
                        self.network.plug_again(site.id, now);
                    }
                    PortRequest::Reopen => {
                        site.is_open = false;
                        site.modem.handle_close(now);
                    }
                    _ => self.network.handle_open(site.id, now),
                }
            }
            site.events.push(event);
        }
        site.persist(now) || moved
    }

    /// Sends a text from a modem; a token for each part.
    pub(crate) fn send(&mut self, at: usize, to: &str, text: &str) -> Vec<u64> {
        let reference = u8::try_from(self.last_token % 256).unwrap();
        let options = Options::new().with_reference(Reference::Eight(reference));
        let parts = segment(text, &options).unwrap();
        let count = parts.iter().count();
        let mut tokens = Vec::new();
        for (number, part) in parts.iter().enumerate() {
            self.last_token += 1;
            let user_data = UserDataBuf::from(part);
            let submit = tpdu::Submit {
                status_report_request: true,
                validity_period: Some(ValidityPeriod::relative(Duration::from_secs(86_400))),
                ..tpdu::Submit::new(Address::parse(to).unwrap(), user_data.view())
            };
            let submit = Submit {
                pdu: ModemPdu::from(submit).to_vec(),
                more_to_follow: number + 1 < count,
            };
            let taken = self.sites[at].modem.send(self.last_token, submit, self.now);
            assert_eq!(taken, Ok(()));
            tokens.push(self.last_token);
        }
        self.settle();
        tokens
    }

    pub(crate) fn inject(&mut self, to: &str, text: &str) {
        self.network.inject(OUTSIDE, to, text, self.now).unwrap();
        self.settle();
    }

    /// The texts that the service centre accepted, with duplicates.
    pub(crate) fn accepted(&self) -> Vec<String> {
        let texts = self.told.iter().filter_map(|what| match what {
            What::Submit(Message { text, .. }) => Some(text.clone().unwrap_or_default()),
            _ => None,
        });
        texts.collect()
    }

    /// How often the network told what `is_it` means.
    pub(crate) fn count(&self, is_it: impl Fn(&What) -> bool) -> usize {
        self.told.iter().filter(|what| is_it(what)).count()
    }
}

impl Site {
    fn new(id: ModemId, config: &Config, now: Instant) -> Self {
        Self {
            id,
            modem: Modem::new(config.clone(), now),
            events: Vec::new(),
            persists_after: Some(Duration::from_millis(5)),
            persists: BTreeMap::new(),
            is_open: false,
            loses_octets: false,
            opens: true,
            written: Vec::new(),
            line: Vec::new(),
        }
    }

    fn due(&self) -> Option<Instant> {
        let persists = self.persists.keys().next().map(|(at, _)| *at);
        [persists, self.modem.poll_timeout()]
            .into_iter()
            .flatten()
            .min()
    }

    fn handle_timeout(&mut self, now: Instant) {
        if self.modem.poll_timeout().is_some_and(|at| at <= now) {
            self.modem.handle_timeout(now);
            let again = self.modem.poll_timeout();
            assert!(again.is_none_or(|again| again > now), "due again at once");
        }
    }

    /// The owner has safe what is due.
    fn persist(&mut self, now: Instant) -> bool {
        let mut moved = false;
        while let Some(entry) = self.persists.first_entry()
            && entry.key().0 <= now
        {
            let ((_, id), ()) = entry.remove_entry();
            self.modem.persisted(id, now);
            moved = true;
        }
        moved
    }

    fn hear(&mut self, octets: &[u8]) {
        for octet in octets {
            match octet {
                b'\r' | 0x1A => {
                    let line = std::mem::take(&mut self.line);
                    self.written
                        .push(String::from_utf8_lossy(&line).into_owned());
                }
                octet => self.line.push(*octet),
            }
        }
    }

    /// What was told so far of messages that were sent, without the delays.
    pub(crate) fn outcomes(&self) -> Vec<(u64, &'static str)> {
        let outcomes = self.events.iter().filter_map(|event| match event {
            Event::Sent { token, .. } => Some((*token, "sent")),
            Event::NotSent { token, .. } => Some((*token, "not sent")),
            Event::Unknown { token } => Some((*token, "unknown")),
            Event::SentLate { token, .. } => Some((*token, "sent late")),
            Event::NotSentLate { token, .. } => Some((*token, "not sent late")),
            _ => None,
        });
        outcomes.collect()
    }

    /// The texts of the messages that were handed over, of each part its own.
    pub(crate) fn texts(&self) -> Vec<String> {
        let mut texts = Vec::new();
        for event in &self.events {
            let Event::Received(received) = event else {
                continue;
            };
            if received.fault.is_some() && self.loses_octets && received.source == Source::Direct {
                // A report that was handed on cannot be read again.
                continue;
            }
            assert_eq!(received.fault, None);
            let pdu = ModemPdu::decode(&received.pdu, Context::SC_TO_MS).unwrap();
            let Tpdu::Deliver(deliver) = pdu.tpdu else {
                panic!("{pdu:?}");
            };
            texts.push(deliver.user_data.text().unwrap_or_default());
        }
        texts
    }

    pub(crate) fn reports(&self) -> Vec<Report> {
        let reports = self.events.iter().filter_map(|event| match event {
            Event::Report(report) => Some(report.clone()),
            _ => None,
        });
        reports.collect()
    }

    pub(crate) fn has(&self, event: &Event) -> bool {
        self.events.contains(event)
    }
}
