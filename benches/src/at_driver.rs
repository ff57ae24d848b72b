//! Emulated modems in a process of their own, and drivers and pools over them.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

use smsgw_at::driver::{self, Driver};
use smsgw_at::modem;
use smsgw_at::pool::{
    Config, Event, MemberOptions, Message, PoolEvent, PoolEvents, PoolHandle, PoolOptions,
};
use smsgw_at::port::PortAddress;
use smsgw_gsm::field::Address;
use smsgw_gsm::tpdu::{ModemPdu, Submit, UserDataBuf};
use smsgw_sim::modem::{self as sim, Emulator, Listen, ModemConfig};

use crate::loopback::Error;

/// What the emulated network does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Network {
    /// It answers at once.
    Instant,
    /// It takes 2 to 6 seconds for a message.
    Radio,
}

/// Emulated modems behind sockets.
pub struct Modems {
    child: Child,
    output: BufReader<ChildStdout>,
    addresses: Vec<PortAddress>,
}

impl Modems {
    /// Starts this program again, which then calls [`emulate`].
    pub fn start(count: usize, network: Network) -> Result<Self, Error> {
        let network = match network {
            Network::Instant => "instant",
            Network::Radio => "radio",
        };
        let mut child = Command::new(std::env::current_exe()?)
            .args(["emulate", &count.to_string(), network])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let output = child.stdout.take().ok_or("no output")?;
        let mut output = BufReader::new(output);
        let mut addresses = Vec::new();
        for _ in 0..count {
            let mut line = String::new();
            output.read_line(&mut line)?;
            addresses.push(line.trim().parse()?);
        }
        Ok(Self {
            child,
            output,
            addresses,
        })
    }

    /// Ends them; how many messages the network took.
    pub fn end(mut self) -> Result<u64, Error> {
        let mut input = self.child.stdin.take().ok_or("no input")?;
        input.write_all(b"\n")?;
        let mut line = String::new();
        self.output.read_line(&mut line)?;
        self.child.wait()?;
        Ok(line.trim().parse()?)
    }
}

/// So many modems, each at a socket whose address is printed, until a line comes in; then the
/// number of messages that the network took is printed.
pub async fn emulate(count: u16, network: Network) -> Result<(), Error> {
    let place = Listen::Abstract(format!("smsgw-bench-{}-", std::process::id()));
    let modems = (1..=count).map(|n| {
        let place = place.numbered(n).ok_or("no place")?;
        Ok((ModemConfig::new(&format!("+4917{n:08}")), place))
    });
    let modems = modems.collect::<Result<Vec<_>, Error>>()?;
    let config = match network {
        Network::Instant => sim::Config::default(),
        Network::Radio => sim::Config::default().with_radio(),
    };
    let emulator = Emulator::start(config, modems).await?;
    for line in emulator.lines() {
        let Listen::Abstract(name) = line.place else {
            return Err("not as asked".into());
        };
        println!("unix:@{name}");
    }
    tokio::task::spawn_blocking(|| std::io::stdin().read_line(&mut String::new())).await??;
    println!("{}", emulator.with(|network, _| network.status().accepted));
    Ok(())
}

/// A message with a hundred characters, to a number that no modem has. Each goes to another: what
/// comes back would else be the same for those that were sent within a second.
fn message(number: u64, wants_report: bool) -> Result<Message, Error> {
    let recipient = format!("+49151{number:08}");
    let text = UserDataBuf::text(&"twenty octets of it.".repeat(5))?;
    let submit = Submit {
        status_report_request: wants_report,
        ..Submit::new(Address::parse(&recipient)?, text.view())
    };
    Ok(Message {
        recipient,
        parts: vec![ModemPdu::from(submit).to_vec()],
        sim: None,
        expires: None,
    })
}

/// A driver whose modem is ready, without a pool.
pub async fn driver(modems: &Modems) -> Result<(Driver, driver::Events), Error> {
    let address = modems.addresses.first().ok_or("no modem")?.clone();
    let options = driver::Options::default();
    let (driver, events) = Driver::start(address, modem::Config::default(), options);
    let is_ready = driver.wait_for(|state| state.is_ready()).await;
    is_ready.ok_or("the driver ended")?;
    Ok((driver, events))
}

/// Sends so many messages by one driver, ten of which wait at a time.
pub async fn send_by_driver(
    (driver, events): &mut (Driver, driver::Events),
    messages: u64,
) -> Result<(), Error> {
    let (mut queued, mut sent) = (0, 0);
    while sent < messages {
        while queued < messages.min(sent + 10) {
            let message = message(queued, false)?;
            for pdu in message.parts {
                let more_to_follow = false;
                driver.queue(
                    queued,
                    modem::Submit {
                        pdu,
                        more_to_follow,
                    },
                )?;
            }
            queued += 1;
        }
        match events.recv().await.ok_or("the driver ended")? {
            driver::Event::Modem(modem::Event::Sent { .. }) => sent += 1,
            driver::Event::Modem(
                event @ (modem::Event::NotSent { .. } | modem::Event::Unknown { .. }),
            ) => return Err(format!("{event:?}").into()),
            _ => {}
        }
    }
    Ok(())
}

/// A pool whose modems are ready.
pub async fn pool(modems: &Modems) -> Result<(PoolHandle, PoolEvents), Error> {
    let config = Config {
        sticky: 0,
        ..Config::default()
    };
    let (pool, mut events) = PoolHandle::start(config, PoolOptions::default());
    let mut waiting = modems.addresses.len();
    for address in &modems.addresses {
        let (modem, options) = (modem::Config::default(), driver::Options::default());
        pool.add(address.clone(), modem, options, MemberOptions::default())?;
    }
    while waiting > 0 {
        let event = events.recv().await.ok_or("the pool ended")?;
        if let PoolEvent::Pool(Event::Modem {
            event: modem::Event::State(modem::State::Ready),
            ..
        }) = event
        {
            waiting -= 1;
        }
    }
    Ok((pool, events))
}

/// Sends so many messages by a pool, and waits for their reports if they are wanted.
pub async fn send_by_pool(
    (pool, events): &mut (PoolHandle, PoolEvents),
    messages: u64,
    wants_report: bool,
) -> Result<(), Error> {
    let modems = pool.status().len() as u64;
    // No modem hands over more reports than this before it is told that some are safe.
    let unreported = if wants_report { 500 * modems } else { u64::MAX };
    let (mut queued, mut sent, mut reported, mut strays) = (0, 0, 0, 0);
    while sent < messages || (wants_report && reported < messages) {
        while queued < messages.min(sent + 2 * modems) && queued - reported < unreported {
            pool.queue(queued, message(queued, wants_report)?)?;
            queued += 1;
        }
        // Longer than any modem is silent that has something to do.
        let event = tokio::time::timeout(Duration::from_secs(30), events.recv()).await;
        let event = event.map_err(|_| {
            format!("silence after {sent} sent, {reported} reports and {strays} on nothing")
        })?;
        match event.ok_or("the pool ended")? {
            PoolEvent::Pool(Event::Outcome(outcome)) if outcome.is_sent() => sent += 1,
            PoolEvent::Pool(Event::Outcome(outcome)) => {
                return Err(format!("{outcome:?}").into());
            }
            PoolEvent::Pool(Event::Report {
                member,
                about,
                report,
                ..
            }) => {
                pool.persisted(member, report.id);
                reported += u64::from(about.is_some());
                strays += u64::from(about.is_none());
            }
            _ => {}
        }
    }
    Ok(())
}
