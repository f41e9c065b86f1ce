//! The plan of a run: which faults happen, and when. The seed determines it.

use crate::settings::{DatabaseKind, RunOptions};
use clap::ValueEnum;
use rustix::process::geteuid;
use test_support::rng::SeededRng;

/// Faults that may be active at the same time. Writers wait for due faults, so that each fault disrupts some writes.
pub(crate) const MAX_CONCURRENT_FAULTS: usize = 3;

/// A kind of fault, by its name on the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub(crate) enum FaultKind {
    /// Kills a node and restarts it
    Kill,
    /// Suspends a node for seconds
    Freeze,
    /// Terminates a node as an update does, and restarts it
    Update,
    /// Resets all client connections of a node
    Cut,
    /// Discards all traffic between clients and a node without closing connections
    HalfOpen,
    /// Slows down the link between clients and a node
    Throttle,
    /// Refuses all client connections to a node
    Refuse,
    /// Answers 502 in place of a node
    BadGateway,
    /// Shifts a node's clock by up to 6 hours
    Clock,
    /// Kills the bus and restarts it
    Bus,
    /// Resets a node's connections to the bus, and refuses new ones for a while
    BusCut,
    /// Discards all traffic between a node and the bus without closing connections
    BusHalfOpen,
    /// Stops the database at once, and restarts it
    Database,
    /// Crashes the database, and restarts it
    DatabaseCrash,
    /// Resets a node's connections to the database, and refuses new ones for a while
    DatabaseCut,
    /// Discards all traffic between a node and the database without closing connections
    DatabaseHalfOpen,
    /// Cuts the machine's power: unflushed data is lost
    PowerLoss,
    /// Fills SQLite's disk, and frees it
    DiskFull,
    /// Lets some writes and flushes of SQLite's disk fail with an I/O error
    DiskErrors,
    /// Makes SQLite's disk read-only
    ReadOnlyDisk,
    /// Fills PostgreSQL's disk, and frees it; only as root, which can mount it
    DatabaseFull,
    /// Kills PostgreSQL's connections during their transactions
    ConnectionKilled,
}

impl FaultKind {
    /// Returns whether a run has the component that this fault disrupts.
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

/// A planned fault.
#[derive(Clone, Debug)]
pub(crate) struct Fault {
    pub(crate) kind: FaultKind,
    /// The index of the node that is disrupted, or whose link is.
    pub(crate) node: usize,
    /// The number of acknowledgements after which it starts.
    pub(crate) after_acks: u64,
    /// Decides everything else, like durations.
    pub(crate) rng: SeededRng,
}

/// Plans all faults of a run. Every kind occurs once before any kind is repeated.
pub(crate) fn plan_faults(run: &RunOptions) -> Vec<Fault> {
    let mut rng = SeededRng::for_index(run.seed, usize::MAX);
    let all = if run.only.is_empty() { FaultKind::value_variants() } else { &run.only };
    let applicable: Vec<FaultKind> = all.iter().copied().filter(|kind| kind.applies_to(run)).collect();
    let (mut remaining, mut faults) = (Vec::new(), Vec::new());
    for number in 0..run.faults {
        if remaining.is_empty() {
            remaining.clone_from(&applicable);
        }
        let next = rng.random_index(remaining.len());
        if remaining.is_empty() {
            break;
        }
        let position = (number as f64 + rng.random_fraction()) / (run.faults + 1) as f64;
        faults.push(Fault {
            kind: remaining.swap_remove(next),
            node: rng.random_index(run.nodes),
            after_acks: (position * run.acknowledgements as f64) as u64,
            rng: rng.fork(),
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
            plan_faults(run).iter().map(|fault| (fault.kind, fault.node, fault.after_acks)).collect::<Vec<_>>()
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
