//! One process of the server that can be started, stopped, suspended and killed.

use crate::{
    ports::random_port,
    site::{Result, server_binary},
};
use reqwest::Client;
use rustix::process::{Pid, Signal, kill_process};
use std::{
    fs::OpenOptions,
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};
use tokio::time::sleep;

/// How long a start may take, including an outage of the database.
const START_TIMEOUT: Duration = Duration::from_secs(60);
/// How long it may take to exit after SIGTERM.
const EXIT_TIMEOUT: Duration = Duration::from_secs(20);
/// How often the process is polled.
const POLL_INTERVAL: Duration = Duration::from_millis(20);

/// The built server with its settings. Killed when dropped.
#[derive(Debug)]
pub struct ServerProcess {
    /// The port it listens on, on this machine.
    pub port: u16,
    settings: Vec<(String, String)>,
    /// Where its standard error is appended, if not to the terminal.
    log_file: Option<PathBuf>,
    client: Client,
    program: Option<Child>,
}

impl Drop for ServerProcess {
    fn drop(&mut self) {
        if let Some(program) = &mut self.program {
            // It may have exited already.
            let _ = program.kill();
            let _ = program.wait();
        }
    }
}

impl ServerProcess {
    /// Builds a process that isn't started yet, with a random port. Its log is appended to a file, if one is given.
    ///
    /// # Errors
    /// Fails if the HTTP client can't be built.
    pub fn new(mut settings: Vec<(String, String)>, log_file: Option<PathBuf>) -> Result<Self> {
        let port = random_port();
        settings.push(("LEPTOS_SITE_ADDR".to_owned(), format!("127.0.0.1:{port}")));
        settings.push(("RUST_LOG".to_owned(), "error".to_owned()));
        Ok(Self { port, settings, log_file, client: Client::builder().no_proxy().build()?, program: None })
    }

    /// Returns its URL.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Runs another command of the program with the same settings, and waits until it exits.
    ///
    /// # Errors
    /// Fails if the command fails.
    pub fn run_command(&self, argument: &str) -> Result<()> {
        let ended = self.build_command(argument)?.status().map_err(|_| "the site isn't built (bin/build)")?;
        if ended.success() { Ok(()) } else { Err(format!("greenroom {argument} has failed: {ended}").into()) }
    }

    /// Starts the server, again if it exits early, as a service manager does. Returns once it answers.
    ///
    /// # Errors
    /// Fails if it doesn't answer in time.
    pub async fn start_serving(&mut self) -> Result<()> {
        let began = Instant::now();
        while began.elapsed() < START_TIMEOUT {
            if self.has_ended()?.is_none_or(|ended| ended) {
                self.program = Some(self.build_command("serve")?.spawn()?);
            }
            if self.client.get(format!("{}/healthz", self.url())).send().await.is_ok() {
                return Ok(());
            }
            sleep(POLL_INTERVAL).await;
        }
        Err("the site doesn't start; is it built? (bin/build)".into())
    }

    /// Kills the process at once (SIGKILL), as the kernel does when memory runs out.
    ///
    /// # Errors
    /// Fails if it had exited by itself.
    pub fn kill(&mut self) -> Result<()> {
        self.ensure_running()?;
        if let Some(mut program) = self.program.take() {
            program.kill()?;
            program.wait()?;
        }
        Ok(())
    }

    /// Asks the process to exit (SIGTERM), and waits until it has.
    ///
    /// # Errors
    /// Fails if it had exited by itself, or doesn't exit in time.
    pub async fn terminate(&mut self) -> Result<()> {
        self.send_signal(Signal::TERM)?;
        let began = Instant::now();
        while self.has_ended()? == Some(false) {
            if began.elapsed() > EXIT_TIMEOUT {
                return Err(
                    format!("the server hasn't exited within {} s after SIGTERM", EXIT_TIMEOUT.as_secs()).into()
                );
            }
            sleep(POLL_INTERVAL).await;
        }
        self.program = None;
        Ok(())
    }

    /// Suspends the process (SIGSTOP).
    ///
    /// # Errors
    /// Fails if it had exited by itself.
    pub fn suspend(&mut self) -> Result<()> {
        self.send_signal(Signal::STOP)
    }

    /// Resumes the process (SIGCONT).
    ///
    /// # Errors
    /// Fails if it had exited by itself.
    pub fn resume(&mut self) -> Result<()> {
        self.send_signal(Signal::CONT)
    }

    /// Checks that the process is running.
    ///
    /// # Errors
    /// Fails if it has exited by itself, or wasn't started.
    pub fn ensure_running(&mut self) -> Result<()> {
        match self.has_ended()? {
            Some(false) => Ok(()),
            _ => Err("a server has exited by itself".into()),
        }
    }

    fn send_signal(&mut self, signal: Signal) -> Result<()> {
        self.ensure_running()?;
        let program = self.program.as_ref().map(Pid::from_child).ok_or("the site doesn't run")?;
        Ok(kill_process(program, signal)?)
    }

    /// Returns `None` if it was never started.
    fn has_ended(&mut self) -> Result<Option<bool>> {
        let Some(program) = &mut self.program else { return Ok(None) };
        Ok(Some(program.try_wait()?.is_some()))
    }

    fn build_command(&self, argument: &str) -> Result<Command> {
        let mut command = Command::new(server_binary());
        command.env_clear().arg(argument).envs(self.settings.iter().cloned()).stdout(Stdio::null());
        if let Some(log_file) = &self.log_file {
            command.stderr(OpenOptions::new().create(true).append(true).open(log_file)?);
        }
        Ok(command)
    }
}
