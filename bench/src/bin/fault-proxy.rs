//! A fault-injecting TCP proxy for tests in other languages: `fault-proxy PORT` forwards to that port of this machine.
//!
//! It prints its own port, reads commands from standard input, one per line, and answers each with `ok` once it is
//! done, or with an error. It exits when its input ends. The commands: `restore`, `cut`, `refuse`, `freeze`, `strand`,
//! `alone`, and `slow DELAY RATE`: milliseconds one way, and bytes per second each way, where 0 is unlimited.

#![allow(clippy::print_stdout, reason = "answers go to standard output")]

use bench::{
    fault_proxy::{FaultProxy, LinkConditions},
    site::Result,
};
use std::{env, io, time::Duration};
use tokio::runtime::Builder;

fn main() -> Result<()> {
    let target = env::args().nth(1).ok_or("usage: fault-proxy PORT")?.parse()?;
    // The proxy runs on the worker thread; this thread blocks on standard input.
    let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let proxy = runtime.block_on(FaultProxy::to_port(target))?;
    println!("{}", proxy.local_addr().port());
    for command in io::stdin().lines() {
        match runtime.block_on(run_command(&proxy, &command?)) {
            Ok(()) => println!("ok"),
            Err(error) => println!("{error}"),
        }
    }
    Ok(())
}

async fn run_command(proxy: &FaultProxy, command: &str) -> Result<()> {
    match command.split(' ').collect::<Vec<_>>()[..] {
        ["restore"] => proxy.restore().await?,
        ["cut"] => proxy.cut_connections(),
        ["refuse"] => proxy.refuse_connections().await,
        ["freeze"] => proxy.freeze_traffic(),
        ["strand"] => proxy.strand_connections(),
        ["alone"] => proxy.answer_bad_gateway(),
        ["slow", delay, rate] => {
            proxy.set_conditions(LinkConditions { delay: Duration::from_millis(delay.parse()?), rate: rate.parse()? });
        }
        _ => return Err(format!("unknown command: {command}").into()),
    }
    Ok(())
}
