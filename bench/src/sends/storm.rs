//! What goes wrong while people talk: their lines, each by dice of its own, and the site, which is killed.

use crate::stage::Person;
use bench::{
    dice::Dice,
    line::Pace,
    site::{Result, Site},
};
use std::{collections::BTreeMap, sync::Arc, time::Duration};
use tokio::{
    sync::mpsc,
    task::JoinSet,
    time::{Instant, sleep, sleep_until},
};

/// How far after a beat of the talk the site is killed: in the midst of what that brings.
const MIDST: std::ops::Range<u64> = 0..15;

/// The lines' troubles, until it is calmed.
pub(crate) struct Storm {
    troubles: JoinSet<std::io::Result<()>>,
    told: mpsc::UnboundedReceiver<&'static str>,
}

impl Storm {
    /// Breaks loose over everybody's line.
    pub(crate) fn rise(people: &[Arc<Person>], seed: u64) -> Self {
        let (tell, told) = mpsc::unbounded_channel();
        let mut troubles = JoinSet::new();
        for (number, person) in people.iter().cloned().enumerate() {
            let (mut dice, tell) = (Dice::of(seed, number), tell.clone());
            troubles.spawn(async move {
                loop {
                    tokio::select! {
                        () = sleep(dice.millis(1_000..6_000)) => {}
                        () = tell.closed() => return Ok(()),
                    }
                    // Nobody may want to know any more.
                    let _ = tell.send(trouble(&person, &mut dice).await?);
                }
            });
        }
        Self { troubles, told }
    }

    /// Ends it once each line's trouble is over, and gives how often there was what.
    pub(crate) async fn calm(mut self) -> Result<BTreeMap<&'static str, usize>> {
        self.told.close();
        while let Some(ended) = self.troubles.join_next().await {
            ended??;
        }
        let mut counts = BTreeMap::new();
        while let Some(name) = self.told.recv().await {
            *counts.entry(name).or_default() += 1;
        }
        Ok(counts)
    }
}

/// One trouble of one line, from its beginning to its end.
async fn trouble(person: &Person, dice: &mut Dice) -> std::io::Result<&'static str> {
    let line = &person.line;
    let (name, lasts) = match dice.below(6) {
        0 | 1 => ("cut", 0..1),
        2 => ("half-open", 500..2_000),
        3 => ("slow", 1_000..3_000),
        4 => ("refused", 200..1_500),
        _ => ("502", 200..1_000),
    };
    match name {
        "cut" => line.cut(),
        "half-open" => line.freeze(),
        "slow" => {
            let rate = 10_000 + u32::try_from(dice.below(90_000)).unwrap_or_default();
            line.slow(Pace { delay: dice.millis(20..300), rate });
        }
        "refused" => line.refuse().await,
        _ => line.stand_alone(),
    }
    sleep(dice.millis(lasts)).await;
    line.restore().await?;
    Ok(name)
}

/// Kills the site so often, spread evenly over a talk that begins now, each time in the midst of a beat.
pub(crate) async fn kill(site: &mut Site, kills: u32, lasts: Duration, beat: Duration, mut dice: Dice) -> Result<()> {
    let began = Instant::now();
    for number in 1..=kills {
        let even = lasts.mul_f64(f64::from(number) / f64::from(kills + 1));
        let beats = (even.as_secs_f64() / beat.as_secs_f64()).floor();
        sleep_until(began + beat.mul_f64(beats) + dice.millis(MIDST)).await;
        site.kill_and_serve().await?;
    }
    Ok(())
}
