//! The bus between the nodes of a site, over NATS. It reconnects by itself; while disconnected, messages are dropped
//! and the nodes poll the database instead.

use crate::{ca_file::read_ca_file, loopback::is_loopback};
use async_nats::{Client, ConnectOptions, ServerAddr, connection::State};
use futures::{FutureExt, StreamExt};
use percent_encoding::percent_decode_str;
use services::{Bus, Greenroom, metrics};
use std::{fmt::Display, path::Path, time::Duration};
use tokio::task::unconstrained;

/// The subject of all sites that share a NATS server. A node ignores messages about people without a stream on it.
const SUBJECT: &str = "greenroom.notes";
/// Interval of the client's pings, by which it detects a dead connection.
const PING_INTERVAL: Duration = Duration::from_secs(5);

/// The servers' addresses, and the credentials for them.
#[derive(Clone)]
pub(crate) struct NatsServers {
    addresses: Vec<ServerAddr>,
    /// A user name and password, or a token without a password.
    credentials: Option<(String, Option<String>)>,
}

impl std::fmt::Debug for NatsServers {
    /// Prints hosts and ports only, so that no log holds the credentials.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let hosts = self.addresses.iter().map(|address| (address.host(), address.port()));
        formatter.debug_list().entries(hosts).finish()
    }
}

/// The [`Bus`] over one NATS client.
struct NatsBus(Client);

impl Bus for NatsBus {
    fn publish(&self, message: Vec<u8>) {
        // Dropped while disconnected: a queued message would arrive after the other nodes have polled the database.
        let connected = self.0.connection_state() == State::Connected;
        // Never waits: if the client's buffer is full, the message is lost, as it may be on the network.
        let sent = connected
            && unconstrained(self.0.publish(SUBJECT, message.into())).now_or_never().is_some_and(|sent| sent.is_ok());
        metrics::count_bus_message(if sent { "sent" } else { "lost" });
    }
}

impl NatsServers {
    /// Parses one URL or several, separated by commas.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let wrong = |error: &dyn Display| format!("NATS_URL must be nats://host:port, or several with commas: {error}");
        let addresses = text.split(',').map(|address| address.trim().parse::<ServerAddr>());
        let addresses = addresses.collect::<Result<Vec<_>, _>>().map_err(|error| wrong(&error))?;
        let known = |address: &ServerAddr| matches!(address.scheme(), "nats" | "tls") && !address.host().is_empty();
        if !addresses.iter().all(known) {
            return Err(wrong(&"another scheme, or no host"));
        }
        // The client takes one set of credentials for all servers, and ignores those in the URLs.
        let mut all_credentials = addresses.iter().filter_map(credentials);
        let credentials = all_credentials.next();
        if all_credentials.any(|other| Some(other) != credentials) {
            return Err("NATS_URL has servers with different users: they share one".to_owned());
        }
        Ok(Self { addresses, credentials })
    }

    /// Whether other machines on the network can read or send messages on the bus.
    fn is_unprotected(&self) -> bool {
        let alone = self.addresses.iter().all(|address| is_loopback(address.host()));
        let encrypted = self.addresses.iter().all(|address| address.scheme() == "tls");
        !alone && (self.credentials.is_none() || !encrypted)
    }

    /// Connects this node to the bus, in the background and with retries: returns at once, even if no server answers.
    pub(crate) async fn connect(self, greenroom: &Greenroom, ca_file: Option<&Path>) -> Result<(), String> {
        if self.is_unprotected() {
            tracing::warn!("NATS_URL names other machines without TLS or credentials: keep their network private");
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
        let options = options.event_callback(async |event| tracing::info!(%event, "bus connection"));
        let client = options.connect(self.addresses).await.map_err(|error| format!("NATS_URL: {error}"))?;
        greenroom.connect_bus(NatsBus(client.clone()));
        tokio::spawn(receive_messages(client, greenroom.clone()));
        Ok(())
    }
}

/// Returns a URL's user name and password, percent-decoded.
fn credentials(address: &ServerAddr) -> Option<(String, Option<String>)> {
    let plain = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    address.username().map(|user| (plain(user), address.password().map(plain)))
}

/// Passes messages on to the hub for as long as the process lives. The client resubscribes when it reconnects.
async fn receive_messages(client: Client, greenroom: Greenroom) {
    match client.subscribe(SUBJECT).await {
        Ok(mut messages) => {
            while let Some(message) = messages.next().await {
                greenroom.receive_bus_message(&message.payload);
            }
        }
        Err(error) => tracing::error!(%error, "can't subscribe to the bus"),
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
