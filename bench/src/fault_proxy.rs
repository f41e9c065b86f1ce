//! A bad line, for tests in other languages: `fault-proxy PORT` is a line to that port of this machine.
//!
//! It prints the port where the line begins, takes orders as lines, and answers each with `ok` once it is done, or
//! with what is wrong. It ends with its input. The orders: `restore`, `cut`, `refuse`, `freeze`, `strand`, `alone`,
//! and `slow DELAY RATE`, in milliseconds one way, and in bytes a second each way, where 0 is no limit.

#![allow(clippy::print_stdout, reason = "it answers there")]

use bench::{
    line::{Line, Pace},
    site::Result,
};
use std::{env, io, time::Duration};
use tokio::runtime::Builder;

fn main() -> Result<()> {
    let target = env::args().nth(1).ok_or("usage: fault-proxy PORT")?.parse()?;
    // The line lives on its worker; this thread waits for orders.
    let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let line = runtime.block_on(Line::to(target))?;
    println!("{}", line.address().port());
    for order in io::stdin().lines() {
        match runtime.block_on(obey(&line, &order?)) {
            Ok(()) => println!("ok"),
            Err(error) => println!("{error}"),
        }
    }
    Ok(())
}

async fn obey(line: &Line, order: &str) -> Result<()> {
    match order.split(' ').collect::<Vec<_>>()[..] {
        ["restore"] => line.restore().await?,
        ["cut"] => line.cut(),
        ["refuse"] => line.refuse().await,
        ["freeze"] => line.freeze(),
        ["strand"] => line.strand(),
        ["alone"] => line.stand_alone(),
        ["slow", delay, rate] => {
            line.slow(Pace { delay: Duration::from_millis(delay.parse()?), rate: rate.parse()? });
        }
        _ => return Err(format!("no such order: {order}").into()),
    }
    Ok(())
}
