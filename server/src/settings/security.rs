//! Settings of transport security, trusted certificates and the security contact.

use super::Config;
use crate::loopback::is_loopback;
use clap::{ArgAction, Args};
use std::path::PathBuf;

#[derive(Args, Clone, Debug)]
pub(super) struct Security {
    /// Allow plain http with a public URL that isn't loopback. Everyone on the network path can then read passwords.
    #[arg(long, env = "GREENROOM_ALLOW_HTTP", action = ArgAction::Set, value_parser = parse_bool, default_value = "false", default_missing_value = "true", num_args = 0..=1, global = true)]
    allow_http: bool,
    /// A PEM file of certificate authorities to trust for the mail server and the bus, in addition to the public ones.
    /// (For PostgreSQL, use sslrootcert in DATABASE_URL.) [default: none]
    #[arg(long, env = "GREENROOM_CA_FILE", global = true)]
    ca_file: Option<String>,
    /// The contact for security reports in /.well-known/security.txt: an e-mail address or an https:// URL. [default:
    /// security@ and the host of the public URL]
    #[arg(long, env = "GREENROOM_SECURITY_CONTACT", global = true)]
    security_contact: Option<String>,
}

/// The validated security settings.
#[derive(Clone, Debug)]
pub(crate) struct SecurityConfig {
    pub(crate) allow_http: bool,
    pub(crate) ca_file: Option<PathBuf>,
    /// The configured contact as a URI.
    contact: Option<String>,
}

impl Security {
    pub(super) fn validate(self) -> Result<SecurityConfig, String> {
        // Lists all fields, so that the compiler names a setting that is parsed and then ignored.
        let Self { allow_http, ca_file, security_contact } = self;
        let contact = security_contact.filter(|text| !text.is_empty()).map(|text| parse_contact(&text)).transpose()?;
        let ca_file = ca_file.filter(|file| !file.is_empty()).map(PathBuf::from);
        Ok(SecurityConfig { allow_http, ca_file, contact })
    }
}

impl Config {
    /// Whether the public URL's host is loopback.
    pub(crate) fn is_local(&self) -> bool {
        is_loopback(self.host())
    }

    /// Refuses to send passwords and sessions over a network unencrypted.
    ///
    /// # Errors
    /// Unless the public URL is https or loopback, or `GREENROOM_ALLOW_HTTP` is set.
    pub(crate) fn refuse_open_http(&self) -> Result<(), String> {
        if self.secure || self.is_local() || self.security.allow_http {
            return Ok(());
        }
        Err(format!(
            "GREENROOM_URL is {}: over plain http, everyone on the network path can read passwords and messages. \
            Set it to the https:// address that people use; or set GREENROOM_ALLOW_HTTP=true if the network is private",
            self.origin
        ))
    }

    /// Refuses to create the demo accounts, whose password is documented, on a public site.
    pub(crate) fn refuse_public_demo(&self, force: bool) -> Result<(), String> {
        if self.is_local() || force {
            return Ok(());
        }
        Err(format!(
            "{} isn't a loopback address, and the password of the demo people is public. \
            `greenroom seed --force` creates them anyway",
            self.origin
        ))
    }

    /// Returns the contact for security reports as a URI. The default mailbox `security@` is that of RFC 2142.
    pub(crate) fn security_contact(&self) -> String {
        let by_default = || format!("mailto:security@{}", self.host());
        self.security.contact.clone().unwrap_or_else(by_default)
    }
}

/// Parses a switch. An empty value counts as off.
fn parse_bool(text: &str) -> Result<bool, String> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" | "1" => Ok(true),
        "" | "false" | "no" | "off" | "0" => Ok(false),
        _ => Err("it must be true or false".to_owned()),
    }
}

fn parse_contact(text: &str) -> Result<String, String> {
    let plain = !text.contains(|letter: char| letter.is_whitespace() || letter.is_control());
    let uri = ["https://", "mailto:", "tel:"].iter().any(|scheme| text.starts_with(scheme));
    let email = text.parse::<model::Email>().is_ok();
    match (plain, uri, email) {
        (true, true, _) => Ok(text.to_owned()),
        (true, false, true) => Ok(format!("mailto:{text}")),
        _ => {
            Err(format!("GREENROOM_SECURITY_CONTACT must be an e-mail address or an https:// address; it is {text:?}"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::config;

    fn with(more: &[&str]) -> super::Config {
        config(&[&["--database-url", "postgres://localhost/x"][..], more].concat()).expect("settings")
    }

    #[test]
    fn plain_http_needs_loopback_or_a_setting() {
        for local in ["http://localhost:4000", "http://127.0.0.1", "http://[::1]:3000", "https://greenroom.example"] {
            assert!(with(&["--url", local]).refuse_open_http().is_ok(), "{local}");
        }
        for open in ["http://greenroom.example", "http://192.168.0.2:3000", "http://localhost.evil.example"] {
            let error = with(&["--url", open]).refuse_open_http().expect_err(open);
            assert!(error.contains("GREENROOM_ALLOW_HTTP"), "{error}");
            assert!(with(&["--url", open, "--allow-http"]).refuse_open_http().is_ok(), "{open}");
        }
        assert!(with(&["--addr", "0.0.0.0:3000"]).refuse_open_http().is_err());
        assert!(with(&[]).refuse_open_http().is_ok());
    }

    #[test]
    fn demo_people_need_a_local_site_or_force() {
        let public = with(&["--url", "https://greenroom.example"]);
        assert!(public.refuse_public_demo(false).is_err() && public.refuse_public_demo(true).is_ok());
        assert!(with(&["--url", "https://localhost"]).refuse_public_demo(false).is_ok());
    }

    #[test]
    fn a_contact_is_a_uri() {
        let contact = |text| with(&["--url", "https://a.example:8443", "--security-contact", text]).security_contact();
        assert_eq!(contact(""), "mailto:security@a.example");
        assert_eq!(contact("safe@a.example"), "mailto:safe@a.example");
        assert_eq!(contact("https://a.example/report"), "https://a.example/report");
        for bad in ["nowhere", "http://a.example", "mailto:a@b.example\nExpires: never"] {
            assert!(config(&["--database-url", "postgres://x/x", "--security-contact", bad]).is_err(), "{bad}");
        }
    }
}
