//! What can be said on the command line.

use crate::faults::FaultKind;
use bench::site::Result;
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::fmt::{self, Display, Formatter};
use uuid::Uuid;

/// Drives nodes like many clients, breaks things, and checks that nothing is lost, doubled or out of order.
#[derive(Parser)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct Settings {
    #[command(subcommand)]
    pub(crate) mode: Option<Mode>,
    #[command(flatten)]
    pub(crate) run: RunOptions,
}

/// What else there is.
#[derive(Clone, Subcommand)]
pub(crate) enum Mode {
    /// Run the seeds that failed once
    Regressions,
    /// Cut the power of an SQLite site again and again: with synchronous=FULL nothing may be lost, and with NORMAL
    /// something has to be, or the test sees nothing
    PowerLoss(PowerLossOptions),
}

#[derive(Args, Clone)]
pub(crate) struct PowerLossOptions {
    /// How often the power fails
    #[arg(long, default_value_t = 8)]
    pub(crate) cuts: u64,
    /// Messages that are to be acknowledged
    #[arg(long, default_value_t = 2_000)]
    pub(crate) acknowledgements: u64,
    /// What decides; by chance, if nothing is said
    #[arg(long)]
    pub(crate) seed: Option<u64>,
}

/// One run.
#[derive(Args, Clone)]
pub(crate) struct RunOptions {
    /// What the nodes keep things in
    #[arg(long, value_enum, default_value_t = DatabaseKind::Sqlite)]
    pub(crate) database: DatabaseKind,
    /// How many nodes there are; SQLite has one
    #[arg(long, default_value_t = 1)]
    pub(crate) nodes: usize,
    /// Messages that are to be acknowledged
    #[arg(long, default_value_t = 10_000)]
    pub(crate) acknowledgements: u64,
    /// How often something breaks
    #[arg(long, default_value_t = 20)]
    pub(crate) faults: u64,
    /// How many people there are
    #[arg(long, default_value_t = 100)]
    pub(crate) people: usize,
    /// How many streams each of them follows
    #[arg(long, default_value_t = 2)]
    pub(crate) readers: usize,
    /// What decides; by chance, if nothing is said
    #[arg(long, default_value_t = random_seed(), hide_default_value = true)]
    pub(crate) seed: u64,
    /// Nothing else breaks. May be said again
    #[arg(long, value_enum)]
    pub(crate) only: Vec<FaultKind>,
    /// How SQLite flushes, on a disk whose power can fail
    #[arg(long, value_enum)]
    pub(crate) synchronous: Option<Synchronous>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum DatabaseKind {
    /// In a file
    Sqlite,
    /// In a PostgreSQL server of its own, and NATS between the nodes
    Postgres,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Synchronous {
    /// Before a commit is answered
    Full,
    /// Now and then
    Normal,
}

/// For a run as another line of words would have it.
#[derive(Parser)]
#[command(no_binary_name = true)]
struct RunLine {
    #[command(flatten)]
    run: RunOptions,
}

impl RunOptions {
    /// From what stands on the command line, in one line.
    pub(crate) fn parse_line(line: &str) -> Result<Self> {
        Ok(RunLine::try_parse_from(line.split_whitespace())?.run)
    }

    /// Whether a power cut may take acknowledged messages: commits aren't flushed.
    pub(crate) fn may_lose(&self) -> bool {
        self.synchronous == Some(Synchronous::Normal)
    }
}

/// As it is said on the command line.
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

/// What a value is called on the command line.
pub(crate) fn cli_name(value: &impl ValueEnum) -> String {
    value.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
}

/// Short enough to be told on the telephone.
pub(crate) fn random_seed() -> u64 {
    Uuid::new_v4().as_u64_pair().0 % 1_000_000
}
