//! Programs that tests start.

use crate::Result;
use rustix::process::{Pid, Signal, kill_process};
use std::{
    process::{Child, ChildStderr, Command, ExitStatus},
    time::{Duration, Instant},
};
use tokio::time::sleep;

/// How often [`ChildProcess::wait_exit`] looks whether the process has exited.
const POLL_INTERVAL: Duration = Duration::from_millis(20);

/// A running program. Killed when dropped.
#[derive(Debug)]
pub struct ChildProcess(Child);

impl Drop for ChildProcess {
    fn drop(&mut self) {
        // It may have exited already.
        let _ = self.kill();
    }
}

impl ChildProcess {
    /// Starts a command.
    ///
    /// # Errors
    /// Fails if the program is missing or isn't executable; the error names it.
    pub fn start(command: &mut Command) -> Result<Self> {
        let program = command.get_program().to_string_lossy().into_owned();
        Ok(Self(command.spawn().map_err(|error| format!("{program}: {error}"))?))
    }

    /// Returns the process id.
    pub fn id(&self) -> u32 {
        self.0.id()
    }

    /// Returns its standard error, if that was piped and isn't taken yet.
    pub fn take_stderr(&mut self) -> Option<ChildStderr> {
        self.0.stderr.take()
    }

    /// Sends a signal to this process alone.
    ///
    /// # Errors
    /// Fails if the process has exited.
    pub fn send_signal(&mut self, signal: Signal) -> Result<()> {
        match self.exit_status()? {
            None => Ok(kill_process(Pid::from_child(&self.0), signal)?),
            Some(status) => Err(format!("the process has exited: {status}").into()),
        }
    }

    /// Kills the process (SIGKILL), so that it can't clean up, and waits until it has ended. Does nothing if it has
    /// exited already.
    ///
    /// # Errors
    /// Fails if the system doesn't allow it.
    pub fn kill(&mut self) -> Result<()> {
        self.0.kill()?;
        self.0.wait()?;
        Ok(())
    }

    /// Returns how the process has exited, or `None` while it runs.
    ///
    /// # Errors
    /// Fails if the system can't report it.
    pub fn exit_status(&mut self) -> Result<Option<ExitStatus>> {
        Ok(self.0.try_wait()?)
    }

    /// Waits until the process exits by itself.
    ///
    /// # Errors
    /// Fails if it still runs after `limit`.
    pub async fn wait_exit(&mut self, limit: Duration) -> Result<ExitStatus> {
        let began = Instant::now();
        loop {
            if let Some(status) = self.exit_status()? {
                return Ok(status);
            }
            if began.elapsed() > limit {
                return Err(format!("the process hasn't exited within {limit:?}").into());
            }
            sleep(POLL_INTERVAL).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sleeping() -> ChildProcess {
        ChildProcess::start(Command::new("sleep").arg("60")).expect("sleep is a program")
    }

    #[tokio::test]
    async fn a_process_ends_by_a_signal_within_the_limit() {
        let mut process = sleeping();
        assert!(process.wait_exit(Duration::from_millis(1)).await.is_err(), "it still runs");
        process.send_signal(Signal::TERM).expect("it runs");
        assert!(!process.wait_exit(Duration::from_secs(20)).await.expect("exited").success());
        assert!(process.send_signal(Signal::TERM).is_err(), "it has exited");
        process.kill().expect("nothing is left to do");
    }

    #[test]
    fn a_missing_program_is_named() {
        let error = ChildProcess::start(&mut Command::new("no-such-program")).expect_err("it is missing");
        assert!(error.to_string().starts_with("no-such-program: "), "{error}");
    }
}
