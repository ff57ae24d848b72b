//! `smsgw demo`: gateway and simulated message centre on loopback, four messages, their lives.

use std::collections::HashMap;
use std::error::Error;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use reqwest::header::{AUTHORIZATION, CONTENT_TYPE};
use serde_json::{Value, json};
use smsgw_gateway::message::{State, Transition};
use smsgw_gateway::{Config, Gateway};
use smsgw_sim::smsc::{self, ReceiptPlan, Smsc};
use smsgw_smpp::CommandStatus;
use smsgw_smpp::esme::Esme;
use smsgw_smpp::pdu::{DeliverSm, DeliverSmResp, SubmitSm};
use smsgw_smpp::session::{Bind, BindMode, Config as SessionConfig, Event};
use smsgw_smpp::types::{Address, RegisteredDelivery, ShortMessage};
use tokio::sync::{broadcast, mpsc};

/// Show the main job end to end: no configuration, nothing but this program.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  smsgw demo           stays up afterwards, with lines to paste
  smsgw demo --once    exit status 0 when all was delivered, else 1")]
pub(crate) struct Args {
    /// End when the four messages have their outcome.
    #[arg(long)]
    once: bool,
}

/// How long the four messages may take together.
const PATIENCE: Duration = Duration::from_secs(30);
/// `demo:demo` for Basic authentication.
const AUTHORIZATION_VALUE: &str = "Basic ZGVtbzpkZW1v";

pub(crate) fn run(args: &Args) -> ExitCode {
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => return failure(&error),
    };
    match runtime.block_on(demo(args.once)) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => failure(&*error),
    }
}

fn failure(error: &dyn Error) -> ExitCode {
    eprintln!("smsgw demo: {error}");
    ExitCode::FAILURE
}

async fn demo(once: bool) -> Result<bool, Box<dyn Error>> {
    let end = crate::signal::end()?;
    let store = std::env::temp_dir().join(format!("smsgw-demo-{}", std::process::id()));
    let receipts = ReceiptPlan {
        delay: Duration::from_millis(300),
        ..ReceiptPlan::default()
    };
    let smsc = Smsc::start(
        smsc::Config::default()
            .with_account("gateway", "secret")
            .with_receipts(receipts),
    )
    .await?;
    let config = format!(
        r#"
        [store]
        path = {store:?}
        [[listen.http]]
        bind = "127.0.0.1:0"
        [[listen.smpp]]
        bind = "127.0.0.1:0"
        [[account]]
        id = "demo"
        password = "demo"
        [[link.smpp]]
        id = "operator"
        address = "{smsc}"
        system_id = "gateway"
        password = "secret"
        "#,
        smsc = smsc.local_addr(),
    );
    let gateway = Gateway::start(Config::parse(&config, "demo")?).await?;
    let (Some(&http), Some(&smpp)) = (
        gateway.http_addresses().first(),
        gateway.smpp_addresses().first(),
    ) else {
        return Err("the gateway does not listen".into());
    };
    println!("message centre (simulated)  smpp  {}", smsc.local_addr());
    println!("gateway                     http  http://{http}   account demo, password demo");
    println!("                            smpp  {smpp}   system_id demo, password demo");
    println!("                            store {}", store.display());
    println!();

    let started = Instant::now();
    let (names, named) = mpsc::channel(8);
    let watcher = tokio::spawn(watch(gateway.watch(), named));
    let (last, receipt) = tokio::join!(send_by_http(http, &names), send_by_smpp(smpp, &names));
    drop(names);
    let last = last?;
    let delivered = watcher.await?;
    println!("receipt back at the ESME: {}", receipt?);
    let took = started.elapsed().as_secs_f32();
    println!("\n{delivered} of 4 delivered in {took:.1} seconds");

    let all = delivered == 4;
    if !once {
        println!("\nThe gateway stays up until Ctrl-C. Try:");
        println!("  curl -u demo:demo -H 'content-type: application/json' \\");
        println!(
            "    -d '{}' http://{http}/v1/messages",
            sample("and one of my own")
        );
        println!("  curl -u demo:demo http://{http}/v1/messages/{last}");
        println!("  curl -u demo:demo 'http://{http}/v1/messages?state=delivered'");
        println!("  curl http://{http}/metrics");
        end.await;
    }
    gateway.shutdown().await?;
    smsc.shutdown().await;
    if once {
        std::fs::remove_dir_all(&store)?;
    }
    Ok(all)
}

fn sample(text: &str) -> Value {
    json!({"to": "+306912345678", "from": "ACME", "text": text})
}

/// Sends three messages; the id of the last.
async fn send_by_http(
    http: SocketAddr,
    names: &mpsc::Sender<(String, &'static str)>,
) -> Result<String, Box<dyn Error>> {
    let client = reqwest::Client::builder().no_proxy().build()?;
    let long = "A long message is split into segments, each with a header that says which part \
                of which message it is, and the phone puts them together again. This one needs \
                two of them.";
    let mut last = String::new();
    for (name, text) in [
        ("http gsm-7", "Hello, world"),
        ("http ucs-2", "Γειά σου, κόσμε"),
        ("http long ", long),
    ] {
        let response = client
            .post(format!("http://{http}/v1/messages"))
            .header(AUTHORIZATION, AUTHORIZATION_VALUE)
            .header(CONTENT_TYPE, "application/json")
            .body(sample(text).to_string())
            .send()
            .await?;
        let status = response.status();
        let body: Value = serde_json::from_slice(&response.bytes().await?)?;
        let id = body.get("id").and_then(Value::as_str);
        last = id
            .ok_or_else(|| format!("HTTP {status}: {body}"))?
            .to_owned();
        names.send((last.clone(), name)).await?;
    }
    Ok(last)
}

/// Sends a message and waits for its receipt; the text of the receipt.
async fn send_by_smpp(
    smpp: SocketAddr,
    names: &mpsc::Sender<(String, &'static str)>,
) -> Result<String, Box<dyn Error>> {
    let bind = Bind::new(
        BindMode::Transceiver,
        "demo".try_into()?,
        "demo".try_into()?,
    );
    let (esme, mut events) = Esme::connect(smpp, &bind, SessionConfig::default()).await?;
    let reply = esme
        .submit(&SubmitSm {
            source_addr: Address::alphanumeric("ACME")?,
            destination_addr: Address::international("306912345678")?,
            registered_delivery: RegisteredDelivery::RECEIPT,
            short_message: ShortMessage::new(b"Hello by SMPP")?,
            ..SubmitSm::default()
        })
        .await?;
    if !reply.status().is_ok() {
        return Err(format!("submit_sm: {}", reply.status()).into());
    }
    names
        .send((reply.body()?.message_id.to_string(), "smpp gsm-7"))
        .await?;
    let receipt = async {
        while let Some(event) = events.recv().await {
            if let Event::Request(frame) = event {
                let text = frame
                    .decode::<DeliverSm<'_>>()?
                    .short_message
                    .as_octets()
                    .to_vec();
                esme.respond(&frame, CommandStatus::ESME_ROK, &DeliverSmResp::default());
                return Ok(String::from_utf8_lossy(&text).into_owned());
            }
        }
        Err("the session ended without a receipt".into())
    };
    tokio::time::timeout(PATIENCE, receipt).await?
}

/// Prints the life of each message; how many of four were delivered.
async fn watch(
    mut transitions: broadcast::Receiver<Transition>,
    mut named: mpsc::Receiver<(String, &'static str)>,
) -> usize {
    let mut lives: HashMap<String, &'static str> = HashMap::new();
    // What happened before its message had a name.
    let mut early: Vec<Transition> = Vec::new();
    let (mut outcomes, mut delivered) = (0, 0);
    let end = tokio::time::Instant::now() + PATIENCE;
    while outcomes < 4 {
        tokio::select! {
            Some((id, name)) = named.recv() => {
                lives.insert(id, name);
            }
            transition = transitions.recv() => match transition {
                Ok(transition) => early.push(transition),
                Err(_) => return delivered,
            },
            () = tokio::time::sleep_until(end) => return delivered,
        }
        early.retain(|transition| {
            let Some(name) = lives.get(&transition.id.to_string()) else {
                return true;
            };
            print(name, transition);
            if transition.part.is_none() && transition.state.is_final() {
                outcomes += 1;
                delivered += usize::from(transition.state == State::Delivered);
            }
            false
        });
    }
    delivered
}

fn print(name: &str, transition: &Transition) {
    let Transition {
        id,
        part,
        state,
        status,
        ..
    } = transition;
    let shown = state.name();
    match (part, status) {
        (Some(index), Some(status)) => {
            let detail = match (state, &status.carrier_id, &status.error) {
                (State::Sent, Some(carrier_id), _) => format!("the SMSC's id is {carrier_id}"),
                (_, _, Some(error)) => error.clone(),
                _ => String::new(),
            };
            let line = format!("{name}  {shown:<9}  segment {}  {detail}", index + 1);
            println!("{}", line.trim_end());
        }
        _ if *state == State::Accepted => println!("{name}  {shown:<9}  {id}"),
        // The whole follows from the segments until it is over.
        _ if state.is_final() => println!("{name}  {shown:<9}"),
        _ => {}
    }
}
