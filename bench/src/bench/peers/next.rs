//! Next.js with a page like Greenroom's thread: `bench/peers/next`, built by `bin/bench`.

use bench::{
    process::{Process, command_on_core},
    site::Result,
};
use std::{path::Path, process::Stdio};
use test_support::ports::free_port;

/// Paths of the thread and of an empty page.
pub(crate) const THREAD: &str = "/conversations/0";
pub(crate) const EMPTY: &str = "/empty";
/// The cookie that the thread page requires.
pub(crate) const COOKIE: &str = "who=organizer";

pub(crate) struct Next {
    pub(crate) port: u16,
    program: Process,
}

impl Next {
    pub(crate) async fn start(core: Option<usize>) -> Result<Self> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers/next");
        let port = free_port()?;
        let mut command = command_on_core(core, "node");
        command.arg("node_modules/next/dist/bin/next").args(["start", "-H", "127.0.0.1", "-p", &port.to_string()]);
        command.current_dir(folder).env("NEXT_TELEMETRY_DISABLED", "1").stdout(Stdio::null());
        let program = Process::start(&mut command)?;
        super::wait_listening(port, "Next.js").await?;
        Ok(Self { port, program })
    }

    pub(crate) fn id(&self) -> u32 {
        self.program.id()
    }
}
