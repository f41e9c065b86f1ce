//! A crowd at its browsers, in a process of its own and as light as can be, so that what it takes isn't taken for the
//! server's.
//!
//! It takes orders as lines of JSON, and answers each with a line: what came of it, or `{"fault": …}`. It ends with its
//! input. Questions are read from files: a line each, as a text of JSON.
//!
//! - `{"open": FILE, "port": PORT}`: asks each question on a connection of its own, which stays a stream
//! - `{"resume": FILE}`: cuts all streams at once and opens these instead; done when each has heard a mark
//! - `{"hear": COUNT}`: waits until the streams have heard so many marks in all
//! - `{"ask": FILE, "ports": […], "at_once": N, "millis": …}`: asks the questions one after the other on so many kept
//!   connections: each once, or round and round for a while
//!
//! A mark is a `~` in what a stream says: nothing else says one.

#![allow(clippy::print_stdout, reason = "it answers there")]

mod asking;
mod streams;

use bench::site::Result;
use serde_json::{Value, json};
use std::{fs, time::Duration};
use streams::Streams;
use tokio::{
    io::{AsyncBufReadExt, BufReader, stdin},
    time::timeout,
};

/// What any order may take.
const PATIENCE: Duration = Duration::from_secs(180);

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let mut orders = BufReader::new(stdin()).lines();
    let mut streams = Streams::default();
    while let Some(order) = orders.next_line().await? {
        let order: Value = serde_json::from_str(&order)?;
        let answer = match timeout(PATIENCE, obey(&mut streams, &order)).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(error)) => json!({ "fault": error.to_string() }),
            Err(_) => json!({ "fault": format!("not done within {PATIENCE:?}: {}", streams.state()) }),
        };
        println!("{answer}");
    }
    Ok(())
}

async fn obey(streams: &mut Streams, order: &Value) -> Result<Value> {
    let port = |value: &Value| -> Result<u16> { Ok(u16::try_from(value.as_u64().ok_or("no port")?)?) };
    if let Some(file) = order["open"].as_str() {
        return streams.open(port(&order["port"])?, questions(file)?).await;
    }
    if let Some(file) = order["resume"].as_str() {
        return streams.resume(questions(file)?).await;
    }
    if let Some(count) = order["hear"].as_u64() {
        return streams.hear(count).await;
    }
    let file = order["ask"].as_str().ok_or("no such order")?;
    let ports = order["ports"].as_array().ok_or("no ports")?.iter().map(port).collect::<Result<Vec<_>>>()?;
    let at_once = usize::try_from(order["at_once"].as_u64().ok_or("how many at once?")?)?;
    let lasts = order["millis"].as_u64().map(Duration::from_millis);
    asking::ask(&ports, questions(file)?, at_once, lasts).await
}

fn questions(file: &str) -> Result<Vec<String>> {
    let lines = fs::read_to_string(file)?;
    Ok(lines.lines().map(serde_json::from_str).collect::<std::result::Result<_, _>>()?)
}
