//! The `smsgw` command: one file per subcommand.

mod client;
mod decode;
mod demo;
mod encode;
mod error;
mod hex;
mod join;
mod lines;
mod load;
mod modem;
mod segment;
mod send;
mod serve;
mod signal;
mod sim;
mod values;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Gateway, simulators and tools for SMS.
#[derive(Debug, Parser)]
#[command(name = "smsgw", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Demo(demo::Args),
    Serve(serve::Args),
    Decode(decode::Args),
    Encode(encode::Args),
    Join(join::Args),
    Segment(segment::Args),
    Load(load::Args),
    Modem(modem::Args),
    Send(send::Args),
    Sim(sim::Args),
}

fn main() -> ExitCode {
    match Cli::parse().command {
        Command::Demo(args) => demo::run(&args),
        Command::Serve(args) => serve::run(&args),
        Command::Decode(args) => decode::run(args),
        Command::Encode(args) => encode::run(args),
        Command::Join(args) => join::run(args),
        Command::Segment(args) => segment::run(&args),
        Command::Load(args) => load::run(args),
        Command::Modem(args) => modem::run(&args),
        Command::Send(args) => send::run(args),
        Command::Sim(args) => sim::run(args),
    }
}
