//! One process of the server that can be started, stopped, suspended and killed.

use crate::site::{Result, server_binary};
use reqwest::Client;
use rustix::process::Signal;
use std::{
    fs::OpenOptions,
    path::PathBuf,
    process::{Command, Stdio},
    time::{Duration, Instant},
};
use test_support::{child_process::ChildProcess, ports::free_port};
use tokio::time::sleep;

/// How long a start may take, including an outage of the database.
const START_TIMEOUT: Duration = Duration::from_secs(60);
/// How long it may take to exit after SIGTERM.
const EXIT_TIMEOUT: Duration = Duration::from_secs(20);
/// How often a starting server is asked whether it answers.
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
    program: Option<ChildProcess>,
}

impl ServerProcess {
    /// Builds a process that isn't started yet, with a port of its own. Its log is appended to a file, if one is given.
    ///
    /// # Errors
    /// Fails if no port is free, or the HTTP client can't be built.
    pub fn new(mut settings: Vec<(String, String)>, log_file: Option<PathBuf>) -> Result<Self> {
        let port = free_port()?;
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
                self.program = Some(ChildProcess::start(&mut self.build_command("serve")?)?);
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
        }
        Ok(())
    }

    /// Asks the process to exit (SIGTERM), and waits until it has.
    ///
    /// # Errors
    /// Fails if it had exited by itself, or doesn't exit in time.
    pub async fn terminate(&mut self) -> Result<()> {
        self.send_signal(Signal::TERM)?;
        if let Some(mut program) = self.program.take() {
            program.wait_exit(EXIT_TIMEOUT).await.map_err(|error| format!("after SIGTERM: {error}"))?;
        }
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
        self.program.as_mut().ok_or("the site doesn't run")?.send_signal(signal)
    }

    /// Returns `None` if it was never started.
    fn has_ended(&mut self) -> Result<Option<bool>> {
        let Some(program) = &mut self.program else { return Ok(None) };
        Ok(Some(program.exit_status()?.is_some()))
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
