//! Generates the load of many clients, in a process of its own, so that its CPU time and memory aren't counted as the
//! server's.
//!
//! It reads commands from standard input, one JSON object per line, and answers each with a line: the result, or
//! `{"error": …}`. It exits when its input ends. Requests are read from files with one JSON string per line.
//!
//! - `{"open": FILE, "port": PORT, "mark": TEXT}`: sends each request on its own connection and keeps the response as a
//!   stream
//! - `{"resume": FILE}`: resets all streams at once and opens these instead; done when each has received a mark
//! - `{"wait_marks": COUNT}`: waits until the streams have received this many marks in total
//! - `{"send": FILE, "ports": […], "concurrency": N, "millis": …}`: sends the requests over N persistent connections,
//!   each once, or repeatedly for a duration
//!
//! A mark is a text that identifies the events to count: each of them contains it once, and no other data contains it.
//! Its first character occurs in it only once.

#![allow(clippy::print_stdout, reason = "answers go to standard output")]

mod mark_counter;
mod requests;
mod streams;

use bench::site::Result;
use serde_json::{Value, json};
use std::{fs, time::Duration};
use streams::Streams;
use tokio::{
    io::{AsyncBufReadExt, BufReader, stdin},
    time::timeout,
};

/// How long a command may take.
const COMMAND_TIMEOUT: Duration = Duration::from_secs(180);

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let mut commands = BufReader::new(stdin()).lines();
    let mut streams = Streams::default();
    while let Some(command) = commands.next_line().await? {
        let command: Value = serde_json::from_str(&command)?;
        let answer = match timeout(COMMAND_TIMEOUT, run_command(&mut streams, &command)).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(error)) => json!({ "error": error.to_string() }),
            Err(_) => json!({ "error": format!("not done within {COMMAND_TIMEOUT:?}: {}", streams.describe_state()) }),
        };
        println!("{answer}");
    }
    Ok(())
}

async fn run_command(streams: &mut Streams, command: &Value) -> Result<Value> {
    let port = |value: &Value| -> Result<u16> { Ok(u16::try_from(value.as_u64().ok_or("no port")?)?) };
    if let Some(file) = command["open"].as_str() {
        let mark = command["mark"].as_str().ok_or("no mark")?;
        return streams.open_streams(port(&command["port"])?, mark, read_requests(file)?).await;
    }
    if let Some(file) = command["resume"].as_str() {
        return streams.resume_streams(read_requests(file)?).await;
    }
    if let Some(count) = command["wait_marks"].as_u64() {
        return streams.wait_marks(count).await;
    }
    let file = command["send"].as_str().ok_or("unknown command")?;
    let ports = command["ports"].as_array().ok_or("no ports")?.iter().map(port).collect::<Result<Vec<_>>>()?;
    let concurrency = usize::try_from(command["concurrency"].as_u64().ok_or("no concurrency")?)?;
    let duration = command["millis"].as_u64().map(Duration::from_millis);
    requests::send_requests(&ports, read_requests(file)?, concurrency, duration).await
}

fn read_requests(file: &str) -> Result<Vec<String>> {
    let lines = fs::read_to_string(file)?;
    Ok(lines.lines().map(serde_json::from_str).collect::<std::result::Result<_, _>>()?)
}
