//! Starts a measured program, and reads its CPU time and memory from `/proc`.

use crate::site::Result;
use std::{
    fs,
    process::{Command, Stdio},
};
use test_support::child_process::ChildProcess;

/// Clock ticks per second in `/proc`; 100 on every Linux machine.
const TICKS_PER_SECOND: f64 = 100.0;

/// A process and its descendants. Killed when dropped.
#[derive(Debug)]
pub struct Process(ChildProcess);

impl Drop for Process {
    fn drop(&mut self) {
        // Descendants may outlive their parent.
        let others = process_tree(self.id()).into_iter().skip(1).map(|id| id.to_string());
        let others: Vec<String> = others.collect();
        // It may have exited already.
        let _ = self.0.kill();
        if !others.is_empty() {
            let _ = Command::new("kill").arg("-9").args(others).stderr(Stdio::null()).status();
        }
    }
}

impl Process {
    /// Starts a command.
    ///
    /// # Errors
    /// Fails if the program is missing.
    pub fn start(command: &mut Command) -> Result<Self> {
        ChildProcess::start(command).map(Self)
    }

    /// Returns the process id.
    pub fn id(&self) -> u32 {
        self.0.id()
    }
}

/// Builds a command pinned to one core, or unpinned.
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

/// Returns the CPU seconds that a process and its descendants have used.
///
/// # Errors
/// Fails if the process has exited.
pub fn cpu_seconds(id: u32) -> Result<f64> {
    sum_over_tree(id, own_cpu_seconds)
}

/// Returns the memory of a process and its descendants in bytes; shared pages count once.
///
/// # Errors
/// Fails if the process has exited.
pub fn memory_bytes(id: u32) -> Result<u64> {
    sum_over_tree(id, own_memory_bytes)
}

/// Adds up a value over a process tree. If a descendant exits during this, its parent's value includes it.
fn sum_over_tree<T: std::ops::Add<Output = T>>(id: u32, measure: impl Fn(u32) -> Result<T>) -> Result<T> {
    let others = process_tree(id).into_iter().skip(1).filter_map(|other| measure(other).ok());
    Ok(others.fold(measure(id)?, |sum, other| sum + other))
}

/// Returns a process and all its descendants.
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
    // The name is in parentheses and may contain any character. Fields 12 to 15 after it are utime, stime, cutime and
    // cstime: the CPU time of the process, and of its exited children.
    let fields: Vec<&str> = stat.rsplit_once(')').ok_or("/proc stat has no name")?.1.split_whitespace().collect();
    let ticks = |at: usize| -> Result<f64> { Ok(fields.get(at).ok_or("/proc stat has too few fields")?.parse()?) };
    Ok((ticks(11)? + ticks(12)? + ticks(13)? + ticks(14)?) / TICKS_PER_SECOND)
}

fn own_memory_bytes(id: u32) -> Result<u64> {
    let rollup = fs::read_to_string(format!("/proc/{id}/smaps_rollup"))?;
    let line = rollup.lines().find_map(|line| line.strip_prefix("Pss:")).ok_or("smaps_rollup has no Pss")?;
    Ok(line.trim().trim_end_matches(" kB").parse::<u64>()? * 1_024)
}
