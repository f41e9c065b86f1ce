use crate::support::{
    SARAH, Site,
    process::{greenroom, settings},
};
use std::{
    process::{Command, Output, Stdio},
    sync::mpsc,
    thread,
    time::Duration,
};

/// Returns the program's stderr.
fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Runs the program with these settings until it ends; after 20 seconds kills it and returns its stderr as the error.
fn run_until_exit(pairs: &[(&str, &str)], argument: &str) -> Result<Output, String> {
    let folder = tempfile::tempdir().expect("a folder");
    let mut command = greenroom(folder.path(), &settings(&[("LEPTOS_SITE_ADDR", "127.0.0.1:0")]));
    command.envs(pairs.iter().copied()).arg(argument).stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = command.spawn().expect("the program starts");
    let id = child.id().to_string();
    let (sender, ended) = mpsc::channel();
    let waiting = thread::spawn(move || {
        let output = child.wait_with_output().expect("its end");
        // Fails after the timeout, when the receiver is dropped.
        let _ = sender.send(output.clone());
        output
    });
    ended.recv_timeout(Duration::from_secs(20)).map_err(|_| {
        let killed = Command::new("kill").args(["-KILL", &id]).status();
        assert!(killed.is_ok_and(|status| status.success()));
        stderr(&waiting.join().expect("its end"))
    })
}

fn assert_refused(pairs: &[(&str, &str)], sentence: &str) {
    let case = format!("{pairs:?}");
    let output = run_until_exit(pairs, "serve").unwrap_or_else(|log| panic!("{case} is accepted: {log}"));
    let log = stderr(&output);
    assert!(output.status.code().is_some_and(|code| code != 0), "{pairs:?}: {log}");
    assert!(log.contains(sentence), "{pairs:?}: {log}");
    for inside in ["panicked", "RUST_BACKTRACE", "SqlxError", "Os {", "Err(", "sea_orm", "sqlx::"] {
        assert!(!log.contains(inside), "{pairs:?}: {log}");
    }
    assert!(log.trim().lines().count() <= 6, "{log}");
}

#[test]
fn an_invalid_setting_is_reported_before_start() {
    for (name, value, sentence) in [
        ("DATABASE_URL", "mysql://localhost/x", "DATABASE_URL must begin with sqlite: or postgres://"),
        ("DATABASE_URL", "nonsense", "DATABASE_URL must begin with"),
        ("SMTP_URL", "http://user:hush@mail.example", "SMTP_URL must be smtp://host:port or smtps://"),
        ("METRICS_ADDR", "nowhere", "METRICS_ADDR"),
        ("GREENROOM_URL", "greenroom.example", "GREENROOM_URL must be http:// or https:// and a host"),
        ("GREENROOM_URL", "ftp://greenroom.example", "GREENROOM_URL must be"),
        ("GREENROOM_URL", "https://", "GREENROOM_URL must be"),
        ("GREENROOM_URL", "https://greenroom.example/path", "GREENROOM_URL must be"),
        ("GREENROOM_URL", "https://green room.example", "GREENROOM_URL must be"),
        ("GREENROOM_URL", "http://greenroom.example", "Set it to the https:// address that people use"),
        ("LEPTOS_SITE_ADDR", "0.0.0.0:0", "GREENROOM_ALLOW_HTTP=true"),
        ("GREENROOM_ALLOW_HTTP", "perhaps", "it must be true or false"),
        ("GREENROOM_SECURITY_CONTACT", "nowhere", "GREENROOM_SECURITY_CONTACT must be an e-mail address"),
        ("NATS_URL", "nats://one:hush@a.example,nats://two:hush@b.example", "they share one"),
        ("GREENROOM_TRUSTED_PROXIES", "10.0.0.0/33", "neither an address nor a network"),
        ("GREENROOM_TRUSTED_PROXIES", "proxy.example", "neither an address nor a network"),
        ("GREENROOM_SENDS_PER_MINUTE", "many", "invalid"),
        ("GREENROOM_SENDS_PER_MINUTE", "-1", "invalid"),
        ("GREENROOM_STREAMS_PER_PERSON", "1.5", "invalid"),
        ("GREENROOM_SENDS_PER_MINUTE", "0", "it must be at least 1"),
        ("GREENROOM_STREAMS_PER_PERSON", "0", "it must be at least 1"),
        ("GREENROOM_MAX_CONCURRENT_PASSWORD_HASHES", "0", "it must be at least 1"),
        ("GREENROOM_MAX_CONCURRENT_PASSWORD_HASHES", "some", "invalid digit"),
        ("GREENROOM_LOG_FORMAT", "xml", "possible values: text, json"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "nowhere", "it must be http:// or https:// and a host"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "grpc://127.0.0.1:4317", "it must be http:// or https:// and a host"),
        (
            "GREENROOM_TIME_ZONE",
            "Nairobi",
            "GREENROOM_TIME_ZONE must be the IANA name of a time zone, like Africa/Nairobi",
        ),
        ("LEPTOS_SITE_ADDR", "nowhere", "invalid"),
        ("LEPTOS_SITE_ADDR", "127.0.0.1:99999", "invalid"),
    ] {
        assert_refused(&[(name, value)], sentence);
    }
}

#[test]
fn a_folder_that_cannot_be_created_is_reported() {
    let file = tempfile::NamedTempFile::new().expect("a file");
    let below = file.path().join("data").display().to_string();
    assert_refused(&[("GREENROOM_DATA", &below)], "can't create the folder");
    assert_refused(
        &[("DATABASE_URL", &format!("sqlite://{below}/x/greenroom.db?mode=rwc"))],
        "can't create the folder",
    );
}

#[test]
fn a_database_that_cannot_be_opened_is_reported_without_its_password() {
    let folder = tempfile::tempdir().expect("a folder");
    let broken = folder.path().join("broken.db");
    std::fs::write(&broken, "not a database, but long enough for SQLite to check the header").expect("a file");
    assert_refused(&[("DATABASE_URL", &format!("sqlite://{}", broken.display()))], "the database can't be");
    let secret = "postgres://greenroom:hunter2@127.0.0.1:1/greenroom";
    let output = run_until_exit(&[("DATABASE_URL", secret)], "serve").expect("an end");
    assert!(output.status.code().is_some_and(|code| code != 0));
    assert!(stderr(&output).contains("the database can't be"), "{}", stderr(&output));
    assert!(!stderr(&output).contains("hunter2"), "{}", stderr(&output));
}

#[tokio::test]
async fn an_address_in_use_is_reported() {
    let site = Site::new().await;
    let addr = site.addr().to_string();
    assert_refused(&[("LEPTOS_SITE_ADDR", &addr)], &format!("can't listen on {addr}"));
}

#[test]
fn help_lists_commands_and_defaults_without_secrets() {
    let folder = tempfile::tempdir().expect("a folder");
    let secret = settings(&[("DATABASE_URL", "postgres://greenroom:hunter2@localhost/greenroom")]);
    let output = greenroom(folder.path(), &secret).arg("--help").output().expect("the program runs");
    let help = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success());
    for command in ["serve", "migrate", "seed", "backup", "restore", "migrate-data", "openapi"] {
        assert!(help.contains(command), "{command} in {help}");
    }
    for default in ["[default: 300]", "[default: 32]", "[default: half the cores]"] {
        assert!(help.contains(default), "{default} in {help}");
    }
    assert!(!help.contains("hunter2"), "{help}");
    let unknown = Command::new(env!("CARGO_BIN_EXE_greenroom")).arg("dance").output().expect("the program runs");
    assert_eq!(unknown.status.code(), Some(2), "{}", stderr(&unknown));
}

#[test]
fn every_setting_is_documented() {
    let folder = tempfile::tempdir().expect("a folder");
    let output = greenroom(folder.path(), &settings(&[])).arg("--help").output().expect("the program runs");
    let help = String::from_utf8_lossy(&output.stdout).into_owned();
    let names: Vec<&str> = help.split("[env: ").skip(1).filter_map(|rest| rest.split(['=', ']']).next()).collect();
    assert!(names.len() > 25, "the test no longer sees the settings: {names:?}");
    let read = |page: &str| std::fs::read_to_string(format!("{}/../docs/{page}", env!("CARGO_MANIFEST_DIR")));
    let pages = ["operations.md", "deploy.md", "data.md"].map(|page| read(page).expect("a page"));
    let is_documented = |name: &str| pages.iter().any(|page| page.contains(&format!("`{name}")));
    let missing: Vec<&str> = names.into_iter().filter(|name| !is_documented(name)).collect();
    assert!(missing.is_empty(), "missing in docs/operations.md: {missing:?}");
}

/// Old and new names of renamed settings.
const RENAMED_SETTINGS: [(&str, &str); 4] = [
    ("GREENROOM_SIGN_INS_AT_ONCE", "GREENROOM_MAX_CONCURRENT_PASSWORD_HASHES"),
    ("GREENROOM_FAILURES_PER_ACCOUNT", "GREENROOM_FAILED_SIGN_INS_PER_ACCOUNT"),
    ("GREENROOM_FAILURES_PER_ADDRESS", "GREENROOM_FAILED_SIGN_INS_PER_IP"),
    ("GREENROOM_LETTERS_PER_ADDRESS", "GREENROOM_ACCOUNT_MAILS_PER_IP"),
];

#[test]
fn renamed_settings_work_under_their_old_names_with_a_warning() {
    for (old, new) in RENAMED_SETTINGS {
        assert_refused(&[(old, "0")], "it must be at least 1");
        assert_refused(&[(old, "1"), (new, "0")], "it must be at least 1");
        let renamed = format!("{old} is now {new}");
        let accepted = run_until_exit(&[(old, "1")], "migrate").expect("its end");
        assert!(accepted.status.success(), "{}", stderr(&accepted));
        assert_eq!(stderr(&accepted).matches(&renamed).count(), 1, "{}", stderr(&accepted));
        let both = run_until_exit(&[(old, "0"), (new, "1")], "migrate").expect("its end");
        assert!(both.status.success() && !stderr(&both).contains(&renamed), "{}", stderr(&both));
        let help = run_until_exit(&[(old, "1")], "--help").expect("its end");
        let help = String::from_utf8_lossy(&help.stdout).into_owned();
        assert!(help.contains("Usage") && !help.contains(old), "{help}");
    }
}

#[tokio::test]
async fn a_limit_under_its_old_name_applies() {
    let site = Site::with(&[("GREENROOM_FAILURES_PER_ADDRESS", "1")]).await;
    site.anonymous().sign_in(SARAH, "a guess").await.problem(401, "invalid_credentials");
    site.anonymous().sign_in(SARAH, "a guess").await.problem(429, "rate_limited");
}

#[test]
fn an_unreadable_ca_file_is_reported() {
    let file = tempfile::NamedTempFile::new().expect("a file");
    let (empty, mail) = (file.path().display().to_string(), ("SMTP_URL", "smtps://mail.example"));
    assert_refused(&[mail, ("GREENROOM_CA_FILE", &empty)], "has no certificate in it");
    assert_refused(&[mail, ("GREENROOM_CA_FILE", "/nowhere.pem")], "/nowhere.pem can't be read");
}

#[test]
fn seeding_a_public_site_needs_force() {
    let public = [("GREENROOM_URL", "https://greenroom.example")];
    let refused = run_until_exit(&public, "seed").expect("an end");
    assert!(!refused.status.success() && stderr(&refused).contains("seed --force"), "{}", stderr(&refused));
    let folder = tempfile::tempdir().expect("a folder");
    let forced = greenroom(folder.path(), &settings(&public)).args(["seed", "--force"]).output();
    assert!(forced.expect("the program runs").status.success());
}

#[tokio::test]
async fn empty_settings_count_as_unset() {
    let names = ["DATABASE_URL", "GREENROOM_URL", "GREENROOM_TRUSTED_PROXIES", "OTEL_EXPORTER_OTLP_ENDPOINT"];
    let more =
        ["GREENROOM_ALLOW_HTTP", "GREENROOM_CA_FILE", "GREENROOM_SECURITY_CONTACT", "GREENROOM_TIME_ZONE", "NATS_URL"];
    let names = [&names[..], &more].concat();
    let empty: Vec<_> = names.into_iter().map(|name| (name, "")).collect();
    let site = Site::with(&empty).await;
    site.sarah().get("/api/messages").await.ok(200);
}
