//! A site to be measured.

use reqwest::{Client, Response};
use serde_json::{Value, json};
use std::{
    net::TcpListener,
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
    /// Whoever asks.
    pub client: Client,
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
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let command = |argument: &str| {
            let mut command = Command::new(built());
            command.env_clear().arg(argument).env("GREENROOM_DATA", folder.path());
            command.env("LEPTOS_SITE_ADDR", format!("127.0.0.1:{port}")).env("RUST_LOG", "error");
            command.envs(settings.iter().copied()).stdout(Stdio::null());
            command
        };
        command("seed").status()?;
        let program = command("serve").spawn()?;
        let client = Client::builder().no_proxy().build()?;
        let site = Self { url: format!("http://127.0.0.1:{port}"), client, program, _folder: folder };
        let began = Instant::now();
        while site.client.get(format!("{}/healthz", site.url)).send().await.is_err() {
            if began.elapsed() > START {
                return Err("the site doesn't start; is it built? (bin/build)".into());
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(site)
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

fn built() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/greenroom")
}
