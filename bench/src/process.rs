//! A program that is measured: started, looked at through what the system says of it, and stopped.

use crate::site::Result;
use std::{
    fs,
    process::{Child, Command, Stdio},
};

/// Ticks a second in which Linux counts processor time, on every machine.
const TICKS_PER_SECOND: f64 = 100.0;

/// A program and all that it started. Killed when dropped.
#[derive(Debug)]
pub struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        // Those it started may not notice that it is gone.
        let others = process_tree(self.id()).into_iter().skip(1).map(|id| id.to_string());
        let others: Vec<String> = others.collect();
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
        if !others.is_empty() {
            let _ = Command::new("kill").arg("-9").args(others).stderr(Stdio::null()).status();
        }
    }
}

impl Process {
    /// Starts it.
    ///
    /// # Errors
    /// When there is no such program.
    pub fn start(command: &mut Command) -> Result<Self> {
        let program = command.get_program().to_string_lossy().into_owned();
        Ok(Self(command.spawn().map_err(|error| format!("{program}: {error}"))?))
    }

    /// Its id.
    pub fn id(&self) -> u32 {
        self.0.id()
    }
}

/// A command that runs on one core alone, or wherever there is room.
pub fn command_on_core(core: Option<usize>, program: impl AsRef<std::ffi::OsStr>) -> Command {
    match core {
        None => Command::new(program),
        Some(core) => {
            let mut command = Command::new("taskset");
            command.args(["-c", &core.to_string()]).arg(program);
            command
        }
    }
}

/// Processor seconds that a process and all it started have taken so far.
///
/// # Errors
/// When there is no such process.
pub fn cpu_seconds(id: u32) -> Result<f64> {
    sum_over_tree(id, own_cpu_seconds)
}

/// Memory of a process and all it started, in bytes: what several share counts once.
///
/// # Errors
/// When there is no such process.
pub fn memory_bytes(id: u32) -> Result<u64> {
    sum_over_tree(id, own_memory_bytes)
}

/// Of a process, and of all that it started. One of those may end meanwhile: then it is in its parent's figure.
fn sum_over_tree<T: std::ops::Add<Output = T>>(id: u32, measure: impl Fn(u32) -> Result<T>) -> Result<T> {
    let others = process_tree(id).into_iter().skip(1).filter_map(|other| measure(other).ok());
    Ok(others.fold(measure(id)?, |sum, other| sum + other))
}

/// A process and all that it started, directly or not.
fn process_tree(id: u32) -> Vec<u32> {
    let mut found = vec![id];
    let mut next = 0;
    while let Some(parent) = found.get(next) {
        let threads = fs::read_dir(format!("/proc/{parent}/task")).into_iter().flatten().flatten();
        let children = threads.filter_map(|thread| fs::read_to_string(thread.path().join("children")).ok());
        let children: Vec<u32> = children
            .flat_map(|ids| ids.split_whitespace().filter_map(|id| id.parse().ok()).collect::<Vec<_>>())
            .collect();
        found.extend(children);
        next += 1;
    }
    found
}

fn own_cpu_seconds(id: u32) -> Result<f64> {
    let stat = fs::read_to_string(format!("/proc/{id}/stat"))?;
    // The name stands in brackets, and may hold anything; the 12th to 15th after it are what the process took itself,
    // as a program and in the system, and what those took that it started and that have ended.
    let fields: Vec<&str> = stat.rsplit_once(')').ok_or("no such line")?.1.split_whitespace().collect();
    let ticks = |at: usize| -> Result<f64> { Ok(fields.get(at).ok_or("too few fields")?.parse()?) };
    Ok((ticks(11)? + ticks(12)? + ticks(13)? + ticks(14)?) / TICKS_PER_SECOND)
}

fn own_memory_bytes(id: u32) -> Result<u64> {
    let rollup = fs::read_to_string(format!("/proc/{id}/smaps_rollup"))?;
    let line = rollup.lines().find_map(|line| line.strip_prefix("Pss:")).ok_or("no memory")?;
    Ok(line.trim().trim_end_matches(" kB").parse::<u64>()? * 1_024)
}
