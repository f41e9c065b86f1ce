//! One running site, from the database to the socket.

use crate::{
    metrics,
    router::{self, Shared},
    settings::Checked,
    smtp::Smtp,
};
use app::ssr::SessionCookie;
use axum::serve::ListenerExt;
use services::{Greenroom, seed};
use socket2::SockRef;
use std::{io::Write, net::SocketAddr, sync::Arc, time::Duration};
use tokio::net::{TcpListener, TcpStream};
use tokio::signal::unix::{SignalKind, signal};

/// How long data may lie unacknowledged, or a full window stay full, before the connection is given up:
/// without it, a reader that went away without a word is held for a quarter of an hour.
const GIVE_UP: Duration = Duration::from_secs(30);
/// How long requests may take to finish once the site is to stop.
const GRACE: Duration = Duration::from_secs(8);

/// How long to wait for the database's connections to come back.
const LET_GO: Duration = Duration::from_secs(1);

/// Brings the database up to date.
pub(crate) async fn migrate(settings: &Checked) -> Result<(), String> {
    services::migrate(&settings.database_url)
        .await
        .map_err(|error| told("the database can't be brought up to date", &error))
}

/// Puts the demo people into an empty database.
pub(crate) async fn seed(settings: &Checked) -> Result<(), String> {
    migrate(settings).await?;
    let failed = |error| told("the demo people can't be put in", &error);
    seed::seed(&settings.database_url).await.map_err(failed)?;
    if seed::is_demo(&settings.database_url).await.map_err(failed)? {
        let (organizer, talent, password) = (seed::EVENTPRO.email, seed::SARAH.email, seed::PASSWORD);
        say(&format!("Sign in as {organizer} or {talent}, password {password}"))?;
    }
    Ok(())
}

/// Serves until told to stop.
pub(crate) async fn serve(mut settings: Checked) -> Result<(), String> {
    settings.smtp()?;
    migrate(&settings).await?;
    let listener = TcpListener::bind(settings.addr).await;
    let listener = listener.map_err(|error| format!("can't listen on {}: {error}", settings.addr))?;
    let addr = listener.local_addr().map_err(|error| error.to_string())?;
    // Port 0 is any that is free, known only now.
    if settings.origin == format!("http://{}", settings.addr) {
        settings.origin = format!("http://{addr}");
    }
    let greenroom = Greenroom::open(&settings.database_url, &settings.origin, settings.limits).await;
    let greenroom = greenroom.map_err(|error| told("the database can't be opened", &error))?;
    begin_rounds(&greenroom, settings.smtp()?);
    let shared = Shared {
        greenroom: greenroom.clone(),
        cookie: SessionCookie { secure: settings.secure },
        origin: settings.origin.clone().into(),
        trusted_proxies: settings.trusted_proxies.clone().into(),
    };
    if let Some(addr) = settings.metrics_addr {
        metrics::serve(addr, shared.clone()).await?;
    }
    let router = router::build(shared, &settings).into_make_service_with_connect_info::<SocketAddr>();
    let told_to_stop = told_to_stop().map_err(|error| error.to_string())?;
    say(&format!("Greenroom is at {}", settings.origin))?;
    tracing::info!("listening on {addr}");
    let stopping = Arc::new(tokio::sync::Notify::new());
    let serving = axum::serve(listener.tap_io(tune), router).with_graceful_shutdown(stop(
        told_to_stop,
        greenroom.clone(),
        stopping.clone(),
    ));
    tokio::select! {
        served = serving.into_future() => served.map_err(|error| error.to_string())?,
        () = give_up_after(&stopping) => {}
    }
    // A connection that is still in use must not hold up the exit.
    let closed = tokio::time::timeout(LET_GO, greenroom.close()).await;
    closed.unwrap_or(Ok(())).map_err(|error| told("the database can't be let go of", &error))
}

/// What goes on beside requests.
fn begin_rounds(greenroom: &Greenroom, smtp: Option<Smtp>) {
    tokio::spawn(greenroom.clone().keep_pulse());
    tokio::spawn(greenroom.clone().keep_presence());
    tokio::spawn(greenroom.clone().keep_house());
    tokio::spawn(greenroom.clone().keep_reminding());
    if let Some(smtp) = smtp {
        tokio::spawn(greenroom.clone().keep_posting(smtp));
    }
}

/// Comes when the process is told to stop. Listened for from the call on, so that none is lost that comes as soon as the
/// site answers.
fn told_to_stop() -> std::io::Result<impl Future<Output = ()>> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

/// Stops when told to. Streams are ended first: nothing else would ever end them.
async fn stop(told: impl Future<Output = ()>, greenroom: Greenroom, stopping: Arc<tokio::sync::Notify>) {
    told.await;
    tracing::info!("stopping");
    greenroom.close_streams();
    stopping.notify_one();
}

async fn give_up_after(stopping: &tokio::sync::Notify) {
    stopping.notified().await;
    tokio::time::sleep(GRACE).await;
    tracing::warn!("some requests didn't finish in time");
}

/// Small frames must not wait for each other, and a dead peer must be noticed.
fn tune(stream: &mut TcpStream) {
    let socket = SockRef::from(&*stream);
    let tuned = socket.set_tcp_nodelay(true).and_then(|()| give_up_when_dead(&socket));
    if let Err(error) = tuned {
        tracing::debug!(%error, "a connection keeps the system's defaults");
    }
}

#[cfg(target_os = "linux")]
fn give_up_when_dead(socket: &SockRef<'_>) -> std::io::Result<()> {
    socket.set_tcp_user_timeout(Some(GIVE_UP))
}

#[cfg(not(target_os = "linux"))]
fn give_up_when_dead(socket: &SockRef<'_>) -> std::io::Result<()> {
    socket.set_tcp_keepalive(&socket2::TcpKeepalive::new().with_time(GIVE_UP))
}

/// For people, where the log is for whoever runs the site.
pub(crate) fn say(line: &str) -> Result<(), String> {
    writeln!(std::io::stdout(), "{line}").map_err(|error| error.to_string())
}

fn told(what: &str, error: &dyn std::error::Error) -> String {
    let mut text = format!("{what}: {error}");
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}
