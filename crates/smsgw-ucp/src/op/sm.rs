//! The operations 51 to 58: one layout of 33 fields, of which each operation uses its own.

use crate::op::{Unused, operation};
use crate::types::{
    Address, AuthenticationCode, DataCoding, Digit, Dst, Flag, ListedMessage, Message,
    MessageClass, Minute, NotificationType, Originator, Otoa, Pid, ReplyPath, Rpid, Rsn, Second,
    XSer,
};

/// Makes the operations from the table of their fields: a row a field, or a few in a row that belong
/// together; a column an operation.
macro_rules! columns {
    ({} $fields:tt) => {};
    // The first column is the first operation's; the others are left to the next round.
    (
        { $(#[$meta:meta])* $name:ident $( [$adc:ident $oadc:ident $otoa:ident] )?, $($others:tt)* }
        {$(
            $(#[$doc:meta])*
            [$( $std:literal )+] ($column:tt $($columns:tt)*) $field:ident: $ty:ty,
        )*}
    ) => {
        operation! {
            $(#[$meta])*
            pub struct $name<'a> $( [$adc $oadc $otoa] )? {
                $( $(#[$doc])* [$( $std )+] $column $field: column!($column [$( $std )+] $ty), )*
            }
        }
        columns! {
            { $($others)* }
            {$( $(#[$doc])* [$( $std )+] ($($columns)*) $field: $ty, )*}
        }
    };
}

/// What stands in a field of a column: `M` mandatory, `O` optional, `-` not used; `P` mandatory, and
/// it can be a sender's name; `L` and `l` mandatory and optional, with an NB that is not used.
macro_rules! column {
    (- [$name:literal] $ty:ty) => {
        Unused<'a>
    };
    (- [$first:literal $second:literal $third:literal] $ty:ty) => {
        Unused<'a, 3>
    };
    (L $names:tt $ty:ty) => {
        ListedMessage<'a>
    };
    (l $names:tt $ty:ty) => {
        ListedMessage<'a>
    };
    (P [$name:literal] $ty:ty) => {
        Originator<'a>
    };
    ($need:tt $names:tt $ty:ty) => {
        $ty
    };
}

columns! {
    {
        /// OT 51: a message to the centre.
        ///
        /// ```
        /// use smsgw_ucp::Trn;
        /// use smsgw_ucp::op::{Op, SubmitShortMessage};
        /// use smsgw_ucp::types::{Hex, Message, MessageClass};
        ///
        /// let submit = SubmitShortMessage {
        ///     adc: "00306912345678".try_into()?,
        ///     oadc: "2147".try_into()?,
        ///     message: Message::octets(Hex::new("F5AA34DE")?)?,
        ///     mcls: MessageClass::CLASS_1,
        ///     ..SubmitShortMessage::default()
        /// };
        /// let frame = submit.to_frame(Trn::ZERO);
        /// assert_eq!(frame.decode::<SubmitShortMessage>()?, submit);
        /// # Ok::<(), Box<dyn std::error::Error>>(())
        /// ```
        SubmitShortMessage [adc oadc otoa],
        /// OT 52: a message from the centre.
        DeliverShortMessage [adc oadc otoa],
        /// OT 53: what became of a message.
        ///
        /// Its sender is in [`adc`](Self::adc) now, its recipient in [`oadc`](Self::oadc). Dst and
        /// Rsn say what became of it; the text is for people.
        ///
        /// ```
        /// use smsgw_ucp::op::{DeliverNotification, Op};
        /// use smsgw_ucp::types::{Dst, Rsn};
        /// use smsgw_ucp::{MessageKey, Reason, Trn};
        ///
        /// let key = MessageKey::parse("00306912345678:211126225429")?;
        /// let frame = DeliverNotification {
        ///     adc: "2147".try_into()?,
        ///     oadc: key.adc.try_into()?,
        ///     scts: Some(key.scts),
        ///     dst: Dst::NOT_DELIVERED,
        ///     rsn: Rsn::from(Reason(107)),
        ///     ..DeliverNotification::default()
        /// }
        /// .to_frame(Trn::ZERO);
        ///
        /// let read: DeliverNotification = frame.decode()?;
        /// let reason = read.rsn.reason().and_then(Reason::text);
        /// assert!(read.dst.is_final());
        /// assert_eq!(reason, Some("absent subscriber"));
        /// # Ok::<(), Box<dyn std::error::Error>>(())
        /// ```
        DeliverNotification,
        /// OT 54: a message that waits at the centre is changed.
        ModifyMessage [adc oadc otoa],
        /// OT 55: which messages wait at the centre.
        InquiryMessage,
        /// OT 56: messages that wait at the centre are deleted.
        DeleteMessage,
        /// OT 57: what an inquiry found, one message each.
        ResponseInquiryMessage,
        /// OT 58: what was deleted, one message each.
        ResponseDeleteMessage,
    }
    {
        //                           51 52 53 54 55 56 57 58
        /// The recipient of the operation. In OT 53 the sender of the message, and so a name when
        /// that was one; in OT 57 and 58 the one who asked.
        ["AdC"]                      (M M P M M M M M) adc: Address<'a>,
        /// The originator of the operation. In OT 53 the recipient of the message. `otoa` tells how
        /// to read it.
        ["OAdC"]                     (M M M M M M - -) oadc: Originator<'a>,
        /// The originator's authentication code.
        ["AC"]                       (O - - O - - - -) ac: AuthenticationCode<'a>,
        /// Whether notifications are asked for.
        ["NRq"]                      (O - - O - - - -) nrq: Flag,
        /// Where notifications go; to the originator when it is empty.
        ["NAdC"]                     (O - - O - - - -) nadc: Address<'a>,
        /// Which notifications are asked for.
        ["NT"]                       (O - - O - - - -) nt: NotificationType,
        /// What kind of terminal `nadc` is.
        ["NPID"]                     (O - - O - - - -) npid: Pid,
        /// Whether there is a last resort address.
        ["LRq"]                      (O - - O - - - -) lrq: Flag,
        /// The last resort address: where the message goes when it cannot be delivered.
        ["LRAd"]                     (O - - O - - - -) lrad: Address<'a>,
        /// What kind of terminal `lrad` is.
        ["LPID"]                     (O - - O - - - -) lpid: Pid,
        /// Whether delivery is deferred.
        ["DD"]                       (O - - O - - - -) dd: Flag,
        /// Until when delivery is deferred; local time of the centre.
        ["DDT"]                      (O - - O - - - -) ddt: Option<Minute>,
        /// Until when the centre tries to deliver; local time of the centre.
        ["VP"]                       (O - - O - - - -) vp: Option<Minute>,
        /// TP-PID of the message.
        ["RPID"]                     (O O - O - - - -) rpid: Rpid,
        /// When the message came to the centre, local time of it. With the recipient this names the
        /// message; in OT 53 and 54 the message meant.
        ["SCTS"]                     (- M M M - - - -) scts: Option<Second>,
        /// What became of the message.
        ["Dst"]                      (- - M - - - - -) dst: Dst,
        /// Why it is not delivered.
        ["Rsn"]                      (- - M - - - - -) rsn: Rsn,
        /// When it was delivered or tried last; local time of the centre.
        ["DSCTS"]                    (- - M - - - - -) dscts: Option<Second>,
        /// The message: its type (MT), its length in bits when it is transparent data (NB), and the
        /// message itself (NMsg, AMsg or TMsg). Transparent data without NB is read, also strictly.
        ["MT" "NB" "Msg"]            (M M M O - l L L) message: Message<'a>,
        /// Whether more messages follow.
        ["MMS"]                      (O O O O - - O O) mms: Flag,
        /// The priority.
        ["PR"]                       (O - - O - - - -) pr: Digit,
        /// How the data of the message is coded. Deprecated: see DCS in `xser`.
        ["DCs"]                      (- O - - - - - -) dcs: DataCoding,
        /// The class of the message. With transparent data the
        /// documents want it unless `xser` has a DCS; without either it is read, also strictly.
        ["MCLs"]                     (O O - O - - - -) mcls: MessageClass,
        /// Whether the reply comes back the way the message went.
        ["RPI"]                      (O O - O - - - -) rpi: ReplyPath,
        /// Reserved.
        ["CPg"]                      (- - - - - - - -) cpg: Unused<'a>,
        /// Reserved.
        ["RPLy"]                     (- - - - - - - -) rply: Unused<'a>,
        /// How `oadc` is to be read.
        ["OTOA"]                     (O O - O - - - -) otoa: Otoa,
        /// The address of the recipient's home network.
        ["HPLMN"]                    (- O O - - - - -) hplmn: Address<'a>,
        /// Extra services: user data header, DCS, and others.
        ["XSer"]                     (O O - O - - - -) xser: XSer<'a>,
        /// Reserved.
        ["RES4"]                     (- - - - - - - -) res4: Unused<'a>,
        /// Reserved.
        ["RES5"]                     (- - - - - - - -) res5: Unused<'a>,
    }
}
