//! Every operation through a session: who may send it in which state, and its answer.
#![cfg(feature = "std")]
#![allow(clippy::unwrap_used, reason = "tests state what must hold")]

mod support;

use smsgw_smpp::pdu::{
    AlertNotification, BroadcastSm, BroadcastSmResp, CancelBroadcastSm, CancelBroadcastSmResp,
    CancelSm, CancelSmResp, DataSm, DataSmResp, DeliverSm, DeliverSmResp, EnquireLink,
    QueryBroadcastSm, QueryBroadcastSmResp, QuerySm, QuerySmResp, ReplaceSm, ReplaceSmResp,
    SubmitMulti, SubmitMultiResp, SubmitSm, SubmitSmResp,
};
use smsgw_smpp::session::{Bind, BindMode, Config, Role, SendError, State};
use smsgw_smpp::types::InterfaceVersion;
use smsgw_smpp::{CommandId, CommandStatus};
use support::Seen::{Notification, Refused, Request, Response};
use support::{End, Pair, bind, header, headers, quiet};

const OK: CommandStatus = CommandStatus::ESME_ROK;
const MODES: [BindMode; 3] = [
    BindMode::Transmitter,
    BindMode::Receiver,
    BindMode::Transceiver,
];

/// Bound with 5.0 at both ends, so that no operation is missing.
fn bound(mode: BindMode) -> Pair {
    let config = Config {
        interface_version: InterfaceVersion::SMPP_5_0,
        ..quiet()
    };
    let mut pair = Pair::open(config.clone(), config);
    let request = Bind {
        interface_version: InterfaceVersion::SMPP_5_0,
        ..bind(mode)
    };
    pair.esme.session.bind(&request, pair.now).unwrap();
    pair.exchange();
    pair.accept_bind();
    pair.esme.seen();
    pair.mc.seen();
    pair
}

fn ends(pair: &mut Pair, sender: Role) -> (&mut End, &mut End) {
    match sender {
        Role::Esme => (&mut pair.esme, &mut pair.mc),
        Role::Mc => (&mut pair.mc, &mut pair.esme),
    }
}

/// Sends `$request` where the mode allows it and takes `$response`; elsewhere it is refused at
/// both ends, and the session lives.
macro_rules! operation {
    ($test:ident: $sender:ident, $request:ident, $response:ident, $allowed:expr) => {
        #[test]
        fn $test() {
            use smsgw_smpp::pdu::Body as _;
            let (sender, command_id) = (Role::$sender, $request::COMMAND_ID);
            for mode in MODES {
                let mut pair = bound(mode);
                let now = pair.now;
                let state = State::Bound(mode);
                let (near, far) = ends(&mut pair, sender);
                let sent = near.session.request(&$request::default(), 7, now);
                if !$allowed(mode) {
                    assert_eq!(sent, Err(SendError::State(state)), "{mode:?}");
                    let pdu = support::pdu(&$request::default(), 9);
                    far.take(pdu.octets(), now);
                    assert_eq!(far.seen(), [Refused(command_id)]);
                    let status = CommandStatus::ESME_RINVBNDSTS;
                    assert_eq!(headers(&far.sends()), [(command_id.response(), status, 9)]);
                    assert_eq!(pair.states(), (state, state));
                    continue;
                }
                assert!(sent.is_ok(), "{mode:?}: {sent:?}");
                pair.exchange();
                let (near, far) = ends(&mut pair, sender);
                assert_eq!(far.seen(), [Request(command_id)]);
                let asked = far.requests.pop_front().unwrap();
                assert_eq!(asked.decode::<$request<'_>>(), Ok($request::default()));
                let number = asked.sequence_number();
                far.session.respond(&$response::default(), OK, number);
                let answer = far.octets();
                near.take(&answer, now);
                assert_eq!(near.seen(), [Response(7, OK)]);
                assert_eq!($response::COMMAND_ID, command_id.response());
                pair.assert_idle(state, state);
            }
        }
    };
}

operation!(submit_sm: Esme, SubmitSm, SubmitSmResp, BindMode::sends);
operation!(submit_multi: Esme, SubmitMulti, SubmitMultiResp, BindMode::sends);
operation!(data_sm_up: Esme, DataSm, DataSmResp, BindMode::sends);
operation!(data_sm_down: Mc, DataSm, DataSmResp, BindMode::receives);
operation!(deliver_sm: Mc, DeliverSm, DeliverSmResp, BindMode::receives);
operation!(query_sm: Esme, QuerySm, QuerySmResp, BindMode::sends);
operation!(cancel_sm: Esme, CancelSm, CancelSmResp, BindMode::sends);
operation!(replace_sm: Esme, ReplaceSm, ReplaceSmResp, BindMode::sends);
operation!(broadcast_sm: Esme, BroadcastSm, BroadcastSmResp, BindMode::sends);
operation!(query_broadcast_sm: Esme, QueryBroadcastSm, QueryBroadcastSmResp, BindMode::sends);
operation!(cancel_broadcast_sm: Esme, CancelBroadcastSm, CancelBroadcastSmResp, BindMode::sends);

#[test]
fn alert_notification() {
    for mode in MODES {
        let mut pair = bound(mode);
        let sent = pair
            .mc
            .session
            .notify(&AlertNotification::default(), pair.now);
        assert_eq!(sent.is_ok(), mode.receives(), "{mode:?}");
        pair.exchange();
        let told = [Notification(CommandId::ALERT_NOTIFICATION)];
        assert_eq!(pair.esme.seen(), told[..usize::from(mode.receives())]);
        let from_esme = pair
            .esme
            .session
            .notify(&AlertNotification::default(), pair.now);
        assert_eq!(from_esme, Err(SendError::State(State::Bound(mode))));
    }
}

#[test]
fn enquire_link_by_hand_in_every_state() {
    let ask = |pair: &mut Pair, sender| {
        let now = pair.now;
        let (near, _) = ends(pair, sender);
        near.session
            .request(&EnquireLink::default(), 7, now)
            .unwrap();
        pair.exchange();
        let (near, far) = ends(pair, sender);
        assert_eq!(near.seen(), [Response(7, OK)]);
        assert_eq!(far.seen(), []);
    };
    for sender in [Role::Esme, Role::Mc] {
        ask(&mut Pair::open(quiet(), quiet()), sender);
        for mode in MODES {
            ask(&mut bound(mode), sender);
        }
    }
}

#[test]
fn the_table_has_every_request_and_no_response() {
    let states = [
        State::Open,
        State::Outbound,
        State::Binding(BindMode::Transceiver),
        State::Bound(BindMode::Transmitter),
        State::Bound(BindMode::Receiver),
        State::Bound(BindMode::Transceiver),
        State::Unbinding(BindMode::Transceiver),
    ];
    let ends = [Role::Esme, Role::Mc];
    for &command_id in CommandId::ALL {
        let somewhere = states
            .iter()
            .any(|state| ends.iter().any(|end| state.allows(*end, command_id)));
        assert_eq!(somewhere, !command_id.is_response(), "{command_id}");
        for end in ends {
            assert!(!State::Closed.allows(end, command_id));
        }
    }
}

#[test]
fn a_response_to_nobody_is_dropped_whatever_it_is() {
    let mut pair = bound(BindMode::Transceiver);
    for &command_id in CommandId::ALL.iter().filter(|id| id.is_response()) {
        for end in [&mut pair.esme, &mut pair.mc] {
            end.take(header(command_id, OK, 77).octets(), pair.now);
            assert_eq!(end.seen(), [support::Seen::Stray(command_id)]);
        }
    }
    let state = State::Bound(BindMode::Transceiver);
    pair.assert_idle(state, state);
}
