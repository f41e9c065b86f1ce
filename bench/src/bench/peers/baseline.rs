//! A plain axum server without any of Greenroom's code around it.

use bench::{
    process::{Process, command_on_core},
    site::Result,
};
use std::{env, path::Path};
use test_support::ports::free_port;

pub(crate) struct Baseline {
    pub(crate) port: u16,
    program: Process,
}

impl Baseline {
    /// Serves idle streams, the text of a file, and threads of a database if one is given.
    pub(crate) async fn start(core: Option<usize>, page: &Path, database: Option<&str>) -> Result<Self> {
        let port = free_port()?;
        let mut command = command_on_core(core, env::current_exe()?.with_file_name("baseline"));
        let program = Process::start(command.arg(port.to_string()).arg(page).args(database))?;
        super::wait_listening(port, "the axum baseline").await?;
        Ok(Self { port, program })
    }

    pub(crate) fn id(&self) -> u32 {
        self.program.id()
    }
}
