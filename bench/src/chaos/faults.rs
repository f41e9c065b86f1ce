//! What breaks, and when: decided by the seed.

use crate::settings::{DatabaseKind, RunOptions};
use bench::rng::SeededRng;
use clap::ValueEnum;
use rustix::process::geteuid;

/// Faults that may be under way at once. Writing waits for those that are due, so that each has something to break.
pub(crate) const MAX_CONCURRENT_FAULTS: usize = 3;

/// What can break.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub(crate) enum FaultKind {
    /// A node is killed, and started again
    Kill,
    /// A node stands still for seconds
    Freeze,
    /// A node is told to end, as at an update, and started again
    Update,
    /// All connections of clients to a node are reset
    Cut,
    /// The line of clients to a node swallows everything
    HalfOpen,
    /// The line of clients to a node is slow and thin
    Throttle,
    /// Nobody gets to a node
    Refuse,
    /// A gateway answers in place of a node
    BadGateway,
    /// A node's clock is wrong by up to hours
    Clock,
    /// The bus is killed, and started again
    Bus,
    /// A node's connections to the bus are reset, and refused for a while
    BusCut,
    /// A node's line to the bus swallows everything
    BusHalfOpen,
    /// The database is told to end at once, and started again
    Database,
    /// The database crashes, and is started again
    DatabaseCrash,
    /// A node's connections to the database are reset, and refused for a while
    DatabaseCut,
    /// A node's line to the database swallows everything
    DatabaseHalfOpen,
    /// The machine loses power, and what its disk wasn't told to keep
    PowerLoss,
    /// SQLite's disk is full, and freed
    DiskFull,
    /// SQLite's disk ends some writes and flushes with an I/O error
    DiskErrors,
    /// SQLite's disk can only be read
    ReadOnlyDisk,
    /// PostgreSQL's disk is full, and freed; only where we are root, to mount it
    DatabaseFull,
    /// PostgreSQL's connections are killed in the middle of their transactions
    ConnectionKilled,
}

impl FaultKind {
    /// Whether there is such a thing in a run.
    fn applies_to(self, run: &RunOptions) -> bool {
        use FaultKind::*;
        match self {
            Bus | BusCut | BusHalfOpen | Database | DatabaseCrash | DatabaseCut | DatabaseHalfOpen
            | ConnectionKilled => run.database == DatabaseKind::Postgres,
            DatabaseFull => run.database == DatabaseKind::Postgres && geteuid().is_root(),
            PowerLoss | DiskFull | DiskErrors | ReadOnlyDisk => run.synchronous.is_some(),
            _ => true,
        }
    }
}

/// Something that breaks.
#[derive(Clone, Debug)]
pub(crate) struct Fault {
    pub(crate) kind: FaultKind,
    /// Which node it breaks, or whose line.
    pub(crate) node: usize,
    /// After so many messages were acknowledged.
    pub(crate) at: u64,
    /// For what else has to be decided.
    pub(crate) rng: SeededRng,
}

/// All that breaks in a run. Every kind comes once before one comes again.
pub(crate) fn plan_faults(run: &RunOptions) -> Vec<Fault> {
    let mut rng = SeededRng::for_index(run.seed, usize::MAX);
    let all = if run.only.is_empty() { FaultKind::value_variants() } else { &run.only };
    let applicable: Vec<FaultKind> = all.iter().copied().filter(|kind| kind.applies_to(run)).collect();
    let (mut remaining, mut faults) = (Vec::new(), Vec::new());
    let nodes = u64::try_from(run.nodes).unwrap_or(u64::MAX);
    for number in 0..run.faults {
        if remaining.is_empty() {
            remaining.clone_from(&applicable);
        }
        let next = usize::try_from(rng.random_below(remaining.len() as u64)).unwrap_or_default();
        if remaining.is_empty() {
            break;
        }
        let position = (number as f64 + rng.random_fraction()) / (run.faults + 1) as f64;
        faults.push(Fault {
            kind: remaining.swap_remove(next),
            node: usize::try_from(rng.random_below(nodes)).unwrap_or_default(),
            at: (position * run.acknowledgements as f64) as u64,
            rng: SeededRng::new(rng.random_below(u64::MAX)),
        });
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_repeats_its_plan_and_covers_every_kind_before_repeating_one() {
        let run = RunOptions::parse_line("--database postgres --nodes 3 --faults 40 --seed 7").expect("a run");
        let summary = |run: &RunOptions| {
            plan_faults(run).iter().map(|fault| (fault.kind, fault.node, fault.at)).collect::<Vec<_>>()
        };
        assert_eq!(summary(&run), summary(&run));
        assert_ne!(summary(&run), summary(&RunOptions { seed: 8, ..run.clone() }));
        let all: Vec<FaultKind> =
            FaultKind::value_variants().iter().copied().filter(|kind| kind.applies_to(&run)).collect();
        let mut first: Vec<FaultKind> = plan_faults(&run).into_iter().take(all.len()).map(|fault| fault.kind).collect();
        first.sort_unstable();
        assert_eq!(first, all);
    }

    #[test]
    fn inapplicable_faults_are_not_planned() {
        let run = RunOptions::parse_line("--faults 100").expect("a run");
        assert!(plan_faults(&run).iter().all(|fault| fault.kind <= FaultKind::Clock && fault.node == 0));
    }
}
