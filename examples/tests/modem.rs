//! The examples with modems do what their first comment says, with emulated ones.
#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests state what must hold"
)]

mod support;

use std::time::Duration;

use smsgw_sim::modem::{Config, Emulator, Fault, Listen, ModemConfig};
use support::{example, example_with_input, within};
use tokio::io::{AsyncBufReadExt as _, BufReader};

const NUMBERS: [&str; 3] = ["+491700000001", "+491700000002", "+491700000003"];

/// So many modems at free TCP ports, and where.
async fn modems(count: usize) -> (Emulator, Vec<String>) {
    let place = || Listen::Tcp("127.0.0.1:0".parse().unwrap());
    let modems = NUMBERS.iter().take(count);
    let modems = modems.map(|number| (ModemConfig::new(number), place()));
    let emulator = Emulator::start(Config::default(), modems).await.unwrap();
    let lines = emulator.lines();
    let places = lines.iter().map(|line| match line.place {
        Listen::Tcp(address) => format!("tcp:{address}"),
        _ => panic!("{line:?}"),
    });
    let places = places.collect();
    (emulator, places)
}

/// A program that ended well: what it printed.
async fn printed(example: tokio::process::Child) -> String {
    let output = within(example.wait_with_output()).await.unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    String::from_utf8(output.stdout).unwrap()
}

#[tokio::test]
async fn modem_send_waits_for_the_reports_of_all_parts() {
    let (emulator, places) = modems(1).await;
    let text = "Hello from Rust ".repeat(12);
    let said = printed(example("modem_send", &[&places[0], "+306912345678", &text])).await;
    let mut lines: Vec<_> = said.lines().collect();
    lines.sort_unstable();
    assert_eq!(lines, ["delivered", "delivered", "sent", "sent"]);
    emulator.shutdown().await;

    let (emulator, places) = modems(1).await;
    let fault: Fault = "cms code=28".parse().unwrap();
    emulator.set_fault(None, &fault);
    let args = [&*places[0], "+306912345678", "Hello"];
    let refused = within(example("modem_send", &args).wait_with_output())
        .await
        .unwrap();
    let told = String::from_utf8(refused.stderr).unwrap();
    assert!(
        told.contains("not sent: refused with +CMS ERROR: 28"),
        "{told}"
    );
    assert!(!refused.status.success());
    emulator.shutdown().await;
}

#[tokio::test]
async fn modem_forward_writes_whole_messages_and_leaves_nothing_in_the_modem() {
    let (emulator, places) = modems(1).await;
    let modem = emulator.find(NUMBERS[0]).unwrap();
    let long = "γειά σου ".repeat(20);
    let arrives = |text: &str| {
        let inject = |network: &mut smsgw_sim::modem::Network, now| {
            network.inject("+306912345678", NUMBERS[0], text, now)
        };
        emulator.with(inject).unwrap();
    };
    // Before, and while it runs.
    arrives("Lunch at 12?");
    let mut forward = example("modem_forward", &[&places[0]]);
    let mut lines = BufReader::new(forward.stdout.take().unwrap()).lines();
    let mut next = async || {
        let line = within(lines.next_line()).await.unwrap().unwrap();
        serde_json::from_str::<serde_json::Value>(&line).unwrap()
    };
    assert_eq!(next().await["text"], "Lunch at 12?");
    arrives(&long);
    let line = next().await;
    assert_eq!(
        (&line["text"], &line["complete"]),
        (&long.into(), &true.into())
    );
    assert_eq!(line["from"], "+306912345678");
    let is_empty = || {
        let status = emulator.with(|network, _| network.status());
        let modem = status.modems.iter().find(|it| it.id == modem).unwrap();
        modem.stores.iter().all(|store| store.used == 0)
    };
    within(async {
        while !is_empty() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    })
    .await;
    emulator.shutdown().await;
}

#[tokio::test]
async fn modem_pool_sends_each_message_once_though_a_modem_is_lost() {
    let (emulator, places) = modems(3).await;
    // The second refuses everything, and the third is unplugged while it sends.
    for (number, fault) in [(1, "refuse code=500"), (2, "unplug on=+CMGS")] {
        let modem = emulator.find(NUMBERS[number]).unwrap();
        emulator.set_fault(Some(modem), &fault.parse().unwrap());
    }
    let lines: String = (0..20)
        .map(|number| format!("+306912345678 number {number}\n"))
        .collect();
    let ports: Vec<&str> = places.iter().map(String::as_str).collect();
    let said = printed(example_with_input("modem_pool", &ports, &lines)).await;
    let sent = said.lines().filter(|line| line.starts_with("sent by 89"));
    assert_eq!(sent.count(), 20, "{said}");
    let status = emulator.with(|network, _| network.status());
    assert_eq!(status.accepted, 20);
    assert!(!emulator.lines()[2].plugged, "{said}");
    emulator.shutdown().await;
}
