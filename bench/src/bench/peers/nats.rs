//! The NATS server that connects Greenroom's nodes.

use bench::{ports::random_port, process::Process, site::Result};
use std::process::{Command, Stdio};

pub(crate) struct Nats {
    pub(crate) url: String,
    _program: Process,
}

impl Nats {
    pub(crate) async fn start() -> Result<Self> {
        let port = random_port();
        let mut command = Command::new("nats-server");
        command.args(["-a", "127.0.0.1", "-p", &port.to_string()]).stderr(Stdio::null());
        let program = Process::start(&mut command)?;
        super::wait_listening(port, "nats-server").await?;
        Ok(Self { url: format!("nats://127.0.0.1:{port}"), _program: program })
    }
}
