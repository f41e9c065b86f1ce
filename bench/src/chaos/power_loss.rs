//! Whether a message that was acknowledged survives a power cut.

use crate::{
    one, run, say,
    settings::{Cuts, Run, by_chance},
};
use bench::site::Result;

/// Runs on a disk that drops what wasn't flushed: flushing each commit nothing is lost; flushing now and then something
/// is, or the test sees nothing.
///
/// # Errors
/// When there is no such disk on this machine, or a run breaks.
pub(crate) async fn both(Cuts { cuts, acknowledgements, seed }: Cuts) -> Result<bool> {
    let seed = seed.unwrap_or_else(by_chance);
    let full = Run::read(&format!(
        "--synchronous full --only power-loss --faults {cuts} --acknowledgements {acknowledgements} --people 20 \
         --seed {seed}"
    ))?;
    // Whoever hears of what is lost later can't go on: nobody listens.
    let normal = Run::read(&format!(
        "--synchronous normal --only power-loss --faults 3 --acknowledgements 600 --people 20 --readers 0 --seed {seed}"
    ))?;
    if !one(full).await?.is_good() {
        return Ok(false);
    }
    say(&format!("Seed {seed}: {normal}"))?;
    let lost = run::run(&normal).await?.lost();
    say(&format!("lost {lost}{}", if lost > 0 { ", as it has to be" } else { ": the test sees nothing" }))?;
    Ok(lost > 0)
}
