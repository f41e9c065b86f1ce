//! axum as it comes, with nothing of Greenroom around it.

use bench::{
    ports::random_port,
    process::{Process, command_on_core},
    site::Result,
};
use std::{env, path::Path};

pub(crate) struct Baseline {
    pub(crate) port: u16,
    program: Process,
}

impl Baseline {
    /// Serves streams on which nothing happens, the text of a file, and perhaps threads of a database.
    pub(crate) async fn start(core: Option<usize>, page: &Path, database: Option<&str>) -> Result<Self> {
        let port = random_port();
        let mut command = command_on_core(core, env::current_exe()?.with_file_name("baseline"));
        let program = Process::start(command.arg(port.to_string()).arg(page).args(database))?;
        super::wait_listening(port, "the axum baseline").await?;
        Ok(Self { port, program })
    }

    pub(crate) fn id(&self) -> u32 {
        self.program.id()
    }
}
