//! What breaks, and when: decided by the seed.

use crate::settings::{DatabaseKind, Run};
use bench::rng::SeededRng;
use clap::ValueEnum;
use rustix::process::geteuid;

/// Faults that may be under way at once. Writing waits for those that are due, so that each has something to break.
pub(crate) const AT_ONCE: usize = 3;

/// What can break.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub(crate) enum Kind {
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

impl Kind {
    /// Whether there is such a thing in a run.
    fn fits(self, run: &Run) -> bool {
        use Kind::*;
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
    pub(crate) kind: Kind,
    /// Which node it breaks, or whose line.
    pub(crate) node: usize,
    /// After so many messages were acknowledged.
    pub(crate) at: u64,
    /// For what else has to be decided.
    pub(crate) rng: SeededRng,
}

/// All that breaks in a run. Every kind comes once before one comes again.
pub(crate) fn plan(run: &Run) -> Vec<Fault> {
    let mut rng = SeededRng::for_index(run.seed, usize::MAX);
    let all = if run.only.is_empty() { Kind::value_variants() } else { &run.only };
    let fitting: Vec<Kind> = all.iter().copied().filter(|kind| kind.fits(run)).collect();
    let (mut coming, mut plan) = (Vec::new(), Vec::new());
    let nodes = u64::try_from(run.nodes).unwrap_or(u64::MAX);
    for number in 0..run.faults {
        if coming.is_empty() {
            coming.clone_from(&fitting);
        }
        let next = usize::try_from(rng.random_below(coming.len() as u64)).unwrap_or_default();
        if coming.is_empty() {
            break;
        }
        let position = (number as f64 + rng.random_fraction()) / (run.faults + 1) as f64;
        plan.push(Fault {
            kind: coming.swap_remove(next),
            node: usize::try_from(rng.random_below(nodes)).unwrap_or_default(),
            at: (position * run.acknowledgements as f64) as u64,
            rng: SeededRng::new(rng.random_below(u64::MAX)),
        });
    }
    plan
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_breaks_the_same_again_and_everything_before_it_repeats() {
        let run = Run::read("--database postgres --nodes 3 --faults 40 --seed 7").expect("a run");
        let told = |run: &Run| plan(run).iter().map(|fault| (fault.kind, fault.node, fault.at)).collect::<Vec<_>>();
        assert_eq!(told(&run), told(&run));
        assert_ne!(told(&run), told(&Run { seed: 8, ..run.clone() }));
        let all: Vec<Kind> = Kind::value_variants().iter().copied().filter(|kind| kind.fits(&run)).collect();
        let mut first: Vec<Kind> = plan(&run).into_iter().take(all.len()).map(|fault| fault.kind).collect();
        first.sort_unstable();
        assert_eq!(first, all);
    }

    #[test]
    fn what_is_not_there_does_not_break() {
        let run = Run::read("--faults 100").expect("a run");
        assert!(plan(&run).iter().all(|fault| fault.kind <= Kind::Clock && fault.node == 0));
    }
}
