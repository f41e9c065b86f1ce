//! What was measured, and how it compares.

use serde_json::{Value, json};
use std::fmt;

/// One turn of one side.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sample {
    pub(crate) value: f64,
    /// Processor seconds the server took meanwhile.
    pub(crate) cpu: f64,
    /// Seconds it lasted.
    pub(crate) wall: f64,
}

impl Sample {
    /// Something that takes no time.
    pub(crate) fn of(value: f64) -> Self {
        Self { value, cpu: 0.0, wall: 0.0 }
    }
}

/// What the ratio shall be.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Aim {
    AtMost(f64),
    AtLeast(f64),
}

/// Greenroom against something else, in turns.
#[derive(Clone, Debug)]
pub(crate) struct Claim {
    pub(crate) what: String,
    pub(crate) unit: &'static str,
    pub(crate) against: &'static str,
    pub(crate) aim: Aim,
    /// Of each turn: Greenroom's, and the other's.
    pub(crate) turns: Vec<(Sample, Sample)>,
    /// Why it couldn't be measured, if so.
    pub(crate) fault: Option<String>,
}

/// What was found out about one row of the table.
#[derive(Clone, Debug, Default)]
pub(crate) struct Row {
    pub(crate) claims: Vec<Claim>,
    /// What else was seen, in words.
    pub(crate) notes: Vec<String>,
}

/// The middle of some values, and how far they spread.
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
    /// Of the two of each turn, so that what slows down the machine for a while slows down both.
    pub(crate) fn ratio(&self) -> Spread {
        Spread::of(self.turns.iter().map(|(ours, theirs)| ours.value / theirs.value))
    }

    /// By the turn in the middle. What wasn't measured isn't met.
    pub(crate) fn is_met(&self) -> bool {
        if self.fault.is_some() {
            return false;
        }
        let ratio = self.ratio().median;
        match self.aim {
            Aim::AtMost(most) => ratio <= most,
            Aim::AtLeast(least) => ratio >= least,
        }
    }

    fn both_sides(&self) -> [Spread; 2] {
        [Spread::of(self.turns.iter().map(|turn| turn.0.value)), Spread::of(self.turns.iter().map(|turn| turn.1.value))]
    }

    fn sum_samples(&self, part: impl Fn(&Sample) -> f64) -> [f64; 2] {
        [self.turns.iter().map(|turn| part(&turn.0)).sum(), self.turns.iter().map(|turn| part(&turn.1)).sum()]
    }

    /// As a line of the table.
    pub(crate) fn table_line(&self, number: usize) -> String {
        let [ours, theirs] = self.both_sides();
        let [cpu, wall] = [self.sum_samples(|sample| sample.cpu), self.sum_samples(|sample| sample.wall)];
        // What takes no time has none.
        let seconds = |value: f64| if value == 0.0 { "–".to_owned() } else { format_short(value) };
        let pair = |[ours, theirs]: [f64; 2]| format!("{} / {}", seconds(ours), seconds(theirs));
        let (what, unit, against, aim) = (&self.what, self.unit, self.against, self.aim);
        let (ratio, met) = (self.ratio(), if self.is_met() { "yes" } else { "**no**" });
        let (cpu, wall) = (pair(cpu), pair(wall));
        if let Some(fault) = &self.fault {
            let theirs = if self.turns.is_empty() { String::new() } else { format!(": {theirs}") };
            return format!(
                "| {number} | {what}, {unit} | not measured: {fault} | {against}{theirs} | | {aim} | **no** | | |"
            );
        }
        format!(
            "| {number} | {what}, {unit} | {ours} | {against}: {theirs} | {ratio} | {aim} | {met} | {cpu} | {wall} |"
        )
    }

    pub(crate) fn to_json(&self) -> Value {
        let [ours, theirs] = self.both_sides();
        json!({
            "what": self.what, "unit": self.unit, "against": self.against, "aim": self.aim.to_string(),
            "met": self.is_met(), "ratio": self.ratio().to_json(), "ours": ours.to_json(), "theirs": theirs.to_json(),
            "cpuSeconds": self.sum_samples(|sample| sample.cpu), "wallSeconds": self.sum_samples(|sample| sample.wall), "fault": self.fault,
        })
    }
}

/// A number with as many digits as say something.
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
