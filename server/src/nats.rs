//! The bus between the nodes of a site, over NATS. It connects by itself, again and again; while it can't, notes are
//! thrown away, and the nodes look into the database instead.

use async_nats::{Client, ConnectOptions, ServerAddr, connection::State};
use futures::{FutureExt, StreamExt};
use services::{Bus, Greenroom, measured};
use std::{fmt::Display, time::Duration};
use tokio::task::unconstrained;

/// Where the notes of all sites go that use this server. A note that concerns nobody here is passed over.
const SUBJECT: &str = "greenroom.notes";
/// How soon a line is found dead that says nothing.
const PING: Duration = Duration::from_secs(5);

/// Where the servers are.
#[derive(Clone, Debug)]
pub(crate) struct Servers(Vec<ServerAddr>);

/// This node's way to the bus.
struct Way(Client);

impl Bus for Way {
    fn send(&self, note: Vec<u8>) {
        // Kept back, it would arrive when everybody has long looked for themselves.
        let connected = self.0.connection_state() == State::Connected;
        // Nothing is waited for: where the client has no room for it, it is lost, as on the line.
        let sent = connected
            && unconstrained(self.0.publish(SUBJECT, note.into())).now_or_never().is_some_and(|sent| sent.is_ok());
        measured::note(if sent { "sent" } else { "lost" });
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
        greenroom.join(Way(client.clone()));
        tokio::spawn(listen(client, greenroom.clone()));
        Ok(())
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
