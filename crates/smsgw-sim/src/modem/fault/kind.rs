//! What can go wrong.

use std::time::Duration;

/// Something that real modems do, or that is done to them.
///
/// Each counts its own: prompts, messages sent, command lines, writes, messages that come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// The prompt of `+CMGS` or `+CMGW` comes after a while.
    PromptDelay,
    /// The prompt never comes; an escape character leaves that.
    NoPrompt,
    /// An error comes in place of the prompt.
    Refuse,
    /// A message takes longer to send; other commands wait for it.
    SendDelay,
    /// A message is not accepted, with this cause.
    Cms,
    /// A message is sent, and nothing tells of it. Other commands are answered.
    LostResult,
    /// A message is not sent, and nothing tells of it. Other commands are answered.
    LostSubmit,
    /// A message is sent; its result comes after a while, in the middle of whatever is said then.
    LateResult,
    /// A message is sent, and `OK` alone tells of it: its reference is not known.
    NoReference,
    /// A command is answered with an error.
    Error,
    /// A command is answered after a while; other commands wait for it.
    Slow,
    /// A command is not answered, and nothing after it, until something ends that.
    Hang,
    /// The modem starts anew in the middle of a command.
    Reboot,
    /// The modem is unplugged in the middle of a command.
    Unplug,
    /// The network is lost when a message is to be sent, for a while.
    Deregister,
    /// An octet that the modem writes is lost.
    Drop,
    /// An octet that the modem reads is lost.
    DropInput,
    /// What the modem writes comes in pieces of so many octets, with a pause between them.
    Split,
    /// What the modem writes is held back for a while, and comes together with what follows.
    Merge,
    /// Octets that mean nothing come before what the modem writes.
    Noise,
    /// A line is echoed twice.
    RepeatedEcho,
    /// What a command is answered with comes twice; its result does not.
    RepeatedAnswer,
    /// All stores are full.
    Full,
    /// A message that came is stored, and nothing tells of it.
    LostIndication,
    /// A message that came is told of twice.
    RepeatedIndication,
    /// A `+CNMA` is taken for none: the wait for it goes on.
    LostAcknowledgement,
    /// A status report never comes.
    LostReport,
    /// A status report comes twice.
    RepeatedReport,
    /// The right PIN is taken for a wrong one.
    WrongPin,
    /// Lines that nobody asked for come in a burst, in front of what a command is answered with.
    Flood,
}

/// Which of its arguments a fault has.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Arguments {
    pub(super) delay: Option<Duration>,
    pub(super) code: Option<u16>,
    pub(super) until: bool,
    pub(super) size: Option<u32>,
    pub(super) on: bool,
    pub(super) to: bool,
    /// Hits once, unless that is said.
    pub(super) once: bool,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 30] = [
        Self::PromptDelay,
        Self::NoPrompt,
        Self::Refuse,
        Self::SendDelay,
        Self::Cms,
        Self::LostResult,
        Self::LostSubmit,
        Self::LateResult,
        Self::NoReference,
        Self::Error,
        Self::Slow,
        Self::Hang,
        Self::Reboot,
        Self::Unplug,
        Self::Deregister,
        Self::Drop,
        Self::DropInput,
        Self::Split,
        Self::Merge,
        Self::Noise,
        Self::RepeatedEcho,
        Self::RepeatedAnswer,
        Self::Full,
        Self::LostIndication,
        Self::RepeatedIndication,
        Self::LostAcknowledgement,
        Self::LostReport,
        Self::RepeatedReport,
        Self::WrongPin,
        Self::Flood,
    ];

    /// Its name on the command line and in events.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::PromptDelay => "prompt-delay",
            Self::NoPrompt => "no-prompt",
            Self::Refuse => "refuse",
            Self::SendDelay => "send-delay",
            Self::Cms => "cms",
            Self::LostResult => "lost-result",
            Self::LostSubmit => "lost-submit",
            Self::LateResult => "late-result",
            Self::NoReference => "no-reference",
            Self::Error => "error",
            Self::Slow => "slow",
            Self::Hang => "hang",
            Self::Reboot => "reboot",
            Self::Unplug => "unplug",
            Self::Deregister => "deregister",
            Self::Drop => "drop",
            Self::DropInput => "drop-input",
            Self::Split => "split",
            Self::Merge => "merge",
            Self::Noise => "noise",
            Self::RepeatedEcho => "repeated-echo",
            Self::RepeatedAnswer => "repeated-answer",
            Self::Full => "full",
            Self::LostIndication => "lost-indication",
            Self::RepeatedIndication => "repeated-indication",
            Self::LostAcknowledgement => "lost-acknowledgement",
            Self::LostReport => "lost-report",
            Self::RepeatedReport => "repeated-report",
            Self::WrongPin => "wrong-pin",
            Self::Flood => "flood",
        }
    }

    /// Which of its arguments a fault of this kind has, and what they are first.
    pub(super) fn arguments(self) -> Arguments {
        let none = Arguments::default();
        let delay = |seconds| Some(Duration::from_secs(seconds));
        match self {
            Self::PromptDelay => Arguments {
                delay: delay(2),
                ..none
            },
            Self::SendDelay => Arguments {
                delay: delay(10),
                to: true,
                ..none
            },
            Self::LateResult => Arguments {
                delay: delay(70),
                to: true,
                ..none
            },
            Self::LostResult | Self::LostSubmit => Arguments { to: true, ..none },
            Self::Refuse => Arguments {
                code: Some(500),
                ..none
            },
            Self::Cms => Arguments {
                code: Some(38),
                to: true,
                ..none
            },
            Self::Error => Arguments {
                code: Some(0),
                on: true,
                ..none
            },
            Self::Slow => Arguments {
                delay: delay(1),
                on: true,
                ..none
            },
            Self::Hang => Arguments {
                delay: Some(Duration::ZERO),
                until: true,
                on: true,
                once: true,
                ..none
            },
            Self::Reboot | Self::Unplug => Arguments {
                on: true,
                once: true,
                ..none
            },
            Self::Deregister => Arguments {
                delay: delay(30),
                ..none
            },
            Self::Split => Arguments {
                delay: Some(Duration::from_millis(5)),
                size: Some(7),
                ..none
            },
            Self::Merge => Arguments {
                delay: Some(Duration::from_millis(50)),
                ..none
            },
            Self::Noise => Arguments {
                size: Some(3),
                ..none
            },
            Self::Flood => Arguments {
                size: Some(100),
                on: true,
                ..none
            },
            _ => none,
        }
    }
}

/// What ends a [hang](Kind::Hang), beside time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Until {
    /// An escape character, or Ctrl-Z.
    Escape,
    /// The port is closed and opened again (DTR drops).
    Reopen,
    /// `AT+CFUN=1,1`, which is the only line that is obeyed.
    Reset,
    /// The modem is unplugged and plugged in again.
    #[default]
    Power,
}

impl Until {
    pub(super) const ALL: [Self; 4] = [Self::Escape, Self::Reopen, Self::Reset, Self::Power];

    /// `escape`, `reopen`, `reset` or `power`. Each of them is ended by those after it, too.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Escape => "escape",
            Self::Reopen => "reopen",
            Self::Reset => "reset",
            Self::Power => "power",
        }
    }
}
