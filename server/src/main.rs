//! The process: settings, router, REST handlers, the stream, shutdown.
//!
//! A handler is three moves: who is asking, parse, call the service. No rule of the business lives here,
//! and nothing here names a table.
//!
//! # Layout
//! - [`settings`]: what can be set, from the environment
//! - [`site`]: one running site, from the database to the socket
//! - [`listen`], [`sse_socket`]: connections, and those that became streams
//! - [`connections`], [`head_deadline`]: how many there may be, and how long they may take
//! - [`state`]: what handlers and middleware share
//! - [`router`]: which path leads where, and what every request passes through
//! - [`request_target`]: whether a request is addressed to this site
//! - [`request_body`]: reads bodies whole, before anybody is looked up
//! - [`middleware::auth`], [`middleware::csrf`]: who is calling, and from where
//! - [`api`]: the REST interface, one file a noun, and its stream
//! - [`openapi`]: what the interface says of itself, in OpenAPI
//! - [`nats`]: what nodes of one site tell each other
//! - [`smtp`], [`dev_mail`], [`unsubscribe`]: mail on its way, mail that stays, and no more mail
//! - [`pages`]: the rendered pages and static files
//! - [`security_txt`]: where to report what is wrong
//! - [`backup`]: backups, and moving to another database
//! - [`private_files`]: who may read what the site keeps
//! - [`logs`], [`metrics`], [`traces`]: what is told to whoever watches over the process
//! - [`middleware::access_log`]: what every request leaves behind
//! - [`form_flash`], [`form_referer`]: what was typed into a form that was refused, and where it leads back to
//! - [`middleware::security_headers`]: what answers ask of a browser
//! - [`problem`], [`input`]: how the interface says no, and how it reads what it is sent

mod api;
mod backup;
mod connections;
mod dev_mail;
mod form_flash;
mod form_referer;
mod head_deadline;
mod input;
mod listen;
mod logs;
mod metrics;
mod middleware;
mod nats;
mod openapi;
mod page_owner;
mod pages;
mod private_files;
mod problem;
mod request_body;
mod request_target;
mod router;
mod security_txt;
mod settings;
mod site;
mod smtp;
mod sse_socket;
mod state;
mod traces;
mod unsubscribe;

use clap::Parser;
use settings::{Command, Settings};
use std::process::ExitCode;
use tikv_jemallocator::Jemalloc;
use tokio::runtime;
use traces::Traces;

// Why this one: docs/decisions/memory.md
#[global_allocator]
static ALLOCATOR: Jemalloc = Jemalloc;

/// Sockets that are looked at in one go. When thousands have something to say at once, what is under way comes first.
const MAX_IO_EVENTS_PER_TICK: usize = 64;

fn main() -> ExitCode {
    private_files::restrict_new_files();
    let settings = Settings::parse();
    let runtime =
        runtime::Builder::new_multi_thread().enable_all().max_io_events_per_tick(MAX_IO_EVENTS_PER_TICK).build();
    match runtime {
        Ok(runtime) => {
            let code = runtime.block_on(run_to_exit_code(settings));
            // What is still looked up for nobody must not hold up the end.
            runtime.shutdown_background();
            code
        }
        Err(error) => {
            eprintln!("Greenroom can't start: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run_to_exit_code(settings: Settings) -> ExitCode {
    let traces = settings.traces_endpoint().map(|endpoint| Traces::export_to(&endpoint)).transpose();
    logs::init_logs(settings.log_format(), traces.as_ref().ok().and_then(Option::as_ref));
    let ended = match traces {
        Ok(traces) => run_command(settings, traces).await,
        Err(error) => Err(error),
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn run_command(settings: Settings, traces: Option<Traces>) -> Result<(), String> {
    let done = match settings.command() {
        Command::Serve => site::serve_site(settings.validate()?).await,
        Command::Migrate => site::migrate_database(&settings.validate()?).await,
        Command::Seed { force } => site::seed_database(&settings.validate()?, force).await,
        Command::Backup { file } => backup::run_backup(&settings.validate()?, &file).await,
        Command::Restore { file, replace } => backup::run_restore(&settings.validate()?, &file, replace).await,
        Command::MigrateData { from, to } => backup::run_data_migration(&settings.validate()?, from, to).await,
        Command::Openapi => site::print_line(&openapi::JSON),
    };
    if let Some(traces) = traces {
        traces.flush().await;
    }
    done
}
