//! The `smsgw` command: one file per subcommand.

mod decode;

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
    Decode(decode::Args),
}

fn main() -> ExitCode {
    match Cli::parse().command {
        Command::Decode(args) => decode::run(args),
    }
}
