//! The crowd, a program of its own, and what it is told.

use bench::{process::command_on, site::Result};
use serde_json::{Value, json};
use std::{env, fs, process::Stdio};
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines},
    process::{Child, ChildStdin, ChildStdout, Command},
};

/// Where a crowd runs when a server has the first core for itself.
pub(crate) const CROWDS_CORE: usize = 1;
/// And that server.
pub(crate) const SERVERS_CORE: usize = 0;

pub(crate) struct Crowd {
    orders: ChildStdin,
    answers: Lines<BufReader<ChildStdout>>,
    folder: TempDir,
    _program: Child,
}

impl Crowd {
    pub(crate) fn gather(core: Option<usize>) -> Result<Self> {
        let program = env::current_exe()?.with_file_name("crowd");
        let mut command = Command::from(command_on(core, program));
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true);
        let mut program = command.spawn().map_err(|error| format!("the crowd isn't built: {error}"))?;
        let orders = program.stdin.take().ok_or("no input")?;
        let answers = BufReader::new(program.stdout.take().ok_or("no output")?).lines();
        Ok(Self { orders, answers, folder: tempfile::tempdir()?, _program: program })
    }

    /// Opens a stream by each question.
    pub(crate) async fn open(&mut self, port: u16, questions: impl IntoIterator<Item = String>) -> Result<f64> {
        let file = self.file(questions)?;
        seconds(&self.order(json!({ "open": file, "port": port })).await?)
    }

    /// Cuts them all, opens others in their place, and waits until each has heard a mark.
    pub(crate) async fn resume(&mut self, questions: impl IntoIterator<Item = String>) -> Result<f64> {
        let file = self.file(questions)?;
        seconds(&self.order(json!({ "resume": file })).await?)
    }

    /// Waits until the streams have heard so many marks in all.
    pub(crate) async fn hear(&mut self, marks: usize) -> Result<()> {
        self.order(json!({ "hear": marks })).await.map(drop)
    }

    /// Asks each question once, on so many connections at once. Fails where one is refused.
    pub(crate) async fn ask(
        &mut self,
        ports: &[u16],
        at_once: usize,
        questions: impl IntoIterator<Item = String>,
    ) -> Result<Value> {
        let file = self.file(questions)?;
        none_refused(self.order(json!({ "ask": file, "ports": ports, "at_once": at_once })).await?)
    }

    /// Asks the same again and again for a while.
    pub(crate) async fn ask_on(&mut self, port: u16, at_once: usize, millis: u64, question: String) -> Result<Value> {
        let file = self.file([question])?;
        none_refused(self.order(json!({ "ask": file, "ports": [port], "at_once": at_once, "millis": millis })).await?)
    }

    async fn order(&mut self, order: Value) -> Result<Value> {
        self.orders.write_all(format!("{order}\n").as_bytes()).await?;
        let answer = self.answers.next_line().await?.ok_or("the crowd has gone")?;
        let answer: Value = serde_json::from_str(&answer)?;
        match answer["fault"].as_str() {
            Some(fault) => Err(format!("the crowd: {fault}").into()),
            None => Ok(answer),
        }
    }

    fn file(&self, questions: impl IntoIterator<Item = String>) -> Result<String> {
        let file = self.folder.path().join("questions");
        let lines: String = questions.into_iter().map(|question| format!("{}\n", json!(question))).collect();
        fs::write(&file, lines)?;
        Ok(file.display().to_string())
    }
}

pub(crate) fn seconds(answer: &Value) -> Result<f64> {
    Ok(answer["seconds"].as_f64().ok_or("no seconds")?)
}

fn none_refused(answer: Value) -> Result<Value> {
    if answer["refused"] == 0 { Ok(answer) } else { Err(format!("some were refused: {answer}").into()) }
}
