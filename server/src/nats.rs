//! The bus between the nodes of a site, over NATS. It connects by itself, again and again; while it can't, notes are
//! thrown away, and the nodes look into the database instead.

use async_nats::{Client, ConnectOptions, ServerAddr, connection::State};
use futures::StreamExt;
use services::{Bus, Greenroom, measured};
use std::{fmt::Display, time::Duration};
use tokio::{sync::mpsc, time::timeout};

/// Where the notes of all sites go that use this server. A note that concerns nobody here is passed over.
const SUBJECT: &str = "greenroom.notes";
/// Notes that may wait to be sent.
const QUEUE: usize = 1_024;
/// How soon a line is found dead that says nothing.
const PING: Duration = Duration::from_secs(5);
/// How long one note may take. Beyond, it is worth nothing.
const LATE: Duration = Duration::from_secs(1);

/// Where the servers are.
#[derive(Clone, Debug)]
pub(crate) struct Servers(Vec<ServerAddr>);

/// This node's way to the bus.
struct Way(mpsc::Sender<Vec<u8>>);

impl Bus for Way {
    fn send(&self, note: Vec<u8>) {
        // A full queue loses it, as the line would.
        if self.0.try_send(note).is_err() {
            measured::note("lost");
        }
    }
}

impl Servers {
    /// One address or several, separated by commas.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let wrong = |error: &dyn Display| format!("NATS_URL must be nats://host:port, or several with commas: {error}");
        let addresses = text.split(',').map(|address| address.trim().parse::<ServerAddr>());
        let addresses = addresses.collect::<Result<Vec<_>, _>>().map_err(|error| wrong(&error))?;
        let known = |address: &ServerAddr| matches!(address.scheme(), "nats" | "tls") && !address.host().is_empty();
        if addresses.iter().all(known) { Ok(Self(addresses)) } else { Err(wrong(&"another scheme, or no host")) }
    }

    /// Joins the nodes that use the same servers. Comes back at once, whether or not they answer.
    pub(crate) async fn join(self, greenroom: &Greenroom) -> Result<(), String> {
        let options = ConnectOptions::new().name("greenroom").retry_on_initial_connect().ping_interval(PING);
        let options = options.event_callback(async |event| tracing::info!(%event, "the bus"));
        let client = options.connect(self.0).await.map_err(|error| format!("NATS_URL: {error}"))?;
        let (queue, waiting) = mpsc::channel(QUEUE);
        greenroom.join(Way(queue));
        tokio::spawn(send(client.clone(), waiting));
        tokio::spawn(listen(client, greenroom.clone()));
        Ok(())
    }
}

async fn send(client: Client, mut waiting: mpsc::Receiver<Vec<u8>>) {
    while let Some(note) = waiting.recv().await {
        // Kept back, it would arrive when everybody has long looked for themselves.
        if client.connection_state() != State::Connected {
            measured::note("lost");
            continue;
        }
        let sent = timeout(LATE, client.publish(SUBJECT, note.into())).await;
        measured::note(if matches!(sent, Ok(Ok(()))) { "sent" } else { "lost" });
    }
}

/// The subscription is renewed by the client whenever it has to connect again.
async fn listen(client: Client, greenroom: Greenroom) {
    match client.subscribe(SUBJECT).await {
        Ok(mut notes) => {
            while let Some(note) = notes.next().await {
                greenroom.hear(&note.payload);
            }
        }
        Err(error) => tracing::error!(%error, "the bus can't be listened to"),
    }
}

#[cfg(test)]
mod tests {
    use super::Servers;

    #[test]
    fn servers_are_named_by_their_urls() {
        for good in ["nats://127.0.0.1:4222", "nats://a:1, nats://user:secret@b:2", "tls://nats.example"] {
            assert!(Servers::parse(good).is_ok(), "{good}");
        }
        for bad in ["http://nats.example", "nats://", ","] {
            assert!(Servers::parse(bad).is_err(), "{bad}");
        }
    }
}
