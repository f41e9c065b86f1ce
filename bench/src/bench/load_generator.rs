//! The crowd, a program of its own, and what it is told.

use bench::{process::command_on_core, site::Result};
use serde_json::{Value, json};
use std::{env, fs, process::Stdio};
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines},
    process::{Child, ChildStdin, ChildStdout, Command},
};

/// Where a crowd runs when a server has the first core for itself.
pub(crate) const LOAD_CORE: usize = 1;
/// And that server.
pub(crate) const SERVER_CORE: usize = 0;

pub(crate) struct LoadGenerator {
    commands: ChildStdin,
    answers: Lines<BufReader<ChildStdout>>,
    folder: TempDir,
    _program: Child,
}

impl LoadGenerator {
    pub(crate) fn start_on(core: Option<usize>) -> Result<Self> {
        let program = env::current_exe()?.with_file_name("load-generator");
        let mut command = Command::from(command_on_core(core, program));
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true);
        let mut program = command.spawn().map_err(|error| format!("the load generator isn't built: {error}"))?;
        let commands = program.stdin.take().ok_or("no input")?;
        let answers = BufReader::new(program.stdout.take().ok_or("no output")?).lines();
        Ok(Self { commands, answers, folder: tempfile::tempdir()?, _program: program })
    }

    /// Opens a stream by each question.
    pub(crate) async fn open_streams(&mut self, port: u16, requests: impl IntoIterator<Item = String>) -> Result<f64> {
        let file = self.write_requests(requests)?;
        elapsed_seconds(&self.send_command(json!({ "open": file, "port": port })).await?)
    }

    /// Cuts them all, opens others in their place, and waits until each has heard a mark.
    pub(crate) async fn resume_streams(&mut self, requests: impl IntoIterator<Item = String>) -> Result<f64> {
        let file = self.write_requests(requests)?;
        elapsed_seconds(&self.send_command(json!({ "resume": file })).await?)
    }

    /// Waits until the streams have heard so many marks in all.
    pub(crate) async fn wait_marks(&mut self, marks: usize) -> Result<()> {
        self.send_command(json!({ "wait_marks": marks })).await.map(drop)
    }

    /// Asks each question once, on so many connections at once. Fails where one is refused.
    pub(crate) async fn send_each(
        &mut self,
        ports: &[u16],
        concurrency: usize,
        requests: impl IntoIterator<Item = String>,
    ) -> Result<Value> {
        let file = self.write_requests(requests)?;
        ensure_none_refused(
            self.send_command(json!({ "send": file, "ports": ports, "concurrency": concurrency })).await?,
        )
    }

    /// Asks the same again and again for a while.
    pub(crate) async fn send_repeatedly(
        &mut self,
        port: u16,
        concurrency: usize,
        millis: u64,
        request: String,
    ) -> Result<Value> {
        let file = self.write_requests([request])?;
        ensure_none_refused(
            self.send_command(json!({ "send": file, "ports": [port], "concurrency": concurrency, "millis": millis }))
                .await?,
        )
    }

    async fn send_command(&mut self, command: Value) -> Result<Value> {
        self.commands.write_all(format!("{command}\n").as_bytes()).await?;
        let answer = self.answers.next_line().await?.ok_or("the load generator has ended")?;
        let answer: Value = serde_json::from_str(&answer)?;
        match answer["error"].as_str() {
            Some(error) => Err(format!("the load generator: {error}").into()),
            None => Ok(answer),
        }
    }

    fn write_requests(&self, requests: impl IntoIterator<Item = String>) -> Result<String> {
        let file = self.folder.path().join("requests");
        let lines: String = requests.into_iter().map(|request| format!("{}\n", json!(request))).collect();
        fs::write(&file, lines)?;
        Ok(file.display().to_string())
    }
}

pub(crate) fn elapsed_seconds(answer: &Value) -> Result<f64> {
    Ok(answer["seconds"].as_f64().ok_or("no seconds")?)
}

fn ensure_none_refused(answer: Value) -> Result<Value> {
    if answer["refused"] == 0 { Ok(answer) } else { Err(format!("some were refused: {answer}").into()) }
}
