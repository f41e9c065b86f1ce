//! Starts the load generator as its own process and sends it commands.

use bench::{process::command_on_core, site::Result};
use serde_json::{Value, json};
use std::{env, fs, process::Stdio};
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines},
    process::{Child, ChildStdin, ChildStdout, Command},
};

/// The CPU core of the load generator when the server has [`SERVER_CORE`] to itself.
pub(crate) const LOAD_CORE: usize = 1;
/// The CPU core that a measured server has to itself.
pub(crate) const SERVER_CORE: usize = 0;

/// The mark in the text of each message that the benchmark sends.
pub(crate) const MESSAGE_MARK: &str = "~";

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
        let commands = program.stdin.take().ok_or("the load generator has no input")?;
        let answers = BufReader::new(program.stdout.take().ok_or("the load generator has no output")?).lines();
        Ok(Self { commands, answers, folder: tempfile::tempdir()?, _program: program })
    }

    /// Opens one stream per request, on which messages arrive; returns the seconds until all were open.
    pub(crate) async fn open_streams(&mut self, port: u16, requests: impl IntoIterator<Item = String>) -> Result<f64> {
        self.open_marked_streams(port, MESSAGE_MARK, requests).await
    }

    /// Opens one stream per request, on which each event contains a mark once; returns the seconds until all were open.
    pub(crate) async fn open_marked_streams(
        &mut self,
        port: u16,
        mark: &str,
        requests: impl IntoIterator<Item = String>,
    ) -> Result<f64> {
        let file = self.write_requests(requests)?;
        elapsed_seconds(&self.send_command(json!({ "open": file, "port": port, "mark": mark })).await?)
    }

    /// Resets all streams, opens these in their place, and returns the seconds until each has received a mark.
    pub(crate) async fn resume_streams(&mut self, requests: impl IntoIterator<Item = String>) -> Result<f64> {
        let file = self.write_requests(requests)?;
        elapsed_seconds(&self.send_command(json!({ "resume": file })).await?)
    }

    /// Waits until the streams have received this many marks in total.
    pub(crate) async fn wait_marks(&mut self, marks: usize) -> Result<()> {
        self.send_command(json!({ "wait_marks": marks })).await.map(drop)
    }

    /// Sends each request once, over `concurrency` connections.
    ///
    /// # Errors
    /// Fails if any response isn't 2xx.
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

    /// Sends the same request repeatedly for `millis` milliseconds.
    ///
    /// # Errors
    /// Fails if any response isn't 2xx.
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
    Ok(answer["seconds"].as_f64().ok_or("the answer has no `seconds`")?)
}

fn ensure_none_refused(answer: Value) -> Result<Value> {
    if answer["refused"] == 0 { Ok(answer) } else { Err(format!("some requests failed: {answer}").into()) }
}
