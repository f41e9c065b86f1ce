//! A NATS server for one test.

use super::{certificate_authority::IssuedCertificate, within};
use std::{
    net::{Ipv4Addr, TcpListener},
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};
use tokio::net::TcpStream;

/// A running NATS server; killed when dropped.
pub(crate) struct Nats {
    port: u16,
    child: Child,
}

impl Nats {
    /// Starts a server on a free port.
    pub(crate) async fn start() -> Self {
        let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        let port = free.local_addr().expect("its address").port();
        drop(free);
        Self::start_on(port, None).await
    }

    /// Starts a server that accepts only this user, and only TLS if there is a certificate.
    pub(crate) async fn start_with_auth(
        folder: &Path,
        user: &str,
        password: &str,
        issued: Option<&IssuedCertificate>,
    ) -> Self {
        let mut config = format!("authorization {{ user: {user:?}, password: {password:?} }}\n");
        if let Some(issued) = issued {
            let (certificate, key) = (folder.join("bus.pem"), folder.join("bus.key"));
            std::fs::write(&certificate, &issued.certificate).expect("a file");
            std::fs::write(&key, issued.key.serialize_pem()).expect("a file");
            config += &format!("tls {{ cert_file: {certificate:?}, key_file: {key:?} }}\n");
        }
        let file = folder.join("bus.conf");
        std::fs::write(&file, config).expect("a file");
        let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        let port = free.local_addr().expect("its address").port();
        drop(free);
        Self::start_on(port, Some(&file)).await
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    async fn start_on(port: u16, config: Option<&Path>) -> Self {
        let path = format!("{}:/usr/local/sbin:/usr/sbin", std::env::var("PATH").unwrap_or_default());
        let mut command = Command::new("nats-server");
        command.env("PATH", path).args(["--addr", "127.0.0.1", "--port", &port.to_string()]);
        if let Some(config) = config {
            command.arg("--config").arg(config);
        }
        let child = command.stderr(Stdio::null()).spawn().expect("nats-server: bin/setup test installs it");
        let answers = async {
            while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.is_err() {
                tokio::task::yield_now().await;
            }
        };
        within(Duration::from_secs(10), "starting NATS", answers).await;
        Self { port, child }
    }

    pub(crate) fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }

    pub(crate) fn stop(&mut self) {
        self.child.kill().expect("the server is running");
        self.child.wait().expect("its end");
    }

    pub(crate) async fn restart(&mut self) {
        *self = Self::start_on(self.port, None).await;
    }
}

impl Drop for Nats {
    fn drop(&mut self) {
        // Fails if the server was stopped before.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
