//! Checks whether acknowledged messages survive a power loss.

use crate::{
    print_line, run, run_and_report,
    settings::{PowerLossOptions, RunOptions, random_seed},
};
use bench::site::Result;

/// Runs on a disk that loses unflushed data. With `synchronous=FULL` nothing may be lost; with `NORMAL` messages have
/// to be lost, otherwise the test detects nothing.
///
/// # Errors
/// Fails if the disk can't be mounted, or a run fails.
pub(crate) async fn run_both_modes(
    PowerLossOptions { cuts, acknowledgements, seed }: PowerLossOptions,
) -> Result<bool> {
    let seed = seed.unwrap_or_else(random_seed);
    let full = RunOptions::parse_line(&format!(
        "--synchronous full --only power-loss --faults {cuts} --acknowledgements {acknowledgements} --people 20 \
         --seed {seed}"
    ))?;
    // No readers: a reader that received a message which is lost later couldn't continue.
    let normal = RunOptions::parse_line(&format!(
        "--synchronous normal --only power-loss --faults 3 --acknowledgements 600 --people 20 --readers 0 --seed {seed}"
    ))?;
    if !run_and_report(full).await?.is_good() {
        return Ok(false);
    }
    print_line(&format!("Seed {seed}: {normal}"))?;
    let lost = run::run(&normal).await?.lost();
    print_line(&format!("lost {lost}{}", if lost > 0 { ", as expected" } else { ": the test detects nothing" }))?;
    Ok(lost > 0)
}
