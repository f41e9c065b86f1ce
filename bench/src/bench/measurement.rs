//! Results of a row, and how they compare.

use serde_json::{Value, json};
use std::fmt;

/// One round of one side.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sample {
    pub(crate) value: f64,
    /// CPU seconds that the server used during the round.
    pub(crate) cpu: f64,
    /// Seconds that the round lasted.
    pub(crate) wall: f64,
}

impl Sample {
    /// Builds a sample without CPU and wall time, for values like byte counts.
    pub(crate) fn of(value: f64) -> Self {
        Self { value, cpu: 0.0, wall: 0.0 }
    }
}

/// The limit that the ratio of the two sides has to keep.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Aim {
    AtMost(f64),
    AtLeast(f64),
}

/// Compares Greenroom with a peer over several alternating rounds.
#[derive(Clone, Debug)]
pub(crate) struct Claim {
    pub(crate) work: String,
    pub(crate) unit: &'static str,
    pub(crate) peer: &'static str,
    pub(crate) aim: Aim,
    /// Pairs of one round each: Greenroom's sample, then the peer's.
    pub(crate) rounds: Vec<(Sample, Sample)>,
    /// Why it couldn't be measured, if it couldn't.
    pub(crate) error: Option<String>,
}

/// The results of one row of the table.
#[derive(Clone, Debug, Default)]
pub(crate) struct Row {
    pub(crate) claims: Vec<Claim>,
    /// Further observations, printed below the table.
    pub(crate) notes: Vec<String>,
}

/// Median and range of some values.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spread {
    pub(crate) low: f64,
    pub(crate) median: f64,
    pub(crate) high: f64,
}

impl Spread {
    pub(crate) fn of(values: impl IntoIterator<Item = f64>) -> Self {
        let mut values: Vec<f64> = values.into_iter().collect();
        values.sort_by(f64::total_cmp);
        let at = |at: usize| values.get(at).copied().unwrap_or(f64::NAN);
        let last = values.len().saturating_sub(1);
        Self { low: at(0), median: f64::midpoint(at(last / 2), at(values.len() / 2)), high: at(last) }
    }

    fn to_json(self) -> Value {
        json!({ "low": self.low, "median": self.median, "high": self.high })
    }
}

impl fmt::Display for Spread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({} to {})", format_short(self.median), format_short(self.low), format_short(self.high))
    }
}

impl fmt::Display for Aim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Aim::AtMost(most) => write!(f, "≤ {most}"),
            Aim::AtLeast(least) => write!(f, "≥ {least}"),
        }
    }
}

impl Claim {
    /// Returns the spread of the ratios of each round, so that a temporary slowdown of the machine affects both sides.
    pub(crate) fn ratio(&self) -> Spread {
        Spread::of(self.rounds.iter().map(|(ours, theirs)| ours.value / theirs.value))
    }

    /// Compares the median round with the aim. An unmeasured claim isn't met.
    pub(crate) fn is_met(&self) -> bool {
        if self.error.is_some() {
            return false;
        }
        let ratio = self.ratio().median;
        match self.aim {
            Aim::AtMost(most) => ratio <= most,
            Aim::AtLeast(least) => ratio >= least,
        }
    }

    fn both_sides(&self) -> [Spread; 2] {
        [
            Spread::of(self.rounds.iter().map(|round| round.0.value)),
            Spread::of(self.rounds.iter().map(|round| round.1.value)),
        ]
    }

    fn sum_samples(&self, part: impl Fn(&Sample) -> f64) -> [f64; 2] {
        [self.rounds.iter().map(|round| part(&round.0)).sum(), self.rounds.iter().map(|round| part(&round.1)).sum()]
    }

    /// Formats the claim as a line of the Markdown table.
    pub(crate) fn table_line(&self, number: usize) -> String {
        let [ours, theirs] = self.both_sides();
        let [cpu, wall] = [self.sum_samples(|sample| sample.cpu), self.sum_samples(|sample| sample.wall)];
        // Samples built by [`Sample::of`] have no times.
        let seconds = |value: f64| if value == 0.0 { "–".to_owned() } else { format_short(value) };
        let pair = |[ours, theirs]: [f64; 2]| format!("{} / {}", seconds(ours), seconds(theirs));
        let (work, unit, peer, aim) = (&self.work, self.unit, self.peer, self.aim);
        let (ratio, met) = (self.ratio(), if self.is_met() { "yes" } else { "**no**" });
        let (cpu, wall) = (pair(cpu), pair(wall));
        if let Some(error) = &self.error {
            let theirs = if self.rounds.is_empty() { String::new() } else { format!(": {theirs}") };
            return format!(
                "| {number} | {work}, {unit} | not measured: {error} | {peer}{theirs} | | {aim} | **no** | | |"
            );
        }
        format!("| {number} | {work}, {unit} | {ours} | {peer}: {theirs} | {ratio} | {aim} | {met} | {cpu} | {wall} |")
    }

    pub(crate) fn to_json(&self) -> Value {
        let [ours, theirs] = self.both_sides();
        json!({
            "what": self.work, "unit": self.unit, "against": self.peer, "aim": self.aim.to_string(),
            "met": self.is_met(), "ratio": self.ratio().to_json(), "ours": ours.to_json(), "theirs": theirs.to_json(),
            "cpuSeconds": self.sum_samples(|sample| sample.cpu),
            "wallSeconds": self.sum_samples(|sample| sample.wall), "fault": self.error,
        })
    }
}

/// Formats a number with only its significant digits.
pub(crate) fn format_short(value: f64) -> String {
    let digits = match value.abs() {
        0.0 => 0,
        size if size < 0.1 => 4,
        size if size < 10.0 => 2,
        size if size < 100.0 => 1,
        _ => 0,
    };
    format!("{value:.digits$}")
}
