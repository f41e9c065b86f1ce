//! The bus between nodes: its own NATS server.

use bench::{ports::random_port, site::Result};
use std::{
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};
use tokio::{net::TcpStream, time::sleep};

/// How long NATS may take to start.
const START_TIMEOUT: Duration = Duration::from_secs(10);
const POLL_INTERVAL: Duration = Duration::from_millis(20);

/// Killed when dropped.
pub(crate) struct NatsServer {
    pub(crate) port: u16,
    program: Option<Child>,
}

impl Drop for NatsServer {
    fn drop(&mut self) {
        // The process may have exited already.
        let _ = self.kill();
    }
}

impl NatsServer {
    pub(crate) async fn start() -> Result<Self> {
        let mut bus = Self { port: random_port(), program: None };
        bus.start_serving().await?;
        Ok(bus)
    }

    /// Starts the process on the same port as before.
    pub(crate) async fn start_serving(&mut self) -> Result<()> {
        let port = self.port.to_string();
        let mut command = Command::new("nats-server");
        command.args(["-a", "127.0.0.1", "-p", &port]).stdout(Stdio::null()).stderr(Stdio::null());
        let program = command.spawn().map_err(|_| "nats-server is missing: bin/setup test installs it")?;
        self.program = Some(program);
        let began = Instant::now();
        while TcpStream::connect(("127.0.0.1", self.port)).await.is_err() {
            if began.elapsed() > START_TIMEOUT {
                return Err("nats-server doesn't start".into());
            }
            sleep(POLL_INTERVAL).await;
        }
        Ok(())
    }

    pub(crate) fn kill(&mut self) -> Result<()> {
        if let Some(mut program) = self.program.take() {
            program.kill()?;
            program.wait()?;
        }
        Ok(())
    }
}
