//! The whole gateway in one process with a simulated message centre, over loopback.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests state what must hold"
)]

mod callbacks_tell_outcomes;
mod carrier_faults_are_survived;
mod esmes_follow_the_rules;
mod esmes_get_receipts;
mod links_come_and_go;
mod listeners_keep_to_limits;
mod messages_are_delivered;
mod parts_pass_unchanged;
mod restarts_go_on;
mod support;
mod texts_are_written_as_asked;
mod the_end_is_in_good_order;
mod tls_is_spoken;
