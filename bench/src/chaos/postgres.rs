//! A PostgreSQL server that flushes its commits and can be crashed. `bin/with-postgres`, which other tests use, flushes
//! nothing.

use bench::site::Result;
use rustix::process::geteuid;
use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
};
use tempfile::TempDir;
use test_support::ports::free_port;

/// How many ports are tried.
const PORT_ATTEMPTS: usize = 5;
/// The users that may run PostgreSQL when this process is root: PostgreSQL refuses to run as root.
const POSTGRES_USERS: [&str; 2] = ["postgres", "nobody"];

/// Enough space for any run; tmpfs allocates only used pages.
const AMPLE_SIZE: &str = "size=8g";
/// Free space on a filled disk, in KiB.
const FREE_KIB: u64 = 64;

/// How PostgreSQL is stopped.
#[derive(Clone, Copy)]
pub(crate) enum StopMode {
    /// Aborts the running transactions and shuts down cleanly.
    Fast,
    /// Exits without a checkpoint, and recovers at the next start.
    Crash,
}

/// Stopped, and its data deleted, when dropped.
pub(crate) struct PostgresServer {
    pub(crate) port: u16,
    /// A separate disk for tables, if this process may mount one. Declared before `folder`, so that it is dropped
    /// first.
    small_disk: Option<SmallDisk>,
    folder: TempDir,
    owner: Option<&'static str>,
}

impl Drop for PostgresServer {
    fn drop(&mut self) {
        // The server may be stopped already.
        let _ = self.build_command("pg_ctl", &["-D", "data", "-m", "immediate", "stop"]).status();
    }
}

/// A resizable disk in memory (tmpfs). Unmounted when dropped.
struct SmallDisk(PathBuf);

impl SmallDisk {
    fn mount(folder: &Path, owner: &str) -> Result<Self> {
        let path = folder.join("small");
        std::fs::create_dir(&path)?;
        let disk = Self(path);
        run_checked(Command::new("mount").args(["-t", "tmpfs", "-o", AMPLE_SIZE, "small"]).arg(&disk.0))?;
        run_checked(Command::new("chown").arg(owner).arg(&disk.0))?;
        Ok(disk)
    }

    /// Shrinks the disk to its used space plus [`FREE_KIB`].
    fn fill_disk(&self) -> Result<()> {
        let output = Command::new("df").args(["--output=used", "--block-size=1K"]).arg(&self.0).output()?;
        let output = String::from_utf8(output.stdout)?;
        let used: u64 = output.lines().last().unwrap_or_default().trim().parse()?;
        self.resize(&format!("size={}k", used + FREE_KIB))
    }

    fn resize(&self, size: &str) -> Result<()> {
        run_checked(Command::new("mount").args(["-o", &format!("remount,{size}")]).arg(&self.0))
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // If unmounting fails, the directory can't be deleted; the run's own error is more important.
        let _ = Command::new("umount").arg("--lazy").arg(&self.0).status();
    }
}

fn run_checked(command: &mut Command) -> Result<()> {
    let ended = command.status()?;
    if ended.success() { Ok(()) } else { Err(format!("{command:?} has failed: {ended}").into()) }
}

impl PostgresServer {
    pub(crate) async fn start() -> Result<Self> {
        let mut server = Self { port: 0, folder: tempfile::tempdir()?, owner: None, small_disk: None };
        if geteuid().is_root() {
            let owner = POSTGRES_USERS
                .into_iter()
                .find(|owner| server.chown_to(owner))
                .ok_or("no user to run PostgreSQL as")?;
            server.owner = Some(owner);
            server.small_disk = Some(SmallDisk::mount(server.folder.path(), owner)?);
        }
        let create = ["-D", "data", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale", "C", "--no-sync"];
        server.run_program("initdb", &create).await?;
        for _ in 0..PORT_ATTEMPTS {
            server.port = free_port()?;
            if server.start_serving().await.is_ok() {
                return Ok(server);
            }
        }
        Err("PostgreSQL doesn't start".into())
    }

    /// Starts the server on the same port as before.
    pub(crate) async fn start_serving(&self) -> Result<()> {
        let settings = format!("-h 127.0.0.1 -p {} -k . -c max_connections=300", self.port);
        self.run_program("pg_ctl", &["-D", "data", "-l", "log", "-s", "-w", "-o", &settings, "start"]).await
    }

    pub(crate) async fn stop(&self, stop: StopMode) -> Result<()> {
        let mode = match stop {
            StopMode::Fast => "fast",
            StopMode::Crash => "immediate",
        };
        self.run_program("pg_ctl", &["-D", "data", "-s", "-w", "-m", mode, "stop"]).await
    }

    /// Returns the directory of the disk that can be filled.
    pub(crate) fn tablespace_path(&self) -> Option<String> {
        self.small_disk.as_ref().map(|small_disk| small_disk.0.display().to_string())
    }

    /// Leaves almost no free space on that disk.
    pub(crate) fn fill_disk(&self) -> Result<()> {
        self.small_disk.as_ref().map_or(Ok(()), SmallDisk::fill_disk)
    }

    /// Restores the free space on that disk.
    pub(crate) fn free_disk(&self) -> Result<()> {
        self.small_disk.as_ref().map_or(Ok(()), |small_disk| small_disk.resize(AMPLE_SIZE))
    }

    /// Returns the URL of a server, or of a proxy in front of it, at this port.
    pub(crate) fn url(port: u16) -> String {
        format!("postgres://postgres@127.0.0.1:{port}/postgres")
    }

    fn chown_to(&self, owner: &str) -> bool {
        Command::new("chown").arg(owner).arg(self.folder.path()).status().is_ok_and(|ended| ended.success())
    }

    async fn run_program(&self, program: &str, arguments: &[&str]) -> Result<()> {
        let mut command = tokio::process::Command::from(self.build_command(program, arguments));
        let ended = command.status().await.map_err(|_| "PostgreSQL's programs are missing: bin/setup test")?;
        if ended.success() { Ok(()) } else { Err(format!("{program} has failed: {ended}").into()) }
    }

    fn build_command(&self, program: &str, arguments: &[&str]) -> Command {
        let mut command = match self.owner {
            Some(owner) => {
                let mut command = Command::new("runuser");
                command.args(["-u", owner, "--", program]);
                command
            }
            None => Command::new(program),
        };
        // Not inherited: the server that `pg_ctl` leaves running would keep a pipe open.
        command.args(arguments).current_dir(self.folder.path()).stdout(Stdio::null()).stderr(Stdio::null());
        command
    }
}
