//! The command line and the environment variables. `--help` lists them; all are validated before anything starts.

mod limits;
mod old_names;
mod security;
mod storage;

pub(crate) use old_names::warn_of_old_names;
pub(crate) use security::SecurityConfig;

use crate::{logs::LogFormat, nats::NatsServers, smtp::Smtp};
use clap::{ArgAction, Args, CommandFactory, FromArgMatches, Parser, Subcommand, builder::FalseyValueParser};
use http::Uri;
use ipnet::IpNet;
use limits::{LimitSettings, at_least_one};
use services::{Limits, time_zone::TimeZone};
use std::{
    net::{IpAddr, SocketAddr},
    path::PathBuf,
};

/// The time zone of a site that sets none.
const DEFAULT_TIME_ZONE: &str = "Africa/Nairobi";

/// Greenroom: messages and bookings between event organisers and talent.
#[derive(Debug, Parser)]
#[command(version, about)]
pub(crate) struct Settings {
    /// The command to run. [default: serve]
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    values: Values,
}

/// The commands of the program.
#[derive(Clone, Debug, PartialEq, Eq, Subcommand)]
pub(crate) enum Command {
    /// Migrate the database and serve the site.
    Serve,
    /// Migrate the database to the current schema.
    Migrate,
    /// Add the demo people to an empty database. Refused if the public URL isn't loopback.
    Seed {
        /// Add a whole town, to see full pages and to measure: 40 people, 200 bookings, 30,000 messages.
        #[arg(long)]
        town: bool,
        /// Add the demo people to a public site too, although their password is public.
        #[arg(long)]
        force: bool,
    },
    /// Write a consistent, verified copy of the SQLite database to a new file. The site may be running.
    Backup {
        /// The file to create.
        file: PathBuf,
    },
    /// Verify a backup and replace the database by it. Stop the site first.
    Restore {
        /// The backup file.
        file: PathBuf,
        /// Replace a database that holds people too; it is kept beside the new one.
        #[arg(long)]
        replace: bool,
    },
    /// Copy all data from an SQLite database to an empty PostgreSQL database and compare. Stop the site first.
    MigrateData {
        /// The SQLite database: a file or sqlite://file. [default: the file in the data folder]
        #[arg(long)]
        from: Option<String>,
        /// The PostgreSQL database, postgres://… [default: DATABASE_URL, which keeps the password out of process lists]
        #[arg(long)]
        to: Option<String>,
    },
    /// Print the OpenAPI document of the REST API. Needs no database.
    Openapi,
}

#[derive(Args, Clone, Debug)]
struct Values {
    /// The folder of the site's data.
    #[arg(long, env = "GREENROOM_DATA", default_value = "data", global = true)]
    data: PathBuf,
    /// The database: sqlite://file?mode=rwc or postgres://… [default: an SQLite file in the data folder]
    #[arg(long, env = "DATABASE_URL", hide_env_values = true, global = true)]
    database_url: Option<String>,
    /// The public URL of the site, without a path. [default: http:// and the address it listens on]
    #[arg(long, env = "GREENROOM_URL", global = true)]
    url: Option<String>,
    /// The address and port to listen on.
    #[arg(long, env = "LEPTOS_SITE_ADDR", default_value = "127.0.0.1:3000", global = true)]
    addr: SocketAddr,
    /// The folder of the site's built files. [default: `site` beside the program, else target/site]
    #[arg(long, env = "LEPTOS_SITE_ROOT", global = true)]
    site_root: Option<PathBuf>,
    /// The NATS server that connects the nodes of a site with a shared database: nats://user:password@host:port, or
    /// tls:// for encryption. [default: none; the node runs alone]
    #[arg(long, env = "NATS_URL", hide_env_values = true, global = true)]
    nats_url: Option<String>,
    /// The mail server: smtp://host:port or smtps://user:password@host. [default: none; mails stay queued]
    #[arg(long, env = "SMTP_URL", hide_env_values = true, global = true)]
    smtp_url: Option<String>,
    /// Show unsent mails at /dev/mail to this machine only, while the public URL is http on loopback and no mail server
    /// is set. For development; bin/serve and bin/dev set it. [default: no]
    #[arg(long, env = "GREENROOM_DEV_MAIL", action = ArgAction::Set, value_parser = FalseyValueParser::new(), default_value = "no", hide_default_value = true, global = true)]
    dev_mail: bool,
    /// The sender of mails. [default: Greenroom <no-reply@ and the host of the public URL>]
    #[arg(long, env = "GREENROOM_MAIL_FROM", global = true)]
    mail_from: Option<String>,
    /// The time zone in which pages show times to people whose device's isn't known yet: an IANA name. [default:
    /// Africa/Nairobi]
    #[arg(long, env = "GREENROOM_TIME_ZONE", global = true)]
    time_zone: Option<String>,
    /// The address to serve Prometheus metrics at, under /metrics. [default: none]
    #[arg(long, env = "METRICS_ADDR", global = true)]
    metrics_addr: Option<SocketAddr>,
    /// The OTLP/HTTP endpoint to export traces to: http://host:port. Other OpenTelemetry variables apply too, for
    /// example OTEL_SERVICE_NAME, OTEL_EXPORTER_OTLP_HEADERS, OTEL_TRACES_SAMPLER. [default: none; no tracing]
    #[arg(long, env = "OTEL_EXPORTER_OTLP_ENDPOINT", hide_env_values = true, value_parser = parse_collector, global = true)]
    otlp_endpoint: Option<Collector>,
    /// The format of log lines; RUST_LOG filters them.
    #[arg(long, env = "GREENROOM_LOG_FORMAT", default_value = "text", global = true)]
    log_format: LogFormat,
    /// Proxies whose X-Forwarded-For is trusted: addresses or networks, separated by commas.
    #[arg(long, env = "GREENROOM_TRUSTED_PROXIES", value_delimiter = ',', value_parser = parse_network, global = true)]
    trusted_proxies: Vec<Option<IpNet>>,
    /// Connections from one IPv4 address or IPv6 /64; trusted proxies are exempt. A value that is set applies to
    /// loopback too. [default: 1000, and no limit for loopback]
    #[arg(long, env = "GREENROOM_CONNECTIONS_PER_ADDRESS", value_parser = at_least_one(), global = true)]
    connections_per_address: Option<usize>,
    #[command(flatten)]
    limits: LimitSettings,
    #[command(flatten)]
    security: security::Security,
}

/// The validated settings.
#[derive(Clone, Debug)]
pub(crate) struct Config {
    /// The default SQLite file, in the data folder.
    pub(crate) file: PathBuf,
    /// The SQLite database's file, and the data folder if no database URL is set. Both are made private to their owner.
    pub(crate) storage_paths: (Option<PathBuf>, Option<PathBuf>),
    pub(crate) database_url: String,
    pub(crate) origin: String,
    pub(crate) secure: bool,
    pub(crate) addr: SocketAddr,
    pub(crate) nats: Option<NatsServers>,
    pub(crate) smtp_url: Option<String>,
    pub(crate) mail_from: Option<String>,
    pub(crate) dev_mail: bool,
    pub(crate) time_zone: TimeZone,
    pub(crate) metrics_addr: Option<SocketAddr>,
    /// Whether spans are exported.
    pub(crate) traced: bool,
    pub(crate) site_root: PathBuf,
    pub(crate) trusted_proxies: Vec<IpNet>,
    pub(crate) connections_per_address: Option<usize>,
    pub(crate) limits: Limits,
    pub(crate) security: SecurityConfig,
}

impl Config {
    /// Returns the public URL's host without the port.
    pub(crate) fn host(&self) -> &str {
        let authority = self.origin.split_once("://").map_or("", |(_, authority)| authority);
        authority.rsplit_once(':').filter(|(_, port)| port.parse::<u16>().is_ok()).map_or(authority, |(host, _)| host)
    }

    /// Creates the mailer, if a mail server is set.
    pub(crate) fn smtp_mailer(&self) -> Result<Option<Smtp>, String> {
        let Some(url) = &self.smtp_url else { return Ok(None) };
        let from = self.mail_from.clone().unwrap_or_else(|| format!("Greenroom <no-reply@{}>", self.host()));
        Smtp::new(url, &from, self.host(), self.security.ca_file.as_deref()).map(Some)
    }

    /// Whether `/dev/mail` is served: only on loopback, so that nothing but this machine can read the mails.
    pub(crate) fn serves_dev_mail(&self) -> bool {
        self.dev_mail && self.addr.ip().is_loopback() && self.is_local() && !self.secure && self.smtp_url.is_none()
    }
}

impl Settings {
    /// Parses the command line and the environment. Exits with a message if they are invalid, or for `--help`.
    pub(crate) fn from_process() -> Self {
        let matches = old_names::apply_old_names(<Self as CommandFactory>::command()).get_matches();
        Self::from_arg_matches(&matches).unwrap_or_else(|error| error.exit())
    }

    /// Returns the command to run; `Serve` by default.
    pub(crate) fn command(&self) -> Command {
        self.command.clone().unwrap_or(Command::Serve)
    }

    /// Returns the log format, which is needed before the settings are validated.
    pub(crate) fn log_format(&self) -> LogFormat {
        self.values.log_format
    }

    /// Returns the endpoint to export spans to; only `serve` exports them.
    pub(crate) fn traces_endpoint(&self) -> Option<Uri> {
        let Collector(endpoint) = self.values.otlp_endpoint.clone()?;
        endpoint.filter(|_| self.command() == Command::Serve)
    }

    /// Validates what the argument parsers can't. The error is a sentence for the operator.
    pub(crate) fn validate(self) -> Result<Config, String> {
        let traced = self.traces_endpoint().is_some();
        let Values {
            data,
            database_url,
            url,
            addr,
            site_root,
            nats_url,
            smtp_url,
            mail_from,
            dev_mail,
            time_zone,
            metrics_addr,
            trusted_proxies,
            connections_per_address,
            limits,
            security,
            otlp_endpoint: _,
            log_format: _,
        } = self.values;
        let url = url.filter(|url| !url.is_empty()).unwrap_or_else(|| format!("http://{addr}"));
        let origin = url.trim_end_matches('/').to_ascii_lowercase();
        let host = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
        if host.is_none_or(|host| host.contains('@') || host.parse::<http::uri::Authority>().is_err()) {
            return Err(format!(
                "GREENROOM_URL must be http:// or https:// and a host, without a path; it is {origin:?}"
            ));
        }
        Ok(Config {
            file: data.join(storage::DATABASE_FILE),
            storage_paths: storage::storage_paths(database_url.as_deref(), &data),
            secure: origin.starts_with("https://"),
            origin,
            addr,
            nats: nats_url.filter(|url| !url.is_empty()).map(|url| NatsServers::parse(&url)).transpose()?,
            smtp_url: smtp_url.filter(|url| !url.is_empty()),
            mail_from: mail_from.filter(|from| !from.is_empty()),
            dev_mail,
            time_zone: find_time_zone(time_zone.as_deref())?,
            metrics_addr,
            traced,
            site_root: site_root.unwrap_or_else(storage::default_site_root),
            trusted_proxies: trusted_proxies.into_iter().flatten().collect(),
            connections_per_address,
            limits: limits.into(),
            security: security.validate()?,
            // Last, because it creates the folder: invalid settings leave none behind.
            database_url: storage::database_url(database_url, &data)?,
        })
    }
}

/// Finds the site's time zone; an empty setting selects the default.
fn find_time_zone(name: Option<&str>) -> Result<TimeZone, String> {
    let name = name.filter(|name| !name.is_empty()).unwrap_or(DEFAULT_TIME_ZONE);
    let zone = name.parse().ok().and_then(|name| TimeZone::find(&name));
    zone.ok_or_else(|| {
        format!("GREENROOM_TIME_ZONE must be the IANA name of a time zone, like Africa/Nairobi; it is {name:?}")
    })
}

/// An OTLP endpoint; `None` if the setting is empty.
#[derive(Clone, Debug)]
struct Collector(Option<Uri>);

/// Parses an endpoint. Leaves the URL out of the error, because it may hold an API key.
fn parse_collector(text: &str) -> Result<Collector, String> {
    if text.is_empty() {
        return Ok(Collector(None));
    }
    let uri = text.parse::<Uri>().ok();
    let uri = uri.filter(|uri| matches!(uri.scheme_str(), Some("http" | "https")) && uri.query().is_none());
    uri.map(|uri| Collector(Some(uri))).ok_or_else(|| "it must be http:// or https:// and a host".to_owned())
}

/// Parses an address or a network; `None` for an empty item of the list.
fn parse_network(text: &str) -> Result<Option<IpNet>, String> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let address = || text.parse().map(|address: IpAddr| IpNet::from(address));
    text.parse()
        .or_else(|_| address())
        .map(Some)
        .map_err(|_| "GREENROOM_TRUSTED_PROXIES has an item that is neither an address nor a network".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) fn config(arguments: &[&str]) -> Result<Config, String> {
        let arguments = std::iter::once("greenroom").chain(arguments.iter().copied());
        Settings::try_parse_from(arguments).map_err(|error| error.to_string())?.validate()
    }

    #[test]
    fn invalid_settings_are_refused_with_a_message() {
        for (arguments, expected) in [
            (["--database-url", "mysql://x"], "DATABASE_URL must begin with"),
            (["--url", "greenroom.example"], "GREENROOM_URL must be"),
            (["--url", "https://greenroom.example/path"], "GREENROOM_URL must be"),
            (["--trusted-proxies", "10.0.0.0/33"], "neither an address nor a network"),
            (["--trusted-proxies", "10.0.0.1,proxy.example"], "neither an address nor a network"),
            (["--addr", "nowhere"], "invalid"),
            (["--time-zone", "Africa/Nowhere"], "GREENROOM_TIME_ZONE must be the IANA name of a time zone"),
            (["--time-zone", "/etc/localtime"], "GREENROOM_TIME_ZONE must be the IANA name of a time zone"),
        ] {
            let error = config(&arguments).expect_err(expected);
            assert!(error.contains(expected), "{error}");
        }
    }

    #[test]
    fn trusted_proxies_are_addresses_and_networks_with_commas() {
        let proxies = |list: &str| {
            let config = config(&["--database-url", "postgres://localhost/x", "--trusted-proxies", list]);
            config.expect(list).trusted_proxies.iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        assert_eq!(proxies("10.0.0.0/8, ::1 ,,192.0.2.7,"), ["10.0.0.0/8", "::1/128", "192.0.2.7/32"]);
        assert!(proxies("").is_empty());
    }

    #[test]
    fn limits_have_a_range() {
        for (flag, wrong, range) in [
            ("--sends-per-minute", "0", "it must be at least 1"),
            ("--connections-per-address", "0", "it must be at least 1"),
            ("--inquiries-per-day", "0", "0 is not in 1..=1000000"),
            ("--open-inquiries-per-pair", "1000001", "1000001 is not in 1..=1000000"),
        ] {
            let error = config(&[flag, wrong]).expect_err(flag);
            assert!(error.contains(range) && error.contains(flag), "{error}");
        }
    }

    #[test]
    fn renamed_flags_work_under_their_old_names() {
        let base = ["--database-url", "postgres://localhost/x"];
        let limits = |more: &[&str]| config(&[&base[..], more].concat()).expect("settings").limits;
        assert_eq!(limits(&["--sign-ins-at-once", "7"]).max_concurrent_password_hashes, 7);
        assert_eq!(limits(&["--failures-per-account", "7"]).failed_sign_ins_per_account, 7);
        assert_eq!(limits(&["--failures-per-address", "7"]).failed_sign_ins_per_ip, 7);
        assert_eq!(limits(&["--letters-per-address", "7"]).account_mails_per_ip, 7);
    }

    #[test]
    fn mails_are_shown_only_on_loopback() {
        let base = ["--database-url", "postgres://localhost/x", "--dev-mail", "1"];
        let shows = |more: &[&str]| config(&[&base[..], more].concat()).expect("settings").serves_dev_mail();
        assert!(shows(&[]));
        assert!(shows(&["--url", "http://localhost:4000"]));
        assert!(shows(&["--addr", "[::1]:3000"]));
        assert!(!shows(&["--url", "https://localhost"]));
        assert!(!shows(&["--url", "http://greenroom.example"]));
        assert!(!shows(&["--url", "http://192.168.0.2:3000"]));
        assert!(!shows(&["--smtp-url", "smtp://127.0.0.1:25"]));
        assert!(!shows(&["--addr", "0.0.0.0:3000", "--url", "http://localhost:3000"]));
        assert!(!config(&base[..2]).expect("settings").serves_dev_mail(), "off by default");
        assert!(!config(&[&base[..3], &["0"]].concat()).expect("settings").serves_dev_mail());
    }

    #[test]
    fn an_invalid_mail_server_is_refused_without_printing_its_password() {
        let base = ["--database-url", "postgres://localhost/x", "--smtp-url"];
        let smtp = |more: &[&str]| config(&[&base[..], more].concat()).expect("settings").smtp_mailer().map(|_| ());
        let error = smtp(&["http://user:secret@mail.example"]).expect_err("no mail server");
        assert!(error.contains("SMTP_URL must be") && !error.contains("secret"), "{error}");
        let error = smtp(&["smtp://mail.example", "--mail-from", "invalid"]).expect_err("no address");
        assert!(error.contains("GREENROOM_MAIL_FROM"), "{error}");
    }

    #[test]
    fn the_public_url_decides_whether_the_cookie_is_secure() {
        let base = ["--database-url", "postgres://localhost/x"];
        let secure = config(&[base[0], base[1], "--url", "https://greenroom.example/"]).expect("settings");
        assert!(secure.secure);
        assert_eq!(secure.origin, "https://greenroom.example");
        let local = config(&base).expect("settings");
        assert_eq!((local.secure, local.origin.as_str()), (false, "http://127.0.0.1:3000"));
    }
}
