//! Compares Greenroom with other servers: memory, CPU time, throughput and latency. Both sides run alternately in the
//! same run.
//!
//! `bin/bench [--small] [ROW…]` builds what this needs and runs it. It prints a table, writes it to a file as JSON, and
//! exits with an error if a row couldn't be measured. A missed aim is not an error.
//!
//! # Layout
//! - [`rows`]: the measurements, one file each
//! - [`peers`]: the servers that Greenroom is compared with
//! - [`load_generator`]: sends the requests, in a process of its own
//! - [`stream_readers`]: records when messages reach streams
//! - [`messages`], [`steady_load`]: messages to send, and requests at a steady rate
//! - [`measurement`], [`scale`]: the results, and how much is measured

#![allow(clippy::print_stdout, reason = "it prints a table")]

mod load_generator;
mod measurement;
mod messages;
mod peers;
mod rows;
mod scale;
mod steady_load;
mod stream_readers;

use bench::site::Result;
use measurement::Row;
use rows::ROWS;
use scale::Scale;
use serde_json::{Value, json};
use std::{env, fs, path::Path, process::ExitCode, time::Duration};
use tikv_jemallocator::Jemalloc;
use tokio::{
    signal::unix::{SignalKind, signal},
    time::timeout,
};

// The same allocator as the server, because row 3 calls the use case in this process.
#[global_allocator]
static MEMORY: Jemalloc = Jemalloc;

/// How long one row may take.
const ROW_TIMEOUT: Duration = Duration::from_secs(20 * 60);
const COLUMNS: &str = "| # | work | Greenroom | against | ratio | aim | met | server CPU s | wall s |";

#[tokio::main]
async fn main() -> Result<ExitCode> {
    let (options, numbers): (Vec<String>, Vec<String>) = env::args().skip(1).partition(|word| word.starts_with('-'));
    let scale = Scale { small: options.iter().any(|option| option == "--small") };
    let mut numbers = numbers.iter().map(|number| number.parse()).collect::<std::result::Result<Vec<usize>, _>>()?;
    if numbers.is_empty() {
        numbers = (1..=ROWS.len()).collect();
    }
    let mut measured = Vec::new();
    for number in numbers {
        let title = ROWS.get(number.wrapping_sub(1)).ok_or("unknown row")?;
        eprintln!("Row {number}: {title}");
        let row = tokio::select! {
            row = timeout(ROW_TIMEOUT, rows::measure(number, scale)) => {
                row.unwrap_or_else(|_| Err("it timed out".into()))
            }
            // Returning drops, and so stops, the processes that were started.
            () = stop_signal() => return Ok(ExitCode::FAILURE),
        };
        measured.push((number, row));
    }
    print_table(&measured);
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/bench.json");
    fs::write(file, serde_json::to_string_pretty(&json_report(&measured, scale))?)?;
    let whole = |row: &Row| row.claims.iter().all(|claim| claim.error.is_none());
    Ok(if measured.iter().all(|(_, row)| row.as_ref().is_ok_and(whole)) {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

async fn stop_signal() {
    let Ok(mut ended) = signal(SignalKind::terminate()) else { return std::future::pending().await };
    tokio::select! {
        _ = ended.recv() => {}
        // Also ends the run if the Ctrl-C handler can't be installed: `ctrl_c` then returns an error at once.
        _ = tokio::signal::ctrl_c() => {}
    }
}

fn print_table(measured: &[(usize, Result<Row>)]) {
    println!("{COLUMNS}\n|---|---|---|---|---|---|---|---|---|");
    for (number, row) in measured {
        match row {
            Ok(row) => row.claims.iter().for_each(|claim| println!("{}", claim.table_line(*number))),
            Err(error) => println!("| {number} | {} | not measured: {error} | | | | **no** | | |", ROWS[number - 1]),
        }
    }
    println!();
    for (number, row) in measured {
        for note in row.iter().flat_map(|row| &row.notes) {
            println!("{number}: {note}");
        }
    }
}

fn json_report(measured: &[(usize, Result<Row>)], scale: Scale) -> Value {
    let rows = measured.iter().map(|(number, row)| match row {
        Ok(row) => {
            let claims: Vec<Value> = row.claims.iter().map(measurement::Claim::to_json).collect();
            json!({ "row": number, "work": ROWS[number - 1], "claims": claims, "notes": row.notes })
        }
        Err(error) => json!({ "row": number, "work": ROWS[number - 1], "fault": error.to_string() }),
    });
    let rows: Vec<Value> = rows.collect();
    json!({ "small": scale.small, "rows": rows })
}
