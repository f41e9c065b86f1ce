//! Runs the program itself.

use super::{Actor, soon};
use rustix::process::Signal;
use std::{
    io::{BufRead, BufReader},
    net::SocketAddr,
    path::Path,
    process::{ChildStderr, Command, ExitStatus, Output, Stdio},
    thread,
    time::Duration,
};
use test_support::child_process::ChildProcess;
use tokio::sync::watch;

pub(crate) type Settings = Vec<(String, String)>;

/// A running server; killed when dropped.
pub(crate) struct Process {
    pub(crate) addr: SocketAddr,
    child: ChildProcess,
    log: watch::Receiver<Log>,
}

#[derive(Default)]
struct Log {
    text: String,
    ended: bool,
}

/// Returns a command of the program in a folder, with these settings and no other environment.
pub(crate) fn greenroom(folder: &Path, settings: &Settings) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_greenroom"));
    command.env_clear().current_dir(folder).env("GREENROOM_DATA", folder).env("GREENROOM_DEV_MAIL", "1");
    command.envs(settings.iter().map(|(name, value)| (name, value)));
    command
}

/// Runs the program to its end.
pub(crate) fn run(folder: &Path, settings: &Settings, argument: &str) -> Output {
    greenroom(folder, settings).arg(argument).output().expect("the program runs")
}

pub(crate) fn settings(pairs: &[(&str, &str)]) -> Settings {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

impl Process {
    /// Starts a server on a free port, and waits until it listens.
    pub(crate) async fn serve(folder: &Path, settings: &Settings) -> Self {
        let mut command = greenroom(folder, settings);
        command.env("LEPTOS_SITE_ADDR", "127.0.0.1:0").stderr(Stdio::piped());
        let mut child = ChildProcess::start(&mut command).expect("the program starts");
        let mut log = follow(child.take_stderr().expect("stderr is piped"));
        let addr = soon("starting", log.wait_for(|log| log.ended || address(&log.text).is_some())).await;
        let addr = addr.ok().and_then(|log| address(&log.text));
        let addr = addr.unwrap_or_else(|| panic!("the server didn't start: {}", log.borrow().text));
        Self { addr, child, log }
    }

    /// Returns the stderr so far.
    pub(crate) fn log(&self) -> String {
        self.log.borrow().text.clone()
    }

    /// Returns the stderr once it contains a text: a log line may be written after the response that it is about.
    pub(crate) async fn wait_for_log(&self, what: &str) -> String {
        let mut log = self.log.clone();
        let state = soon(what, log.wait_for(|log| log.text.contains(what))).await;
        state.expect("the log is still open").text.clone()
    }

    /// Polls the readiness check until it answers with this status; panics after `limit`.
    pub(crate) async fn wait_readiness(&self, status: u16, limit: Duration) {
        let anyone = Actor::new(self.addr, None);
        let polling = async {
            while anyone.get("/readyz").await.status != status {
                tokio::task::yield_now().await;
            }
        };
        super::within(limit, &format!("a readiness check with {status}"), polling).await;
    }

    pub(crate) fn terminate(&mut self) {
        self.child.send_signal(Signal::TERM).expect("the program is running");
    }

    /// Sends SIGKILL, so that the process can't clean up, and waits for its end.
    pub(crate) fn kill(&mut self) {
        self.child.kill().expect("the program ends");
    }

    /// Waits for the process to end; panics after `within`.
    pub(crate) async fn exit(&mut self, within: Duration) -> ExitStatus {
        let ended = super::within(within, "stopping", self.log.wait_for(|log| log.ended)).await;
        drop(ended.expect("the end of its log"));
        self.child.wait_exit(within).await.expect("its end")
    }
}

fn follow(stderr: ChildStderr) -> watch::Receiver<Log> {
    let (sender, receiver) = watch::channel(Log::default());
    thread::spawn(move || {
        for line in BufReader::new(stderr).lines() {
            let Ok(line) = line else { break };
            sender.send_modify(|log| log.text += &(line + "\n"));
        }
        sender.send_modify(|log| log.ended = true);
    });
    receiver
}

fn address(log: &str) -> Option<SocketAddr> {
    let (_, after) = log.split_once("listening on ")?;
    after.split([')', '\n', '"']).next()?.parse().ok()
}
