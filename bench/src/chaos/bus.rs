//! The bus between nodes: a NATS server of its own.

use bench::{ports::some_port, site::Result};
use std::{
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};
use tokio::{net::TcpStream, time::sleep};

/// How long it may take to start.
const START: Duration = Duration::from_secs(10);
const LOOK: Duration = Duration::from_millis(20);

/// Killed when dropped.
pub(crate) struct Bus {
    pub(crate) port: u16,
    program: Option<Child>,
}

impl Drop for Bus {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.kill();
    }
}

impl Bus {
    pub(crate) async fn start() -> Result<Self> {
        let mut bus = Self { port: some_port(), program: None };
        bus.serve().await?;
        Ok(bus)
    }

    /// Starts it, at the same port as before.
    pub(crate) async fn serve(&mut self) -> Result<()> {
        let port = self.port.to_string();
        let mut command = Command::new("nats-server");
        command.args(["-a", "127.0.0.1", "-p", &port]).stdout(Stdio::null()).stderr(Stdio::null());
        let program = command.spawn().map_err(|_| "nats-server is missing: bin/setup test installs it")?;
        self.program = Some(program);
        let began = Instant::now();
        while TcpStream::connect(("127.0.0.1", self.port)).await.is_err() {
            if began.elapsed() > START {
                return Err("nats-server doesn't start".into());
            }
            sleep(LOOK).await;
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
