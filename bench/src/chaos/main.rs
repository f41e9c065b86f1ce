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
use run::Outcome;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use settings::{Run, Settings, What};
use std::{
    io::{self, Write},
    process::ExitCode,
};
use tokio::signal::ctrl_c;

/// Seeds that failed once, each with what it found.
const KEPT: &str = include_str!("seeds.txt");

#[tokio::main]
async fn main() -> Result<ExitCode> {
    let Settings { what, run } = Settings::parse();
    // Each client is two connections more at a line, and systems are stingy unless asked.
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum })?;
    let asked = async {
        match what {
            None => Ok(one(run).await?.is_good()),
            Some(What::Kept) => kept().await,
            Some(What::PowerLoss(cuts)) => power_loss::both(cuts).await,
        }
    };
    // What was started is ended, too, when somebody has seen enough.
    let good = tokio::select! {
        good = asked => good?,
        _ = ctrl_c() => return Err("broken off".into()),
    };
    Ok(if good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// A run, told of before and after.
async fn one(run: Run) -> Result<Outcome> {
    say(&format!("Seed {}: {run}", run.seed))?;
    let outcome = run::run(&run).await;
    if let Ok(outcome) = &outcome {
        say(&outcome.to_string())?;
    }
    if !outcome.as_ref().is_ok_and(Outcome::is_good) {
        say(&format!("What the nodes said is in target/chaos/{}. To repeat it: bin/chaos-test {run}", run.seed))?;
    }
    outcome
}

/// What failed once fails no more.
async fn kept() -> Result<bool> {
    let mut good = true;
    let lines: Vec<&str> = KEPT.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
    say(&format!("{} seeds have failed so far", lines.len()))?;
    for line in lines {
        good &= one(Run::read(line)?).await?.is_good();
    }
    Ok(good)
}

fn say(text: &str) -> io::Result<()> {
    writeln!(io::stdout(), "{text}")
}
