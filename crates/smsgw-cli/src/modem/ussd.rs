//! `smsgw modem ussd`: a code, and what the network says to it.

use std::error::Error;
use std::io::{IsTerminal as _, Write as _};
use std::process::ExitCode;

use serde_json::json;
use smsgw_at::command::ussd::UssdStatus;
use smsgw_at::modem::{Config, Ussd};
use smsgw_sim::json_line;

use super::input::Input;
use super::link::Link;
use super::port::OnePort;
use crate::decode::input::printable;

/// Send a USSD code and show what the network says.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  smsgw modem ussd --port /dev/ttyUSB0 '*100#'
  printf '1\\n2\\n' | smsgw modem ussd --port /dev/ttyUSB0 '*123#'

When the network asks for an answer, that is the next line of standard input; without one the session
is ended.
Exit status 1: the network cannot do that, or did not answer.")]
pub(super) struct Args {
    #[command(flatten)]
    port: OnePort,
    /// Print one JSON object for each thing that the network says.
    #[arg(long)]
    json: bool,
    /// The code.
    #[arg(value_name = "CODE")]
    code: String,
}

pub(super) async fn run(args: &Args) -> Result<ExitCode, Box<dyn Error>> {
    let config = Config {
        sweep_interval: None,
        ..Config::default()
    };
    let mut link = args.port.open(&config)?;
    link.ready(|_| {}).await?;
    let done = args.talk(&mut link).await;
    link.close().await;
    Ok(match done? {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    })
}

impl Args {
    /// Whether it ended well.
    async fn talk(&self, link: &mut Link) -> Result<bool, Box<dyn Error>> {
        let driver = link.driver.clone();
        let mut input = None;
        let mut text = self.code.clone();
        loop {
            let said = link.during(driver.ussd(&text), |_| {}).await;
            let ussd = said.ok_or("the modem was lost")??;
            self.tell(&ussd)?;
            match ussd.status {
                status if status.wants_reply() => {}
                UssdStatus::NO_FURTHER_ACTION | UssdStatus::TERMINATED => return Ok(true),
                _ => return Ok(false),
            }
            if std::io::stdin().is_terminal() {
                print!("> ");
                std::io::stdout().flush()?;
            }
            let input = input.get_or_insert_with(Input::new);
            let answer = link.during(input.line(), |_| {}).await;
            match answer.ok_or("the modem was lost")? {
                Some(line) if !line.is_empty() => text = line,
                _ => {
                    driver.cancel_ussd();
                    link.during(driver.idle(), |_| {}).await;
                    return Ok(true);
                }
            }
        }
    }

    fn tell(&self, ussd: &Ussd) -> std::io::Result<()> {
        let status = ussd.status;
        if self.json {
            let line = json!({"status": status.0, "status_text": status.text(), "text": ussd.text, "dcs": ussd.dcs});
            return json_line::write(std::io::stdout().lock(), &line);
        }
        match &ussd.text {
            // Menus have lines.
            Some(text) => {
                for line in text.lines() {
                    println!("{}", printable(line));
                }
            }
            None => println!("({status})"),
        }
        Ok(())
    }
}
