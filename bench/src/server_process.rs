//! One process of the server, to be started, stopped, frozen and killed.

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

/// How long a node may take to start, the database being down for a while.
const START_TIMEOUT: Duration = Duration::from_secs(60);
/// How long it may take to end once it was told to.
const EXIT_TIMEOUT: Duration = Duration::from_secs(20);
/// How often it is looked whether it has.
const POLL_INTERVAL: Duration = Duration::from_millis(20);

/// The built program, with its settings. Killed when dropped.
#[derive(Debug)]
pub struct ServerProcess {
    /// Where it is, on this machine.
    pub port: u16,
    settings: Vec<(String, String)>,
    /// Where what it says goes, if not to the terminal.
    log_file: Option<PathBuf>,
    client: Client,
    program: Option<Child>,
}

impl Drop for ServerProcess {
    fn drop(&mut self) {
        if let Some(program) = &mut self.program {
            // It may have ended by itself.
            let _ = program.kill();
            let _ = program.wait();
        }
    }
}

impl ServerProcess {
    /// One that doesn't run yet, at a port of its own. What it says is added to a file, if there is one.
    ///
    /// # Errors
    /// When nobody can ask it.
    pub fn new(mut settings: Vec<(String, String)>, log_file: Option<PathBuf>) -> Result<Self> {
        let port = random_port();
        settings.push(("LEPTOS_SITE_ADDR".to_owned(), format!("127.0.0.1:{port}")));
        settings.push(("RUST_LOG".to_owned(), "error".to_owned()));
        Ok(Self { port, settings, log_file, client: Client::builder().no_proxy().build()?, program: None })
    }

    /// Where it is.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Runs another of the program's commands with the same settings, to its end.
    ///
    /// # Errors
    /// When that fails.
    pub fn run_command(&self, argument: &str) -> Result<()> {
        let ended = self.build_command(argument)?.status().map_err(|_| "the site isn't built (bin/build)")?;
        if ended.success() { Ok(()) } else { Err(format!("greenroom {argument} has failed: {ended}").into()) }
    }

    /// Starts it, again and again where it gives up, as whoever runs a site has it done. Done once it answers.
    ///
    /// # Errors
    /// When it doesn't in time.
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

    /// Kills it as the system does that is short of memory: at once.
    ///
    /// # Errors
    /// When it had ended by itself.
    pub fn kill(&mut self) -> Result<()> {
        self.ensure_running()?;
        if let Some(mut program) = self.program.take() {
            program.kill()?;
            program.wait()?;
        }
        Ok(())
    }

    /// Asks it to end, and waits until it has.
    ///
    /// # Errors
    /// When it had ended by itself, or doesn't end in time.
    pub async fn terminate(&mut self) -> Result<()> {
        self.send_signal(Signal::TERM)?;
        let began = Instant::now();
        while self.has_ended()? == Some(false) {
            if began.elapsed() > EXIT_TIMEOUT {
                return Err(format!("the site was told to end, and hasn't within {} s", EXIT_TIMEOUT.as_secs()).into());
            }
            sleep(POLL_INTERVAL).await;
        }
        self.program = None;
        Ok(())
    }

    /// Lets it stand still.
    ///
    /// # Errors
    /// When it had ended by itself.
    pub fn suspend(&mut self) -> Result<()> {
        self.send_signal(Signal::STOP)
    }

    /// Lets it go on.
    ///
    /// # Errors
    /// When it had ended by itself.
    pub fn resume(&mut self) -> Result<()> {
        self.send_signal(Signal::CONT)
    }

    /// Makes sure that it hasn't ended by itself.
    ///
    /// # Errors
    /// When it has.
    pub fn ensure_running(&mut self) -> Result<()> {
        match self.has_ended()? {
            Some(false) => Ok(()),
            _ => Err("a site has ended by itself".into()),
        }
    }

    fn send_signal(&mut self, signal: Signal) -> Result<()> {
        self.ensure_running()?;
        let program = self.program.as_ref().map(Pid::from_child).ok_or("the site doesn't run")?;
        Ok(kill_process(program, signal)?)
    }

    /// Nothing where it was never started.
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
