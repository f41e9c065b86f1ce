//! The server process: settings, router, REST handlers, event streams, shutdown.
//!
//! A handler has three steps: authenticate, parse, call the service. Business rules are in `services`, and nothing here
//! names a table.
//!
//! # Layout
//! - [`settings`]: command line and environment variables
//! - [`site`]: starts, serves and stops one site
//! - [`listen`], [`sse_socket`]: connections, and those that became event streams
//! - [`connections`], [`head_deadline`]: limits of connections, and of the time a request head may take
//! - [`state`]: the state that handlers and middleware share
//! - [`router`]: routes, and the middleware of every request
//! - [`request_target`]: checks that a request is addressed to this site; [`loopback`]: hosts that are this machine
//! - [`request_body`]: buffers bodies before the session is looked up
//! - [`middleware::auth`], [`middleware::csrf`]: authentication, and protection against cross-site requests
//! - [`api`]: the REST API, one file per resource, and the event stream
//! - [`openapi`]: the OpenAPI document
//! - [`nats`]: the bus between the nodes of a site
//! - [`smtp`], [`dev_mail`], [`unsubscribe`]: sends mail, shows unsent mail to a developer, unsubscribes
//! - [`pages`]: server-rendered pages and static files
//! - [`security_txt`]: the contact for security reports
//! - [`backup`]: backup, restore, and the move to PostgreSQL
//! - [`private_files`], [`ca_file`]: file permissions, and certificate authorities to trust
//! - [`logs`], [`metrics`], [`traces`]: observability
//! - [`middleware::access_log`]: metrics, log line and span of each request
//! - [`form_flash`], [`form_referer`]: values of refused forms, and the redirect back to the form
//! - [`page_owner`]: refuses requests from a page of another person
//! - [`middleware::security_headers`]: security headers of responses
//! - [`problem`], [`input`]: error responses, and extractors

mod api;
mod backup;
mod ca_file;
mod connections;
mod dev_mail;
mod form_flash;
mod form_referer;
mod head_deadline;
mod input;
mod listen;
mod logs;
mod loopback;
mod metrics;
mod middleware;
mod nats;
mod openapi;
mod page_html;
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

use settings::{Command, Settings};
use std::process::ExitCode;
use tikv_jemallocator::Jemalloc;
use tokio::runtime;
use traces::Traces;

// docs/decisions/memory.md has the measurements that chose this allocator.
#[global_allocator]
static ALLOCATOR: Jemalloc = Jemalloc;

/// I/O events per poll of the driver. When thousands of sockets become ready at once, a small batch lets requests that
/// are already running finish first.
const MAX_IO_EVENTS_PER_TICK: usize = 64;

fn main() -> ExitCode {
    private_files::restrict_new_files();
    let settings = Settings::from_process();
    let runtime =
        runtime::Builder::new_multi_thread().enable_all().max_io_events_per_tick(MAX_IO_EVENTS_PER_TICK).build();
    match runtime {
        Ok(runtime) => {
            let code = runtime.block_on(run_to_exit_code(settings));
            // Blocking work, for example a DNS lookup, whose request has ended must not delay the exit.
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
    settings::warn_of_old_names();
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
        Command::Seed { town, force } => site::seed_database(&settings.validate()?, town, force).await,
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
