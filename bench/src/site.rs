//! A site to be measured.

use crate::ports::some_port;
use reqwest::{Client, Response};
use serde_json::{Value, json};
use std::{
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};
use tempfile::TempDir;

/// How long a site may take to start.
const START: Duration = Duration::from_secs(20);
/// Everybody's password in the demo cast.
pub const PASSWORD: &str = "greenroom-demo";

/// Anything that went wrong: a measurement then has no result.
pub type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// The program with the demo cast. Killed when dropped.
#[derive(Debug)]
pub struct Site {
    /// Where it is.
    pub url: String,
    /// Where it is, on this machine.
    pub port: u16,
    /// Whoever asks.
    pub client: Client,
    settings: Vec<(String, String)>,
    program: Child,
    _folder: TempDir,
}

impl Drop for Site {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.program.kill();
        let _ = self.program.wait();
    }
}

impl Site {
    /// Seeds and serves, with these settings beside its own.
    ///
    /// # Errors
    /// When the program isn't built, or doesn't start.
    pub async fn start(settings: &[(&str, &str)]) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let port = some_port();
        let own = [
            ("GREENROOM_DATA", folder.path().display().to_string()),
            ("LEPTOS_SITE_ADDR", format!("127.0.0.1:{port}")),
            ("RUST_LOG", "error".to_owned()),
        ];
        let own = own.into_iter().map(|(name, value)| (name.to_owned(), value));
        let given = settings.iter().map(|(name, value)| (name.to_string(), value.to_string()));
        let settings: Vec<_> = own.chain(given).collect();
        command("seed", &settings).status()?;
        let program = command("serve", &settings).spawn()?;
        let client = Client::builder().no_proxy().build()?;
        let site = Self { url: format!("http://127.0.0.1:{port}"), port, client, settings, program, _folder: folder };
        site.answers().await?;
        Ok(site)
    }

    /// Kills it as a power cut does, and serves again at once: at the same address, with the same data. Done once it
    /// answers.
    ///
    /// # Errors
    /// When it had ended before, or doesn't start.
    pub async fn kill_and_serve(&mut self) -> Result<()> {
        if let Some(end) = self.program.try_wait()? {
            return Err(format!("the site has ended by itself: {end}").into());
        }
        self.program.kill()?;
        self.program.wait()?;
        self.program = command("serve", &self.settings).spawn()?;
        self.answers().await
    }

    async fn answers(&self) -> Result<()> {
        let began = Instant::now();
        while self.client.get(format!("{}/healthz", self.url)).send().await.is_err() {
            if began.elapsed() > START {
                return Err("the site doesn't start; is it built? (bin/build)".into());
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(())
    }

    /// Tries to sign in, as somebody whom a proxy speaks for.
    ///
    /// # Errors
    /// When there is no answer.
    pub async fn sign_in(&self, email: &str, password: &str, from: &str) -> Result<Response> {
        let request = self.client.post(format!("{}/api/auth/callback/credentials", self.url));
        let request = request.header("x-forwarded-for", from);
        Ok(request.json(&json!({ "email": email, "password": password })).send().await?)
    }

    /// Signs in, and gives the cookie.
    ///
    /// # Errors
    /// When that is refused.
    pub async fn cookie(&self, email: &str) -> Result<String> {
        let answer = self.sign_in(email, PASSWORD, "192.0.2.1").await?.error_for_status()?;
        let cookie = answer.headers().get("set-cookie").ok_or("no cookie")?.to_str()?;
        Ok(cookie.split(';').next().unwrap_or_default().to_owned())
    }

    /// The first conversation of whoever holds a cookie.
    ///
    /// # Errors
    /// When there is none.
    pub async fn conversation(&self, cookie: &str) -> Result<String> {
        let request = self.client.get(format!("{}/api/messages", self.url)).header("cookie", cookie);
        let inbox: Value = request.send().await?.error_for_status()?.json().await?;
        Ok(inbox["conversations"][0]["id"].as_str().ok_or("no conversation")?.to_owned())
    }
}

fn command(argument: &str, settings: &[(String, String)]) -> Command {
    let mut command = Command::new(built());
    command.env_clear().arg(argument).envs(settings.iter().cloned()).stdout(Stdio::null());
    command
}

fn built() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/greenroom")
}
