//! The command line.

use crate::faults::FaultKind;
use bench::site::Result;
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::fmt::{self, Display, Formatter};

/// Drives nodes like many clients, injects faults, and checks that no message is lost, duplicated or reordered.
#[derive(Parser)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct Settings {
    #[command(subcommand)]
    pub(crate) mode: Option<Mode>,
    #[command(flatten)]
    pub(crate) run: RunOptions,
}

/// Other modes than a single run.
#[derive(Clone, Subcommand)]
pub(crate) enum Mode {
    /// Runs the seeds of earlier failures
    Regressions,
    /// Repeatedly cuts the power of an SQLite site: with synchronous=FULL nothing may be lost, and with NORMAL messages
    /// have to be lost, otherwise the test detects nothing
    PowerLoss(PowerLossOptions),
}

#[derive(Args, Clone)]
pub(crate) struct PowerLossOptions {
    /// Number of power losses
    #[arg(long, default_value_t = 8)]
    pub(crate) cuts: u64,
    /// Number of messages to be acknowledged
    #[arg(long, default_value_t = 2_000)]
    pub(crate) acknowledgements: u64,
    /// Seed of the run; random by default
    #[arg(long)]
    pub(crate) seed: Option<u64>,
}

/// The options of a run.
#[derive(Args, Clone)]
pub(crate) struct RunOptions {
    /// Database of the nodes
    #[arg(long, value_enum, default_value_t = DatabaseKind::Sqlite)]
    pub(crate) database: DatabaseKind,
    /// Number of nodes; 1 with SQLite
    #[arg(long, default_value_t = 1)]
    pub(crate) nodes: usize,
    /// Number of messages to be acknowledged
    #[arg(long, default_value_t = 10_000)]
    pub(crate) acknowledgements: u64,
    /// Number of faults
    #[arg(long, default_value_t = 20)]
    pub(crate) faults: u64,
    /// Number of people
    #[arg(long, default_value_t = 100)]
    pub(crate) people: usize,
    /// Number of streams per person
    #[arg(long, default_value_t = 2)]
    pub(crate) readers: usize,
    /// Seed of the run; random by default
    #[arg(long, default_value_t = random_seed(), hide_default_value = true)]
    pub(crate) seed: u64,
    /// Injects only this kind of fault; may be repeated
    #[arg(long, value_enum)]
    pub(crate) only: Vec<FaultKind>,
    /// SQLite's synchronous mode, on a disk that can fail and lose power
    #[arg(long, value_enum)]
    pub(crate) synchronous: Option<Synchronous>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum DatabaseKind {
    /// SQLite, in a file
    Sqlite,
    /// A PostgreSQL server of its own, and NATS between the nodes
    Postgres,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Synchronous {
    /// Flushes before a commit returns
    Full,
    /// Flushes only at checkpoints
    Normal,
}

/// Parses run options from one line of text.
#[derive(Parser)]
#[command(no_binary_name = true)]
struct RunLine {
    #[command(flatten)]
    run: RunOptions,
}

impl RunOptions {
    /// Parses the options from a line as on the command line.
    pub(crate) fn parse_line(line: &str) -> Result<Self> {
        Ok(RunLine::try_parse_from(line.split_whitespace())?.run)
    }

    /// Whether commits are flushed to the disk before they are acknowledged. Where they aren't, a power cut loses some.
    pub(crate) fn flushes_commits(&self) -> bool {
        self.synchronous != Some(Synchronous::Normal)
    }
}

/// Formats the options as on the command line.
impl Display for RunOptions {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self { nodes, acknowledgements, faults, people, readers, seed, .. } = self;
        write!(f, "--database {} --nodes {nodes} --acknowledgements {acknowledgements}", cli_name(&self.database))?;
        write!(f, " --faults {faults} --people {people} --readers {readers} --seed {seed}")?;
        for kind in &self.only {
            write!(f, " --only {}", cli_name(kind))?;
        }
        self.synchronous.iter().try_for_each(|mode| write!(f, " --synchronous {}", cli_name(mode)))
    }
}

/// Returns the name of a value on the command line.
pub(crate) fn cli_name(value: &impl ValueEnum) -> String {
    value.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
}

/// Returns a random seed of at most six digits, short enough to dictate.
pub(crate) fn random_seed() -> u64 {
    fastrand::u64(..1_000_000)
}
