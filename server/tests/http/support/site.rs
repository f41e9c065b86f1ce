//! A running site for one test.

use super::{
    ACHIENG, EVENTPRO, KAMAU, SAFARI, SARAH,
    actor::Actor,
    process::{Process, Settings, settings},
    template::{Template, template},
};
use sqlx::{Connection, SqliteConnection};
use std::{net::SocketAddr, ops::Deref, path::PathBuf};
use tempfile::TempDir;

/// A server with the demo people, all of them signed in.
pub(crate) struct Site {
    pub(crate) process: Process,
    template: &'static Template,
    settings: Settings,
    folder: TempDir,
}

impl Deref for Site {
    type Target = Template;
    fn deref(&self) -> &Template {
        self.template
    }
}

impl Site {
    pub(crate) async fn new() -> Self {
        Self::with(&[]).await
    }

    pub(crate) async fn with(pairs: &[(&str, &str)]) -> Self {
        let template = template().await;
        let folder = tempfile::tempdir().expect("a folder");
        for (name, bytes) in &template.files {
            std::fs::write(folder.path().join(name), bytes).expect("a copy of the template");
        }
        let settings = settings(pairs);
        let process = Process::serve(folder.path(), &settings).await;
        Self { process, template, settings, folder }
    }

    /// Starts a new process on the data of the last one.
    pub(crate) async fn restart(&mut self) {
        self.process = Process::serve(self.folder.path(), &self.settings).await;
    }

    pub(crate) fn addr(&self) -> SocketAddr {
        self.process.addr
    }

    pub(crate) fn anonymous(&self) -> Actor {
        Actor::new(self.addr(), None).with_host(self.public_host())
    }

    fn public_host(&self) -> Option<String> {
        let url = self.settings.iter().find(|(name, _)| name == "GREENROOM_URL").map(|(_, url)| url);
        url.and_then(|url| url.split_once("://")).map(|(_, host)| host.trim_end_matches('/').to_owned())
    }

    /// Creates an actor with this session token as a cookie. For an access token see [`Actor::with_token`].
    pub(crate) fn actor_with_token(&self, token: &str) -> Actor {
        let https = self.settings.iter().any(|(name, value)| name == "GREENROOM_URL" && value.starts_with("https:"));
        let name = if https { "__Host-greenroom" } else { "greenroom" };
        Actor::new(self.addr(), Some(format!("{name}={token}"))).with_host(self.public_host())
    }

    fn signed_in(&self, email: &str) -> Actor {
        let person = match email {
            EVENTPRO => &self.people.eventpro,
            SAFARI => &self.people.safari,
            SARAH => &self.people.sarah,
            KAMAU => &self.people.kamau,
            _ => &self.people.achieng,
        };
        self.actor_with_token(&self.tokens[email]).on_page_of(person)
    }

    /// Organizer; talks to Sarah.
    pub(crate) fn eventpro(&self) -> Actor {
        self.signed_in(EVENTPRO)
    }

    /// Organizer; talks to Kamau.
    pub(crate) fn safari(&self) -> Actor {
        self.signed_in(SAFARI)
    }

    /// Talent; talks to EventPro.
    pub(crate) fn sarah(&self) -> Actor {
        self.signed_in(SARAH)
    }

    /// Talent; talks to Safari Sounds.
    pub(crate) fn kamau(&self) -> Actor {
        self.signed_in(KAMAU)
    }

    /// Talent; has no conversation.
    pub(crate) fn achieng(&self) -> Actor {
        self.signed_in(ACHIENG)
    }

    /// Opens a separate connection to the database, to read or change it without the server.
    pub(crate) async fn database(&self) -> SqliteConnection {
        let url = format!("sqlite://{}", self.folder.path().join("greenroom.db").display());
        SqliteConnection::connect(&url).await.expect("the database")
    }

    pub(crate) async fn execute(&self, sql: &'static str) {
        let mut database = self.database().await;
        sqlx::query(sql).execute(&mut database).await.expect(sql);
        database.close().await.expect("closing");
    }

    /// Returns the single number that a query selects.
    pub(crate) async fn count(&self, sql: &'static str) -> i64 {
        let mut database = self.database().await;
        let number = sqlx::query_scalar(sql).fetch_one(&mut database).await.expect(sql);
        database.close().await.expect("closing");
        number
    }

    pub(crate) fn folder(&self) -> PathBuf {
        self.folder.path().to_owned()
    }
}
