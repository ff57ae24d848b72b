//! `smsgw modem console`: AT commands by hand.

use std::error::Error;
use std::io::{IsTerminal as _, Write as _};
use std::process::ExitCode;
use std::time::Duration;

use serde_json::{Value as Json, json};
use smsgw_at::line::{Data, Event, InFlight, LineReader};
use smsgw_at::port::{Port, PortAddress};
use smsgw_at::transcript::{Direction, Tap};
use smsgw_sim::json_line;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::time::Instant;

use super::input::Input;
use super::link::hint;
use super::port::TranscriptArgs;
use crate::decode::input::printable;
use crate::values::duration;

/// Speak AT with a modem by hand.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  smsgw modem console --port /dev/ttyUSB0
  printf 'ATI\\nAT+CSQ\\n' | smsgw modem console --port /dev/ttyUSB0

Each line of standard input is a command; nothing else is sent, and no answer is changed. What the
modem says by itself begins with `* `. After a prompt the next line is the data, Ctrl-Z is added, and
an empty line leaves the prompt. A line with characters above U+00FF is not sent. When standard input is no terminal, each command waits for the
answer to the one before.
Exit status 1: the last command failed or was not answered.")]
pub(super) struct Args {
    /// Where the modem is.
    #[arg(long, value_name = "PORT")]
    port: PortAddress,
    /// How long an answer may take before the next command of a script is sent.
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = duration)]
    timeout: Duration,
    #[command(flatten)]
    transcript: TranscriptArgs,
    /// Print one JSON object a line.
    #[arg(long)]
    json: bool,
}

const CTRL_Z: char = '\u{1a}';
const ESC: &str = "\u{1b}";
/// How long what has no end may go on.
const HOLD: Duration = Duration::from_secs(2);

pub(super) async fn run(args: &Args) -> Result<ExitCode, Box<dyn Error>> {
    let opened = Port::open(&args.port).await;
    let port = opened.map_err(|error| format!("{}: {error}; {}", args.port, hint(&error)))?;
    let mut console = Console {
        port,
        tap: args.transcript.taps(false)?(&args.port.to_string()),
        reader: LineReader::new(),
        is_script: !std::io::stdin().is_terminal(),
        json: args.json,
        has_prompt: false,
        due: None,
        is_well: true,
    };
    let talked = console.talk(args.timeout).await;
    let _ = console.port.shutdown().await;
    talked?;
    Ok(match console.is_well {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    })
}

struct Console {
    port: Port,
    tap: Tap,
    reader: LineReader,
    is_script: bool,
    json: bool,
    /// The next line is data.
    has_prompt: bool,
    /// When the answer that is waited for is late.
    due: Option<Instant>,
    /// What became of the last command.
    is_well: bool,
}

impl Console {
    async fn talk(&mut self, timeout: Duration) -> Result<(), Box<dyn Error>> {
        let mut input = Some(Input::new());
        let mut buffer = [0; 1_024];
        loop {
            if input.is_none() && self.due.is_none() {
                return Ok(());
            }
            let may_send = self.due.is_none() || self.has_prompt || !self.is_script;
            let line = async {
                match &mut input {
                    Some(input) if may_send => input.line().await,
                    _ => std::future::pending().await,
                }
            };
            let holds = self.reader.is_holding();
            let due = self.due.unwrap_or_else(|| Instant::now() + timeout);
            tokio::select! {
                read = self.port.read(&mut buffer) => {
                    let octets = buffer.get(..read?).unwrap_or_default();
                    if octets.is_empty() {
                        return Err("unplugged, or hung up".into());
                    }
                    self.tap.show(Direction::Received, octets);
                    self.reader.push(octets);
                }
                line = line => match line {
                    Some(line) => self.send(&line, timeout).await?,
                    None => {
                        input = None;
                        if std::mem::take(&mut self.has_prompt) {
                            self.leave_prompt().await?;
                        }
                    }
                },
                () = tokio::time::sleep(HOLD), if holds => self.reader.release(),
                () = tokio::time::sleep_until(due), if self.due.is_some() => {
                    self.due = None;
                    self.is_well = false;
                    self.reader.expect(InFlight::Idle);
                    self.tell("late", &format!("no answer within {timeout:?}"), "! ")?;
                }
            }
            while let Some(event) = self.reader.next_event() {
                self.show(event)?;
            }
        }
    }

    async fn send(&mut self, line: &str, timeout: Duration) -> std::io::Result<()> {
        // Characters are octets here, as in Latin-1.
        if let Some(wrong) = line
            .chars()
            .find(|character| u8::try_from(*character).is_err())
        {
            self.is_well = false;
            let text = format!("not sent: '{wrong}' is no octet");
            self.tell("refused", &text, "! ")?;
            // The next line is no data.
            if std::mem::take(&mut self.has_prompt) {
                self.leave_prompt().await?;
            }
            return Ok(());
        }
        if std::mem::take(&mut self.has_prompt) {
            if line.is_empty() {
                return self.leave_prompt().await;
            }
            let is_pdu = line.bytes().all(|octet| octet.is_ascii_hexdigit());
            self.reader.expect(if is_pdu {
                InFlight::Pdu
            } else {
                InFlight::Text
            });
            self.due = Some(Instant::now() + timeout);
            return self.write(&format!("{line}{CTRL_Z}")).await;
        }
        if line.is_empty() {
            return Ok(());
        }
        self.reader.expect(InFlight::Command(line));
        self.due = Some(Instant::now() + timeout);
        self.write(&format!("{line}\r")).await
    }

    /// Not all modems answer to that.
    async fn leave_prompt(&mut self) -> std::io::Result<()> {
        self.reader.expect(InFlight::Escape);
        self.due = Some(Instant::now() + HOLD);
        self.write(ESC).await
    }

    async fn write(&mut self, text: &str) -> std::io::Result<()> {
        let octets = text.chars().map(u8::try_from);
        let octets = octets.collect::<Result<Vec<u8>, _>>();
        let octets =
            octets.map_err(|error| std::io::Error::new(std::io::ErrorKind::InvalidInput, error))?;
        self.tap.show(Direction::Sent, &octets);
        self.port.write_all(&octets).await?;
        self.port.flush().await
    }

    fn show(&mut self, event: Event) -> std::io::Result<()> {
        match event {
            Event::Echo(_) => Ok(()),
            Event::Line(line) => self.tell("line", &line, ""),
            Event::Urc(urc) => {
                self.tell("urc", &urc.line, "* ")?;
                match urc.data {
                    Some(Data::Pdu(data) | Data::Text(data)) => self.tell("data", &data, "* "),
                    None => Ok(()),
                }
            }
            Event::Prompt => {
                self.has_prompt = true;
                self.due = None;
                self.tell("prompt", ">", "")
            }
            Event::Final(result) => {
                self.due = None;
                self.is_well = result.is_ok();
                self.tell("final", &result.to_string(), "")
            }
            Event::Junk(octets) => {
                let text = octets.escape_ascii().to_string();
                self.tell("junk", &text, "? ")
            }
            _ => Ok(()),
        }
    }

    fn tell(&self, event: &str, text: &str, mark: &str) -> std::io::Result<()> {
        let mut out = std::io::stdout().lock();
        if self.json {
            let line: Json = json!({"event": event, "text": text});
            json_line::write(&mut out, &line)?;
        } else {
            for line in text.lines() {
                writeln!(out, "{mark}{}", printable(line))?;
            }
        }
        out.flush()
    }
}
