//! Whatever a modem does: each message that is taken has one outcome, and none is written again
//! that may have been sent.

mod script;

use std::collections::BTreeMap;

use proptest::collection::vec;
use proptest::prelude::*;
use script::{Bench, Reply, lines, silence};
use smsgw_at::modem::{Config, Event, Submit};

/// What the modem says to `AT+CMGS`.
const PROMPTS: [&str; 6] = [">", "slow >", "", "ERROR", "+CMS ERROR: 42", "OK"];
/// What it says to the PDU.
const RESULTS: [&str; 14] = [
    "+CMGS: 7\nOK",
    "OK",
    "slow +CMGS: 8\nOK",
    "late +CMGS: 9\nOK",
    "",
    "+CMS ERROR: 42",
    "+CMS ERROR: 38",
    "+CMS ERROR: 332",
    "+CMS ERROR: 500",
    "+CME ERROR: 31",
    "+CME ERROR: 515",
    "+CMS ERROR: 28",
    "ERROR",
    "RDY",
];
/// After these the message may be written again.
const PASSES: [&str; 2] = ["+CMS ERROR: 42", "+CMS ERROR: 38"];

#[derive(Clone, Copy, Debug)]
enum Happening {
    Nothing,
    Send,
    Notice,
    Reboot,
    Reopen,
    Withdraw,
}

fn happening() -> impl Strategy<Value = Happening> {
    prop_oneof![
        2 => Just(Happening::Nothing),
        5 => Just(Happening::Send),
        2 => Just(Happening::Notice),
        1 => Just(Happening::Reboot),
        1 => Just(Happening::Reopen),
        1 => Just(Happening::Withdraw),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn each_message_has_one_outcome_and_none_is_written_again_that_may_have_been_sent(
        prompts in vec(0..PROMPTS.len(), 0..20),
        results in vec(0..RESULTS.len(), 0..20),
        happenings in vec((happening(), 0_u64..400_000), 1..25),
    ) {
        let mut bench = Bench::ready(Config {
            health_interval: None,
            sweep_interval: None,
            routing_check_interval: None,
            ..Config::default()
        });
        bench.on("AT+CMGS=15", lines(">"));
        bench.on("DATA", lines("+CMGS: 1\nOK"));
        for at in prompts {
            bench.once("AT+CMGS=15", reply(PROMPTS[at]));
        }
        for at in &results {
            bench.once("DATA", reply(RESULTS[*at]));
        }
        let mut tokens = Vec::new();
        let mut withdrawn = Vec::new();
        for (happening, after) in happenings {
            match happening {
                Happening::Nothing => {}
                Happening::Send => {
                    let token = tokens.len() as u64;
                    let submit = Submit { pdu: pdu(token), more_to_follow: token.is_multiple_of(3) };
                    bench.modem.send(token, submit, bench.now).unwrap();
                    bench.settle();
                    tokens.push(token);
                }
                Happening::Notice => bench.say("+CMTI: \"ME\",3\n+CREG: 1\nRING"),
                Happening::Reboot => bench.say("RDY"),
                Happening::Reopen => {
                    bench.close();
                    bench.open();
                }
                Happening::Withdraw => {
                    if let Some(token) = tokens.last()
                        && bench.modem.withdraw(*token).is_some()
                    {
                        withdrawn.push(*token);
                    }
                }
            }
            bench.run(after);
        }
        bench.run(2 * 3600 * 1000);
        prop_assert_eq!(bench.modem.queued(), 0);

        // Of each message all PDUs that were written but the last were refused for a while.
        let is_pdu = |line: &&str| line.len() == HEX_LEN && line.starts_with("0001");
        // A Ctrl-Z alone, by which a prompt is left, has an answer too.
        let data = bench.lines().filter(|line| line.is_empty() || is_pdu(line));
        let mut written: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (at, hex) in data.enumerate() {
            let result = results.get(at).map_or("+CMGS: 1\nOK", |result| RESULTS[*result]);
            written.entry(hex).or_default().push(result);
        }
        written.remove("");
        for results in written.values() {
            for result in &results[..results.len() - 1] {
                prop_assert!(PASSES.contains(result), "{:?}", results);
            }
        }
        for token in tokens {
            let outcomes: Vec<&Event> = bench.events.iter().filter(|event| is_outcome(event, token)).collect();
            let has_none = withdrawn.contains(&token);
            prop_assert_eq!(outcomes.len(), usize::from(!has_none), "{}: {:?}", token, outcomes);
            let late = |event: &&Event| {
                matches!(event, Event::SentLate { token: other, .. } | Event::NotSentLate { token: other, .. } if *other == token)
            };
            let late = bench.events.iter().filter(late).count();
            let is_unknown = matches!(outcomes[..], [Event::Unknown { .. }]);
            prop_assert!(late <= usize::from(is_unknown));
            let writes = written.get(&*hex(token)).map_or(0, Vec::len);
            match outcomes.first() {
                // Nothing says so that was not written.
                Some(Event::Sent { .. } | Event::Unknown { .. }) => prop_assert!(writes > 0),
                Some(_) => {}
                // It was taken back, and nobody has it.
                None => {
                    let results = written.get(&*hex(token)).cloned().unwrap_or_default();
                    prop_assert!(results.iter().all(|result| PASSES.contains(result)));
                }
            }
        }
    }
}

fn is_outcome(event: &Event, token: u64) -> bool {
    match event {
        Event::Sent { token: other, .. }
        | Event::NotSent { token: other, .. }
        | Event::Unknown { token: other } => *other == token,
        _ => false,
    }
}

fn reply(text: &str) -> Reply {
    match text.split_once(' ') {
        _ if text.is_empty() => silence(),
        Some(("slow", text)) => lines("").then(5_000, text),
        Some(("late", text)) => lines("").then(200_000, text),
        _ => lines(text),
    }
}

const HEX_LEN: usize = 32;

/// One for each token.
fn pdu(token: u64) -> Vec<u8> {
    let mut pdu = b"\0\x01\0\x0B\x91\x51\x55\x21\x43\x65\xF7\0\0\x02\0".to_vec();
    pdu.push(u8::try_from(token).expect("few"));
    pdu
}

fn hex(token: u64) -> String {
    pdu(token)
        .iter()
        .map(|octet| format!("{octet:02X}"))
        .collect()
}
