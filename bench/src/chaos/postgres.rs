//! A PostgreSQL server that keeps what it says it has kept, and can be crashed. `bin/with-postgres`, which other tests
//! use, flushes nothing.

use bench::{ports::random_port, site::Result};
use rustix::process::geteuid;
use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
};
use tempfile::TempDir;

/// Ports that are tried.
const PORT_ATTEMPTS: usize = 5;
/// Whom it runs as where we are root, which it refuses to.
const POSTGRES_USERS: [&str; 2] = ["postgres", "nobody"];

/// Room enough for any run; a limit, not what it takes.
const AMPLE_SIZE: &str = "size=8g";
/// What a full disk has left, in KiB.
const FREE_KIB: u64 = 64;

/// How it is told to end.
#[derive(Clone, Copy)]
pub(crate) enum StopMode {
    /// It breaks off what is under way, and leaves everything in order.
    Fast,
    /// It drops everything, and has to recover at the next start.
    Crash,
}

/// Ended, and thrown away, when dropped.
pub(crate) struct PostgresServer {
    pub(crate) port: u16,
    /// A disk of its own for tables, where we may mount one. Goes before the folder it is in.
    small_disk: Option<SmallDisk>,
    folder: TempDir,
    owner: Option<&'static str>,
}

impl Drop for PostgresServer {
    fn drop(&mut self) {
        // It may not run just now.
        let _ = self.build_command("pg_ctl", &["-D", "data", "-m", "immediate", "stop"]).status();
    }
}

/// A disk in memory whose size can be changed. Unmounted when dropped.
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

    /// Makes it just so large that what is on it has room, and a little more.
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
        // The folder it is in can't be deleted then, and the test's words tell of more.
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
            let owner =
                POSTGRES_USERS.into_iter().find(|owner| server.chown_to(owner)).ok_or("nobody may own the database")?;
            server.owner = Some(owner);
            server.small_disk = Some(SmallDisk::mount(server.folder.path(), owner)?);
        }
        let create = ["-D", "data", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale", "C", "--no-sync"];
        server.run_program("initdb", &create).await?;
        for _ in 0..PORT_ATTEMPTS {
            server.port = random_port();
            if server.start_serving().await.is_ok() {
                return Ok(server);
            }
        }
        Err("PostgreSQL doesn't start".into())
    }

    /// Starts it, at the same port as before.
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

    /// Where tables can be put on a disk that can be full.
    pub(crate) fn tablespace_path(&self) -> Option<String> {
        self.small_disk.as_ref().map(|small_disk| small_disk.0.display().to_string())
    }

    /// Leaves nothing of that disk.
    pub(crate) fn fill_disk(&self) -> Result<()> {
        self.small_disk.as_ref().map_or(Ok(()), SmallDisk::fill_disk)
    }

    /// Makes room on that disk.
    pub(crate) fn free_disk(&self) -> Result<()> {
        self.small_disk.as_ref().map_or(Ok(()), |small_disk| small_disk.resize(AMPLE_SIZE))
    }

    /// Where it is, or a line that leads to it.
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
        // What it leaves running would hold on to an output.
        command.args(arguments).current_dir(self.folder.path()).stdout(Stdio::null()).stderr(Stdio::null());
        command
    }
}
