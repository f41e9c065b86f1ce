//! The rows of the table, one file each.

mod bytes;
mod concurrent_sends;
mod delivery;
mod fan_out;
mod history;
mod memory;
mod node_hop;
mod nodes;
mod resume;
mod thread_page;

use crate::{measurement::Row, scale::Scale};
use bench::site::Result;

/// The subject of each row, in the order of the table.
pub(crate) const ROWS: [&str; 10] = [
    "10,000 idle streams",
    "deliveries to 8,000 streams",
    "256 people sending at once, to SQLite",
    "the same to PostgreSQL, with three nodes",
    "from Send to the other's stream",
    "a hop to another node",
    "a thread's page from the database",
    "10,000 streams cut and resumed",
    "bytes until a thread is there",
    "a long history",
];

/// Measures a row by its number, counted from 1.
pub(crate) async fn measure(number: usize, scale: Scale) -> Result<Row> {
    match number {
        1 => memory::measure(scale).await,
        2 => fan_out::measure(scale).await,
        3 => concurrent_sends::measure(scale).await,
        4 => nodes::measure(scale).await,
        5 => delivery::measure(scale).await,
        6 => node_hop::measure(scale).await,
        7 => thread_page::measure(scale).await,
        8 => resume::measure(scale).await,
        9 => bytes::measure().await,
        10 => history::measure(scale).await,
        _ => Err("unknown row".into()),
    }
}
