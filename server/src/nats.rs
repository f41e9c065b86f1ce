//! The bus between the nodes of a site, over NATS. It connects by itself, again and again; while it can't, notes are
//! thrown away, and the nodes look into the database instead.

use crate::{request_target::is_loopback, settings::read_ca_file};
use async_nats::{Client, ConnectOptions, ServerAddr, connection::State};
use futures::{FutureExt, StreamExt};
use percent_encoding::percent_decode_str;
use services::{Bus, Greenroom, metrics};
use std::{fmt::Display, path::Path, time::Duration};
use tokio::task::unconstrained;

/// Where the notes of all sites go that use this server. A note that concerns nobody here is passed over.
const SUBJECT: &str = "greenroom.notes";
/// How soon a line is found dead that says nothing.
const PING_INTERVAL: Duration = Duration::from_secs(5);

/// Where the servers are, and who we are to them.
#[derive(Clone)]
pub(crate) struct NatsServers {
    addresses: Vec<ServerAddr>,
    /// A user's name and password, or a token alone.
    credentials: Option<(String, Option<String>)>,
}

impl std::fmt::Debug for NatsServers {
    /// Without the password.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let hosts = self.addresses.iter().map(|address| (address.host(), address.port()));
        formatter.debug_list().entries(hosts).finish()
    }
}

/// This node's way to the bus.
struct NatsBus(Client);

impl Bus for NatsBus {
    fn publish(&self, message: Vec<u8>) {
        // Kept back, it would arrive when everybody has long looked for themselves.
        let connected = self.0.connection_state() == State::Connected;
        // Nothing is waited for: where the client has no room for it, it is lost, as on the line.
        let sent = connected
            && unconstrained(self.0.publish(SUBJECT, message.into())).now_or_never().is_some_and(|sent| sent.is_ok());
        metrics::count_bus_message(if sent { "sent" } else { "lost" });
    }
}

impl NatsServers {
    /// One address or several, separated by commas.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let wrong = |error: &dyn Display| format!("NATS_URL must be nats://host:port, or several with commas: {error}");
        let addresses = text.split(',').map(|address| address.trim().parse::<ServerAddr>());
        let addresses = addresses.collect::<Result<Vec<_>, _>>().map_err(|error| wrong(&error))?;
        let known = |address: &ServerAddr| matches!(address.scheme(), "nats" | "tls") && !address.host().is_empty();
        if !addresses.iter().all(known) {
            return Err(wrong(&"another scheme, or no host"));
        }
        // The client takes one login for all servers, and none out of their addresses.
        let mut all_credentials = addresses.iter().filter_map(credentials);
        let credentials = all_credentials.next();
        if all_credentials.any(|other| Some(other) != credentials) {
            return Err("NATS_URL has servers with different users: they share one".to_owned());
        }
        Ok(Self { addresses, credentials })
    }

    /// Whether others on the network may read what is said, or join in.
    fn is_unprotected(&self) -> bool {
        let alone = self.addresses.iter().all(|address| is_loopback(address.host()));
        let encrypted = self.addresses.iter().all(|address| address.scheme() == "tls");
        !alone && (self.credentials.is_none() || !encrypted)
    }

    /// Joins the nodes that use the same servers. Comes back at once, whether or not they answer.
    pub(crate) async fn connect(self, greenroom: &Greenroom, ca_file: Option<&Path>) -> Result<(), String> {
        if self.is_unprotected() {
            tracing::warn!("NATS_URL leads to other machines without TLS or without a user: keep their network closed");
        }
        let mut options =
            ConnectOptions::new().name("greenroom").retry_on_initial_connect().ping_interval(PING_INTERVAL);
        options = match self.credentials {
            Some((user, Some(password))) => options.user_and_password(user, password),
            Some((token, None)) => options.token(token),
            None => options,
        };
        if let Some(file) = ca_file {
            read_ca_file(file)?;
            options = options.add_root_certificates(file.to_owned());
        }
        let options = options.event_callback(async |event| tracing::info!(%event, "the bus"));
        let client = options.connect(self.addresses).await.map_err(|error| format!("NATS_URL: {error}"))?;
        greenroom.connect_bus(NatsBus(client.clone()));
        tokio::spawn(receive_messages(client, greenroom.clone()));
        Ok(())
    }
}

/// What an address has before its host, as it was before it became part of a URL.
fn credentials(address: &ServerAddr) -> Option<(String, Option<String>)> {
    let plain = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    address.username().map(|user| (plain(user), address.password().map(plain)))
}

/// The subscription is renewed by the client whenever it has to connect again.
async fn receive_messages(client: Client, greenroom: Greenroom) {
    match client.subscribe(SUBJECT).await {
        Ok(mut notes) => {
            while let Some(message) = notes.next().await {
                greenroom.receive_bus_message(&message.payload);
            }
        }
        Err(error) => tracing::error!(%error, "the bus can't be listened to"),
    }
}

#[cfg(test)]
mod tests {
    use super::NatsServers;

    #[test]
    fn servers_are_parsed_from_urls() {
        for good in ["nats://127.0.0.1:4222", "nats://a:1, nats://user:secret@b:2", "tls://nats.example"] {
            assert!(NatsServers::parse(good).is_ok(), "{good}");
        }
        for bad in ["http://nats.example", "nats://", ","] {
            assert!(NatsServers::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn credentials_are_taken_from_the_url_and_never_printed() {
        let credentials = |url: &str| NatsServers::parse(url).expect(url).credentials;
        let user = |user: &str, password: Option<&str>| Some((user.to_owned(), password.map(str::to_owned)));
        assert_eq!(credentials("nats://a:1"), None);
        assert_eq!(credentials("nats://greenroom:p%40ss%3Aword@a:1"), user("greenroom", Some("p@ss:word")));
        assert_eq!(credentials("tls://a:1, tls://t0ken@b:2"), user("t0ken", None));
        assert!(NatsServers::parse("nats://one:x@a, nats://two:x@b").is_err());
        assert!(!format!("{:?}", NatsServers::parse("nats://u:hush@a").expect("servers")).contains("hush"));
    }

    #[test]
    fn remote_servers_need_credentials_and_tls() {
        for (url, open) in [
            ("nats://127.0.0.1:4222", false),
            ("nats://localhost", false),
            ("nats://bus", true),
            ("nats://u:p@bus", true),
            ("tls://bus", true),
            ("tls://u:p@bus", false),
        ] {
            assert_eq!(NatsServers::parse(url).expect(url).is_unprotected(), open, "{url}");
        }
    }
}
