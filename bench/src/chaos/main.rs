//! The ledger: many clients write to and listen to several nodes while things break, and a book is kept of what was
//! acknowledged and what was heard. At the end the book, the database and every reader have to agree: nothing
//! acknowledged is lost, nothing stands twice, all readers saw the same order, without a gap.
//!
//! `bin/ledger --help` lists what can be said. A seed decides who writes what and what breaks when; the moments
//! themselves, in a program on a machine, are never quite the same.
//!
//! # Layout
//! - this file, [`settings`]: what is run, and what is said of it
//! - [`stage`], [`place`], [`people`]: the nodes, who is there, and the lines between them
//! - [`database`], [`postgres`], [`bus`], [`clock`], [`disk`]: what nodes stand on, each to be broken in its way
//! - [`writer`], [`book`]: who writes, and what is written down of it
//! - [`faults`], [`strike`], [`storage`]: what breaks when, and how
//! - [`run`], [`said`]: a run from its beginning to its end, and what the nodes said meanwhile
//! - [`audit`]: whether what was acknowledged is in the database, asked while all write
//! - [`truth`], [`verdict`]: what the database says, and whether all agree

mod ack_log;
mod audit;
mod bus;
mod checker;
mod clock;
mod cluster;
mod database;
mod database_state;
mod faults;
mod faulty_disk;
mod inject;
mod node;
mod node_log;
mod people;
mod postgres;
mod power_loss;
mod run;
mod settings;
mod storage_faults;
mod writer;

use bench::site::Result;
use clap::Parser;
use run::RunOutcome;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use settings::{Mode, RunOptions, Settings};
use std::{
    io::{self, Write},
    process::ExitCode,
};
use tokio::signal::ctrl_c;

/// Seeds that failed once, each with what it found.
const SEEDS: &str = include_str!("seeds.txt");

#[tokio::main]
async fn main() -> Result<ExitCode> {
    let Settings { mode, run } = Settings::parse();
    // Each client is two connections more at a line, and systems are stingy unless asked.
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum })?;
    let running = async {
        match mode {
            None => Ok(run_and_report(run).await?.is_good()),
            Some(Mode::Regressions) => run_regressions().await,
            Some(Mode::PowerLoss(cuts)) => power_loss::run_both_modes(cuts).await,
        }
    };
    // What was started is ended, too, when somebody has seen enough.
    let good = tokio::select! {
        good = running => good?,
        _ = ctrl_c() => return Err("broken off".into()),
    };
    Ok(if good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// A run, told of before and after.
async fn run_and_report(run: RunOptions) -> Result<RunOutcome> {
    print_line(&format!("Seed {}: {run}", run.seed))?;
    let outcome = run::run(&run).await;
    if let Ok(outcome) = &outcome {
        print_line(&outcome.to_string())?;
    }
    if !outcome.as_ref().is_ok_and(RunOutcome::is_good) {
        print_line(&format!(
            "What the nodes said is in target/chaos/{}. To repeat it: bin/chaos-test {run}",
            run.seed
        ))?;
    }
    outcome
}

/// What failed once fails no more.
async fn run_regressions() -> Result<bool> {
    let mut good = true;
    let lines: Vec<&str> = SEEDS.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
    print_line(&format!("{} seeds have failed so far", lines.len()))?;
    for line in lines {
        good &= run_and_report(RunOptions::parse_line(line)?).await?.is_good();
    }
    Ok(good)
}

fn print_line(text: &str) -> io::Result<()> {
    writeln!(io::stdout(), "{text}")
}
