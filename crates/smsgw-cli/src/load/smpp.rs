//! `smsgw load smpp`: many `submit_sm` to one server.

use std::error::Error;
use std::process::ExitCode;
use std::time::Instant;

use smsgw::convert::smpp::{Outgoing, Part};
use smsgw_smpp::connection::Events;
use smsgw_smpp::esme::Esme;
use smsgw_smpp::pdu::{Body as _, SubmitSm, SubmitSmResp};
use smsgw_smpp::receipt::{IdMatch, IdOrigin};
use smsgw_smpp::session::{Config, Event, Histogram, SendError, Session};
use smsgw_smpp::{CommandId, CommandStatus, Frame, Header, SequenceNumber};

use super::protocol::{Heard, Protocol, Status};
use super::run::{self, Plan};
use crate::client::smpp::{self as client, Client, Mode, Server};

/// Send many short messages by SMPP and measure how the server takes them.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  smsgw load smpp --connect 127.0.0.1:2775 --system-id esme --password secret
  smsgw load smpp --connect 127.0.0.1:2775 --system-id esme --password secret \\
      --messages 100000 --connections 4 --window 200 --receipts --json
  smsgw load smpp --connect 127.0.0.1:2775 --system-id esme --password secret \\
      --rate 500 --duration 60s

What is measured:
  throughput   answers a second, from the first request to the last answer
  round trip   from handing a request to the session to reading its answer, both in this process
  queue wait   with --rate: from when a message was due, at an even rate, to when it was sent; it
               grows when the server, or this program, is too slow for the rate
  receipts     from sending a message to its receipt, which is found by the message id
Quantiles are exact to an eighth. Server and this program share the machine when both run on it.

User data of more than 254 octets goes into message_payload.
Receipts of other messages that come meanwhile are taken and counted, messages are not taken.
Ctrl-C ends the sending; once more, the waiting for answers.
Exit status 1: not all was sent (unless ended by --duration or Ctrl-C), an answer was not ESME_ROK,
an answer or a receipt did not come.")]
pub(crate) struct Args {
    #[command(flatten)]
    server: Server,
    #[command(flatten)]
    plan: Plan,
    /// Send slower when the server asks for it (ESME_RTHROTTLED, ESME_RMSGQFUL).
    #[arg(long)]
    slow_down: bool,
    /// How to bind.
    #[arg(long, value_enum, default_value_t = Mode::Trx)]
    mode: Mode,
}

pub(crate) fn run(args: &Args) -> ExitCode {
    run::run(&args.plan, || args.protocol())
}

impl Args {
    fn protocol(&self) -> Result<Smpp, Box<dyn Error>> {
        let plan = &self.plan;
        if plan.receipts && self.mode == Mode::Tx {
            return Err("--receipts come to receivers only: not with --mode tx".into());
        }
        let (message, part) = (plan.message(), Part::new(0, &[], &plan.octets()));
        let submit = Outgoing::new(&message, &part)?;
        let submit = submit.submit_sm()?;
        let config = Config {
            window: plan.window.into(),
            slow_down: self.slow_down,
            ..Config::default()
        };
        Ok(Smpp {
            client: self.server.client(self.mode, config)?,
            submit: submit.to_frame(CommandStatus::ESME_ROK, SequenceNumber::default()),
            ids: plan.receipts.then(|| self.server.receipt_ids()),
        })
    }
}

/// What a run speaks and sends.
#[derive(Clone)]
struct Smpp {
    client: Client,
    /// A `submit_sm`.
    submit: Frame,
    /// Which receipt is about which message, when they are asked for.
    ids: Option<IdMatch>,
}

impl Protocol for Smpp {
    const NAME: &'static str = "smpp";

    type Session = Session;
    type Handle = Esme;
    type Message<'m> = SubmitSm<'m>;
    type Status = CommandStatus;
    type Owed = (Header, CommandStatus);

    async fn connect(&self) -> Result<(Esme, Events), String> {
        self.client.bind().await
    }

    fn message(&self) -> Result<SubmitSm<'_>, String> {
        self.submit.decode().map_err(|error| error.to_string())
    }

    fn with<R>(esme: &Esme, act: impl FnOnce(&mut Session, Instant) -> R) -> R {
        esme.with(act)
    }

    fn room(session: &Session) -> Option<usize> {
        let room = session.config().window.saturating_sub(session.in_flight());
        session.state().is_bound().then_some(room)
    }

    fn send(
        session: &mut Session,
        submit: &SubmitSm<'_>,
        token: u64,
        now: Instant,
    ) -> Result<(), Option<Instant>> {
        match session.request(submit, token, now) {
            Ok(_) => Ok(()),
            Err(SendError::Paced(at)) => Err(Some(at)),
            Err(_) => Err(None),
        }
    }

    fn hear(&self, event: Event) -> Heard<Self> {
        match event {
            Event::Response { token, frame } => Heard::Answer {
                token,
                status: frame.command_status(),
                id: self.id_of(&frame),
            },
            Event::LateResponse { token, frame } => Heard::Late {
                token,
                id: self.id_of(&frame),
            },
            Event::Unanswered { written, .. } => Heard::Unanswered { written },
            Event::Request(frame) => self.judge(&frame),
            Event::Closed(reason) => Heard::Closed(reason.to_string()),
            _ => Heard::Other,
        }
    }

    fn answer(session: &mut Session, (request, status): (Header, CommandStatus)) {
        client::answer(session, request, status);
    }

    fn leave(esme: &Esme) {
        esme.unbind();
    }

    fn close(esme: &Esme) {
        esme.close();
    }

    fn round_trip(esme: &Esme, _heard: Histogram) -> Histogram {
        esme.metrics().round_trip().clone()
    }
}

impl Smpp {
    /// The id that an answer gives to a message.
    fn id_of(&self, answer: &Frame) -> Option<String> {
        let ids = self.ids?;
        let answer = answer.command_status().is_ok().then(|| answer.decode());
        let answer: SubmitSmResp<'_> = answer?.ok()?;
        let id = client::message_id(&answer);
        Some(ids.normalise(IdOrigin::Response, &id).into_owned())
    }

    /// What a request of the peer is answered. Receipts are taken, whatever they are about;
    /// messages are not ours to take.
    fn judge(&self, frame: &Frame) -> Heard<Self> {
        let request = frame.header();
        let Some(receipt) = client::receipt(frame) else {
            let status = match frame.command_id() {
                CommandId::DELIVER_SM | CommandId::DATA_SM => CommandStatus::ESME_RX_T_APPN,
                _ => CommandStatus::ESME_RINVCMDID,
            };
            let (owed, receipt) = ((request, status), None);
            return Heard::Request { owed, receipt };
        };
        let id = receipt
            .message_id()
            .filter(|_| client::is_final(&receipt))
            .zip(self.ids)
            .map(|(id, ids)| ids.normalise(IdOrigin::Receipt, id).into_owned());
        Heard::Request {
            owed: (request, CommandStatus::ESME_ROK),
            receipt: id.map(|id| (id, client::state(&receipt).to_owned())),
        }
    }
}

impl Status for CommandStatus {
    fn is_ok(self) -> bool {
        Self::is_ok(self)
    }
}
