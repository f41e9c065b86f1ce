//! Whether a message that was acknowledged survives a power cut.

use crate::{
    print_line, run, run_and_report,
    settings::{PowerLossOptions, RunOptions, random_seed},
};
use bench::site::Result;

/// Runs on a disk that drops what wasn't flushed: flushing each commit nothing is lost; flushing now and then something
/// is, or the test sees nothing.
///
/// # Errors
/// When there is no such disk on this machine, or a run breaks.
pub(crate) async fn run_both_modes(
    PowerLossOptions { cuts, acknowledgements, seed }: PowerLossOptions,
) -> Result<bool> {
    let seed = seed.unwrap_or_else(random_seed);
    let full = RunOptions::parse_line(&format!(
        "--synchronous full --only power-loss --faults {cuts} --acknowledgements {acknowledgements} --people 20 \
         --seed {seed}"
    ))?;
    // Whoever hears of what is lost later can't go on: nobody listens.
    let normal = RunOptions::parse_line(&format!(
        "--synchronous normal --only power-loss --faults 3 --acknowledgements 600 --people 20 --readers 0 --seed {seed}"
    ))?;
    if !run_and_report(full).await?.is_good() {
        return Ok(false);
    }
    print_line(&format!("Seed {seed}: {normal}"))?;
    let lost = run::run(&normal).await?.lost();
    print_line(&format!("lost {lost}{}", if lost > 0 { ", as it has to be" } else { ": the test sees nothing" }))?;
    Ok(lost > 0)
}
