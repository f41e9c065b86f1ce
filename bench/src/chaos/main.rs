//! The chaos test: many clients write to several nodes and read their streams while faults are injected. All
//! acknowledgements and received events are recorded. At the end they and the database have to agree: no acknowledged
//! message is lost or duplicated, and all readers received the same order without a gap.
//!
//! `bin/chaos-test --help` lists the options. A seed determines the messages and the faults; the timing still differs
//! between runs.
//!
//! # Layout
//! - this file, [`settings`]: the modes, and their options
//! - [`cluster`], [`node`], [`people`]: the nodes with their proxies, and the people
//! - [`database`], [`postgres`], [`clock`], [`faulty_disk`]: what nodes depend on; each can be disrupted
//! - [`writer`], [`ack_log`]: the writing clients, and their acknowledgements
//! - [`faults`], [`inject`], [`storage_faults`]: which faults happen when, and how
//! - [`run`], [`node_log`]: a run from start to end, and the nodes' logs
//! - [`audit`]: whether acknowledged messages are in the database, checked during the run
//! - [`database_state`], [`checker`]: the stored messages and events, and the final check

mod ack_log;
mod audit;
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

/// The seeds of earlier failures, with a comment on each.
const SEEDS: &str = include_str!("seeds.txt");

#[tokio::main]
async fn main() -> Result<ExitCode> {
    let Settings { mode, run } = Settings::parse();
    // Each client needs two more file descriptors at a proxy, and the default limits are low.
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum })?;
    let running = async {
        match mode {
            None => Ok(run_and_report(run).await?.is_good()),
            Some(Mode::Regressions) => run_regressions().await,
            Some(Mode::PowerLoss(cuts)) => power_loss::run_both_modes(cuts).await,
        }
    };
    // Returning after Ctrl-C stops all processes too.
    let passed = tokio::select! {
        passed = running => passed?,
        _ = ctrl_c() => return Err("interrupted".into()),
    };
    Ok(if passed { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Runs a test, and prints its options and its outcome.
async fn run_and_report(run: RunOptions) -> Result<RunOutcome> {
    print_line(&format!("Seed {}: {run}", run.seed))?;
    let outcome = run::run(&run).await;
    if let Ok(outcome) = &outcome {
        print_line(&outcome.to_string())?;
    }
    if !outcome.as_ref().is_ok_and(RunOutcome::is_good) {
        print_line(&format!(
            "The nodes' logs are in target/chaos/{}. To repeat the run: bin/chaos-test {run}",
            run.seed
        ))?;
    }
    outcome
}

/// Repeats the seeds of earlier failures.
async fn run_regressions() -> Result<bool> {
    let mut passed = true;
    let lines: Vec<&str> = SEEDS.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
    print_line(&format!("{} seeds have failed so far", lines.len()))?;
    for line in lines {
        passed &= run_and_report(RunOptions::parse_line(line)?).await?.is_good();
    }
    Ok(passed)
}

fn print_line(text: &str) -> io::Result<()> {
    writeln!(io::stdout(), "{text}")
}
