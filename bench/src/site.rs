//! Starts a site with demo data.

use crate::process::{Process, command_on_core};
use cookie::Cookie;
use reqwest::{Client, Response};
use serde_json::{Value, json};
use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};
use tempfile::TempDir;
use test_support::ports::free_port;

pub use test_support::Result;

/// How long a site may take to start.
const START_TIMEOUT: Duration = Duration::from_secs(20);
/// The password of all demo people.
pub const PASSWORD: &str = "greenroom-demo";

/// A seeded database, and the settings of the server that will use it.
#[derive(Debug)]
pub struct PreparedSite {
    port: u16,
    settings: Vec<(String, String)>,
    folder: TempDir,
}

impl PreparedSite {
    /// Seeds a database, with additional settings.
    ///
    /// # Errors
    /// Fails if the program isn't built.
    pub fn seed(settings: &[(&str, &str)]) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let port = free_port()?;
        let own = [
            ("GREENROOM_DATA", folder.path().display().to_string()),
            ("LEPTOS_SITE_ADDR", format!("127.0.0.1:{port}")),
            ("RUST_LOG", "error".to_owned()),
        ];
        let own = own.into_iter().map(|(name, value)| (name.to_owned(), value));
        let given = settings.iter().map(|(name, value)| (name.to_string(), value.to_string()));
        let settings: Vec<_> = own.chain(given).collect();
        server_command(None, "seed", &settings).status()?;
        Ok(Self { port, settings, folder })
    }

    /// Returns the URL of its database: `DATABASE_URL` if that is set, otherwise its own SQLite file.
    pub fn database_url(&self) -> String {
        let named = self.settings.iter().find(|(name, _)| name == "DATABASE_URL");
        let own = || format!("sqlite://{}?mode=rwc", self.folder.path().join("greenroom.db").display());
        named.map_or_else(own, |(_, url)| url.clone())
    }

    /// Starts the server, pinned to one core or unpinned.
    ///
    /// # Errors
    /// Fails if the program doesn't start.
    pub async fn start_server(self, core: Option<usize>) -> Result<Site> {
        let Self { port, settings, folder } = self;
        let program = Process::start(&mut server_command(core, "serve", &settings))?;
        let client = Client::builder().no_proxy().build()?;
        let url = format!("http://127.0.0.1:{port}");
        let site = Site { url, port, client, program, _folder: folder };
        site.wait_healthy().await?;
        Ok(site)
    }
}

/// A running server with demo data. Killed when dropped.
#[derive(Debug)]
pub struct Site {
    /// Its URL.
    pub url: String,
    /// Its port, on this machine.
    pub port: u16,
    /// A client for requests to it.
    pub client: Client,
    program: Process,
    _folder: TempDir,
}

impl Site {
    /// Seeds a database and starts the server, with additional settings.
    ///
    /// # Errors
    /// Fails if the program isn't built, or doesn't start.
    pub async fn start(settings: &[(&str, &str)]) -> Result<Self> {
        PreparedSite::seed(settings)?.start_server(None).await
    }

    /// Returns the process id of the server.
    pub fn id(&self) -> u32 {
        self.program.id()
    }

    async fn wait_healthy(&self) -> Result<()> {
        let began = Instant::now();
        while self.client.get(format!("{}/healthz", self.url)).send().await.is_err() {
            if began.elapsed() > START_TIMEOUT {
                return Err("the site doesn't start; is it built? (bin/build)".into());
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(())
    }

    /// Tries to sign in from an address, as if a trusted proxy had forwarded the request.
    ///
    /// # Errors
    /// Fails without a response.
    pub async fn sign_in(&self, email: &str, password: &str, from: &str) -> Result<Response> {
        let request = self.client.post(format!("{}/api/auth/callback/credentials", self.url));
        let request = request.header("x-forwarded-for", from);
        Ok(request.json(&json!({ "email": email, "password": password })).send().await?)
    }

    /// Signs in, and returns the session cookie.
    ///
    /// # Errors
    /// Fails if the sign-in is rejected.
    pub async fn sign_in_cookie(&self, email: &str) -> Result<String> {
        let response = self.sign_in(email, PASSWORD, "192.0.2.1").await?.error_for_status()?;
        let cookie = response.headers().get("set-cookie").ok_or("no cookie")?.to_str()?;
        Ok(Cookie::parse(cookie)?.stripped().to_string())
    }

    /// Returns the id of the first conversation in the inbox of the cookie's owner.
    ///
    /// # Errors
    /// Fails if there is none.
    pub async fn first_conversation(&self, cookie: &str) -> Result<String> {
        let request = self.client.get(format!("{}/api/messages", self.url)).header("cookie", cookie);
        let inbox: Value = request.send().await?.error_for_status()?.json().await?;
        Ok(inbox["conversations"][0]["id"].as_str().ok_or("no conversation")?.to_owned())
    }
}

fn server_command(core: Option<usize>, argument: &str, settings: &[(String, String)]) -> Command {
    let mut command = command_on_core(core, server_binary());
    // `taskset`, which may wrap the command, is found there.
    let path = std::env::var("PATH").unwrap_or_default();
    command.env_clear().env("PATH", path).arg(argument).envs(settings.iter().cloned()).stdout(Stdio::null());
    command
}

/// Returns the path of the built program.
pub(crate) fn server_binary() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/greenroom")
}
