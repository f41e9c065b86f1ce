//! One process of the server, to be started, stopped, frozen and killed.

use crate::{
    ports::some_port,
    site::{Result, built},
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
const START: Duration = Duration::from_secs(60);
/// How long it may take to end once it was told to.
const END: Duration = Duration::from_secs(20);
/// How often it is looked whether it has.
const LOOK: Duration = Duration::from_millis(20);

/// The built program, with its settings. Killed when dropped.
#[derive(Debug)]
pub struct Node {
    /// Where it is, on this machine.
    pub port: u16,
    settings: Vec<(String, String)>,
    /// Where what it says goes, if not to the terminal.
    said: Option<PathBuf>,
    client: Client,
    program: Option<Child>,
}

impl Drop for Node {
    fn drop(&mut self) {
        if let Some(program) = &mut self.program {
            // It may have ended by itself.
            let _ = program.kill();
            let _ = program.wait();
        }
    }
}

impl Node {
    /// One that doesn't run yet, at a port of its own. What it says is added to a file, if there is one.
    ///
    /// # Errors
    /// When nobody can ask it.
    pub fn new(mut settings: Vec<(String, String)>, said: Option<PathBuf>) -> Result<Self> {
        let port = some_port();
        settings.push(("LEPTOS_SITE_ADDR".to_owned(), format!("127.0.0.1:{port}")));
        settings.push(("RUST_LOG".to_owned(), "error".to_owned()));
        Ok(Self { port, settings, said, client: Client::builder().no_proxy().build()?, program: None })
    }

    /// Where it is.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Runs another of the program's commands with the same settings, to its end.
    ///
    /// # Errors
    /// When that fails.
    pub fn run(&self, argument: &str) -> Result<()> {
        let ended = self.command(argument)?.status().map_err(|_| "the site isn't built (bin/build)")?;
        if ended.success() { Ok(()) } else { Err(format!("greenroom {argument} has failed: {ended}").into()) }
    }

    /// Starts it, again and again where it gives up, as whoever runs a site has it done. Done once it answers.
    ///
    /// # Errors
    /// When it doesn't in time.
    pub async fn serve(&mut self) -> Result<()> {
        let began = Instant::now();
        while began.elapsed() < START {
            if self.has_ended()?.is_none_or(|ended| ended) {
                self.program = Some(self.command("serve")?.spawn()?);
            }
            if self.client.get(format!("{}/healthz", self.url())).send().await.is_ok() {
                return Ok(());
            }
            sleep(LOOK).await;
        }
        Err("the site doesn't start; is it built? (bin/build)".into())
    }

    /// Kills it as the system does that is short of memory: at once.
    ///
    /// # Errors
    /// When it had ended by itself.
    pub fn kill(&mut self) -> Result<()> {
        self.still_runs()?;
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
    pub async fn end(&mut self) -> Result<()> {
        self.send(Signal::TERM)?;
        let began = Instant::now();
        while self.has_ended()? == Some(false) {
            if began.elapsed() > END {
                return Err(format!("the site was told to end, and hasn't within {} s", END.as_secs()).into());
            }
            sleep(LOOK).await;
        }
        self.program = None;
        Ok(())
    }

    /// Lets it stand still.
    ///
    /// # Errors
    /// When it had ended by itself.
    pub fn freeze(&mut self) -> Result<()> {
        self.send(Signal::STOP)
    }

    /// Lets it go on.
    ///
    /// # Errors
    /// When it had ended by itself.
    pub fn thaw(&mut self) -> Result<()> {
        self.send(Signal::CONT)
    }

    /// Makes sure that it hasn't ended by itself.
    ///
    /// # Errors
    /// When it has.
    pub fn still_runs(&mut self) -> Result<()> {
        match self.has_ended()? {
            Some(false) => Ok(()),
            _ => Err("a site has ended by itself".into()),
        }
    }

    fn send(&mut self, signal: Signal) -> Result<()> {
        self.still_runs()?;
        let program = self.program.as_ref().map(Pid::from_child).ok_or("the site doesn't run")?;
        Ok(kill_process(program, signal)?)
    }

    /// Nothing where it was never started.
    fn has_ended(&mut self) -> Result<Option<bool>> {
        let Some(program) = &mut self.program else { return Ok(None) };
        Ok(Some(program.try_wait()?.is_some()))
    }

    fn command(&self, argument: &str) -> Result<Command> {
        let mut command = Command::new(built());
        command.env_clear().arg(argument).envs(self.settings.iter().cloned()).stdout(Stdio::null());
        if let Some(said) = &self.said {
            command.stderr(OpenOptions::new().create(true).append(true).open(said)?);
        }
        Ok(command)
    }
}
