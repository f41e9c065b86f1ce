//! Starts, serves and stops one site, from the database to the socket.

use crate::{
    connections::Connections, listen, metrics::Metrics, private_files, router, settings::Config, smtp::Smtp,
    state::AppState,
};
use app::ssr::SessionCookie;
use services::{Greenroom, SiteConfig, seed};
use std::{io::Write, time::Duration};
use tokio::{
    signal::unix::{SignalKind, signal},
    sync::oneshot,
};

/// How long requests may take to finish after the shutdown signal.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(7);
/// Streams are closed spread over this time, so that their clients don't all reconnect to the other nodes at once.
const STREAM_CLOSE_SPREAD: Duration = Duration::from_secs(4);

/// How long to wait for the database connections to be returned to the pool.
const DATABASE_CLOSE_TIMEOUT: Duration = Duration::from_secs(1);

/// Applies pending migrations. Restricts the database's files to their owner before.
pub(crate) async fn migrate_database(settings: &Config) -> Result<(), String> {
    if let (Some(file), folder) = &settings.storage_paths {
        private_files::restrict_existing_files(file, folder.as_deref());
    }
    services::migrate(&settings.database_url)
        .await
        .map_err(|error| describe_error("the database can't be migrated", &error))
}

/// Migrates the database, and adds the demo people if it is empty, with a whole town if one is wanted.
pub(crate) async fn seed_database(settings: &Config, town: bool, force: bool) -> Result<(), String> {
    settings.refuse_public_demo(force)?;
    migrate_database(settings).await?;
    let failed = |error| describe_error("the demo people can't be created", &error);
    if town {
        let size = seed::TownSize::default();
        if !seed::seed_town(&settings.database_url, size).await.map_err(failed)? {
            print_line("The database has other people already; nothing was added.")?;
        }
    } else {
        seed::seed_demo(&settings.database_url).await.map_err(failed)?;
    }
    if seed::is_demo(&settings.database_url).await.map_err(failed)? {
        let (organizer, talent, password) = (seed::EVENTPRO.email, seed::SARAH.email, seed::PASSWORD);
        print_line(&format!("Sign in as {organizer} or {talent}, password {password}"))?;
    }
    Ok(())
}

/// Serves until SIGTERM or SIGINT. Checks the public URL and the mail server's settings before it changes the database.
pub(crate) async fn serve_site(mut settings: Config) -> Result<(), String> {
    settings.refuse_open_http()?;
    settings.smtp_mailer()?;
    migrate_database(&settings).await?;
    let listener = listen::bind_listener(settings.addr);
    let listener = listener.map_err(|error| format!("can't listen on {}: {error}", settings.addr))?;
    let addr = listener.local_addr().map_err(|error| error.to_string())?;
    // With port 0 the system chooses the port, which is known only now.
    if settings.origin == format!("http://{}", settings.addr) {
        settings.origin = format!("http://{addr}");
    }
    let metrics = match settings.metrics_addr {
        Some(addr) => Some(Metrics::bind(addr).await?),
        None => None,
    };
    let site = SiteConfig { url: &settings.origin, time_zone: settings.time_zone.clone() };
    let greenroom = Greenroom::open(&settings.database_url, site, settings.limits).await;
    let greenroom = greenroom.map_err(|error| describe_error("the database can't be opened", &error))?;
    if let Some(servers) = settings.nats.clone() {
        servers.connect(&greenroom, settings.security.ca_file.as_deref()).await?;
    }
    spawn_workers(&greenroom, settings.smtp_mailer()?);
    let state = AppState {
        greenroom: greenroom.clone(),
        cookie: SessionCookie { secure: settings.secure },
        origin: settings.origin.clone().into(),
        trusted_proxies: settings.trusted_proxies.clone().into(),
        security_contact: settings.security_contact().into(),
    };
    if let Some(metrics) = metrics {
        metrics.serve(&state);
    }
    let router = router::build_router(state, &settings);
    let shutdown_signal = shutdown_signal().map_err(|error| error.to_string())?;
    print_line(&format!("Greenroom is at {}", settings.origin))?;
    tracing::info!("listening on {addr}");
    let (stopping, stopped) = oneshot::channel();
    let connections = Connections::new(settings.connections_per_address, settings.trusted_proxies.clone().into());
    let serving = listen::serve_connections(listener, router, connections, async {
        shutdown_signal.await;
        tracing::info!("stopping");
        // The receiver lives until `select!` ends.
        let _ = stopping.send(());
    });
    tokio::select! {
        () = serving => {}
        () = shut_down(&greenroom, stopped) => tracing::warn!("some requests didn't finish in time"),
    }
    // A connection that is still in use must not delay the exit for longer.
    let closed = tokio::time::timeout(DATABASE_CLOSE_TIMEOUT, greenroom.close()).await;
    closed.unwrap_or(Ok(())).map_err(|error| describe_error("can't close the database", &error))
}

/// Spawns the background workers, which run until the process ends. Mails are sent only with a mail server.
fn spawn_workers(greenroom: &Greenroom, smtp: Option<Smtp>) {
    tokio::spawn(greenroom.clone().run_heartbeat());
    tokio::spawn(greenroom.clone().run_bus_pings());
    tokio::spawn(greenroom.clone().run_presence());
    tokio::spawn(greenroom.clone().run_cleanup());
    tokio::spawn(greenroom.clone().run_digest_worker());
    if let Some(smtp) = smtp {
        tokio::spawn(greenroom.clone().run_mail_worker(smtp));
    }
}

/// Returns a future that completes on SIGTERM or SIGINT. The handlers are installed by the call, not by the first poll,
/// so that a signal right after the start isn't lost.
fn shutdown_signal() -> std::io::Result<impl Future<Output = ()>> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

/// After the signal, closes the streams, which would never end by themselves, and waits for [`SHUTDOWN_TIMEOUT`].
async fn shut_down(greenroom: &Greenroom, stopping: oneshot::Receiver<()>) {
    if stopping.await.is_ok() {
        tokio::join!(greenroom.close_streams(STREAM_CLOSE_SPREAD), tokio::time::sleep(SHUTDOWN_TIMEOUT));
    }
}

/// Prints a command's result to stdout; the log goes to stderr. Fails if stdout is closed.
pub(crate) fn print_line(line: &str) -> Result<(), String> {
    writeln!(std::io::stdout(), "{line}").map_err(|error| error.to_string())
}

fn describe_error(what: &str, error: &dyn std::error::Error) -> String {
    let mut text = format!("{what}: {error}");
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}
