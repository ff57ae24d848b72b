//! The operations 01, 02, 03 and 30: messages of the call family; and 31, the alert.

use crate::op::{Seq, Spare, operation};
use crate::types::{
    AMsg, AccountAddress, Address, AuthenticationCode, Flag, Minute, Pid, ShortContent,
};

operation! {
    /// OT 01: a message to one recipient.
    ///
    /// From the client, and on simple links from the centre too.
    pub struct CallInput<'a> {
        /// The recipient.
        ["AdC"] M adc: Address<'a>,
        /// The originator.
        ["OAdC"] O oadc: Address<'a>,
        /// The originator's authentication code.
        ["AC"] O ac: AuthenticationCode<'a>,
        /// The message: its type (MT), numeric or alphanumeric, and itself (NMsg or AMsg).
        ["MT" "Msg"] M message: ShortContent<'a>,
    }
}

operation! {
    /// OT 02: a message to several recipients.
    pub struct MultipleAddressCallInput<'a> repeating 1 {
        /// The recipients, at least one, and how many they are (NPL).
        ["NPL" "AdC"] M recipients: Seq<'a, Address<'a>>,
        /// The originator.
        ["OAdC"] O oadc: Address<'a>,
        /// The originator's authentication code.
        ["AC"] O ac: AuthenticationCode<'a>,
        /// The message: its type (MT), numeric or alphanumeric, and itself (NMsg or AMsg).
        ["MT" "Msg"] M message: ShortContent<'a>,
    }
}

operation! {
    /// OT 03: a message with supplementary services.
    pub struct SupplementaryCallInput<'a> repeating_or_more 4 {
        /// The recipient.
        ["AdC"] M adc: Address<'a>,
        /// The originator.
        ["OAdC"] O oadc: Address<'a>,
        /// The originator's authentication code.
        ["AC"] O ac: AuthenticationCode<'a>,
        /// The group addresses, and how many they are (NPL).
        ["NPL" "GA"] O ga: Seq<'a, AuthenticationCode<'a>>,
        /// One field more, which some peers have: an RP in front of RP, or a GA where there is
        /// none.
        [] O spare: Spare<'a>,
        /// Whether the message is repeated.
        ["RP"] O rp: Flag,
        /// Whether it has priority.
        ["PR"] O pr: Flag,
        /// The legitimisation code for priority.
        ["LPR"] O lpr: AuthenticationCode<'a>,
        /// Whether it is urgent.
        ["UR"] O ur: Flag,
        /// The legitimisation code for urgent messages.
        ["LUR"] O lur: AuthenticationCode<'a>,
        /// Whether the recipient pays.
        ["RC"] O rc: Flag,
        /// The legitimisation code for reverse charging.
        ["LRC"] O lrc: AuthenticationCode<'a>,
        /// Whether delivery is deferred.
        ["DD"] O dd: Flag,
        /// Until when delivery is deferred; local time of the centre.
        ["DDT"] O ddt: Option<Minute>,
        /// The message: its type (MT), numeric or alphanumeric, and itself (NMsg or AMsg).
        ["MT" "Msg"] M message: ShortContent<'a>,
    }
}

operation! {
    /// OT 30: a message with the services of a short message centre.
    pub struct SmsMessageTransfer<'a> {
        /// The recipient.
        ["AdC"] M adc: Address<'a>,
        /// The originator.
        ["OAdC"] O oadc: Address<'a>,
        /// The originator's authentication code.
        ["AC"] O ac: AuthenticationCode<'a>,
        /// Whether a notification is asked for.
        ["NRq"] O nrq: Flag,
        /// Where notifications go.
        ["NAdC"] O nadc: Address<'a>,
        /// What kind of terminal `nadc` is.
        ["NPID"] O npid: Pid,
        /// Whether delivery is deferred.
        ["DD"] O dd: Flag,
        /// Until when delivery is deferred; local time of the centre.
        ["DDT"] O ddt: Option<Minute>,
        /// Until when the centre tries to deliver; local time of the centre.
        ["VP"] O vp: Option<Minute>,
        /// The text of the message, an octet a character.
        ["AMsg"] O amsg: AMsg<'a>,
    }
}

operation! {
    /// OT 31: tells the centre that the client is there; it delivers what waits for it.
    ///
    /// Sent now and then, it keeps a connection alive. Some centres send it too.
    ///
    /// ```
    /// use smsgw_ucp::Trn;
    /// use smsgw_ucp::op::{Op, SmtAlert};
    /// use smsgw_ucp::types::Pid;
    ///
    /// let alert = SmtAlert {
    ///     adc: "1234".try_into()?,
    ///     pid: Pid::PC_OVER_TCP_IP,
    /// };
    /// let frame = alert.to_frame(Trn::ZERO);
    /// assert_eq!(frame.octets(), "\x0200/00026/O/31/1234/0539/C0\x03");
    /// # Ok::<(), smsgw_ucp::ValueError>(())
    /// ```
    pub struct SmtAlert<'a> {
        /// The account.
        ["AdC"] M adc: AccountAddress<'a>,
        /// What kind of terminal it is.
        ["PID"] M pid: Pid,
    }
}
