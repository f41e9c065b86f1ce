//! A NATS server, the bus between the nodes of a site.

use crate::{
    Result,
    child_process::ChildProcess,
    ports::{free_port, wait_listening},
};
use std::{
    env,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};

const START_TIMEOUT: Duration = Duration::from_secs(10);

/// A NATS server on 127.0.0.1, always at the same port. Killed when dropped.
#[derive(Debug)]
pub struct NatsServer {
    port: u16,
    config: Option<PathBuf>,
    process: Option<ChildProcess>,
}

impl NatsServer {
    /// Starts a server without authentication.
    ///
    /// # Errors
    /// Fails if `nats-server` isn't installed, or doesn't listen in time.
    pub async fn start() -> Result<Self> {
        Self::with(None).await
    }

    /// Starts a server with this configuration file, which is read again at each restart.
    ///
    /// # Errors
    /// Fails if `nats-server` isn't installed, or doesn't listen in time.
    pub async fn start_with_config(config: &Path) -> Result<Self> {
        Self::with(Some(config.to_owned())).await
    }

    async fn with(config: Option<PathBuf>) -> Result<Self> {
        let mut server = Self { port: free_port()?, config, process: None };
        server.restart().await?;
        Ok(server)
    }

    /// Returns the port that it listens on.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Returns its URL, without credentials.
    pub fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }

    /// Kills the server (SIGKILL). Does nothing if it doesn't run.
    pub fn kill(&mut self) {
        self.process = None;
    }

    /// Kills the server if it runs, and starts it at the same port.
    ///
    /// # Errors
    /// Fails if it doesn't listen in time.
    pub async fn restart(&mut self) -> Result<()> {
        self.kill();
        // Debian installs it in a folder that only root has in its `PATH`.
        let path = format!("{}:/usr/local/sbin:/usr/sbin", env::var("PATH").unwrap_or_default());
        let mut command = Command::new("nats-server");
        command.env("PATH", path).args(["--addr", "127.0.0.1", "--port", &self.port.to_string()]);
        if let Some(config) = &self.config {
            command.arg("--config").arg(config);
        }
        command.stdout(Stdio::null()).stderr(Stdio::null());
        let process = ChildProcess::start(&mut command);
        self.process = Some(process.map_err(|error| format!("{error} (bin/setup test installs it)"))?);
        wait_listening(self.port, "nats-server", START_TIMEOUT).await
    }
}
