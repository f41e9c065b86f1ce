//! Tests of TLS to the mail server, the bus and PostgreSQL, and of the verification of their certificates.

use crate::support::{
    Actor, SARAH, SOON, Site,
    bus::start_with_auth,
    certificate_authority::CertificateAuthority,
    postgres::Database,
    process::{Process, run, settings},
    smtp::MailServer,
    soon,
};
use serde_json::json;
use std::time::Duration;

/// Queues a mail to Sarah.
async fn trigger_mail(addr: std::net::SocketAddr) {
    let forgotten = Actor::new(addr, None).post("/api/auth/password/forgot", &json!({ "email": SARAH })).await;
    assert_eq!(forgotten.status, 202);
}

#[tokio::test]
async fn mail_is_sent_to_a_server_with_a_valid_certificate() {
    let (authority, folder) = (CertificateAuthority::new(), tempfile::tempdir().expect("a folder"));
    let mut server = MailServer::start(&authority.issue(&["localhost"])).await;
    let url = format!("smtps://localhost:{}", server.addr.port());
    let ca_file = authority.file(folder.path()).display().to_string();
    let site = Site::with(&[("SMTP_URL", &url), ("GREENROOM_CA_FILE", &ca_file)]).await;
    trigger_mail(site.addr()).await;
    let taken = soon("a mail", server.seen.wait_for(|seen| !seen.mails.is_empty())).await;
    assert!(taken.expect("a server").mails[0].contains(&format!("To: {SARAH}")));
}

#[tokio::test]
async fn mail_is_not_sent_to_a_server_with_an_invalid_certificate() {
    let (ours, other) = (CertificateAuthority::new(), CertificateAuthority::new());
    for (issuer, name) in [(&other, "localhost"), (&ours, "mail.example")] {
        let mut server = MailServer::start(&issuer.issue(&[name])).await;
        let folder = tempfile::tempdir().expect("a folder");
        let ca_file = ours.file(folder.path()).display().to_string();
        let url = format!("smtps://localhost:{}", server.addr.port());
        let site = Site::with(&[("SMTP_URL", &url), ("GREENROOM_CA_FILE", &ca_file)]).await;
        trigger_mail(site.addr()).await;
        let seen =
            soon("an attempt", server.seen.wait_for(|seen| seen.failed_connections > 0 || !seen.mails.is_empty()))
                .await;
        assert!(seen.expect("a server").mails.is_empty(), "{name}");
        site.process.wait_for_log("a mail will be tried again").await;
    }
}

#[tokio::test]
async fn the_bus_authenticates_and_uses_tls() {
    let (authority, folder) = (CertificateAuthority::new(), tempfile::tempdir().expect("a folder"));
    let ca_file = authority.file(folder.path()).display().to_string();
    let issued = authority.issue(&["localhost"]);
    let bus = start_with_auth(folder.path(), "greenroom", "p@ss:w0rd/", Some(&issued)).await;
    let good = format!("tls://greenroom:p%40ss%3Aw0rd%2F@localhost:{}", bus.port());
    let node = Process::serve(folder.path(), &settings(&[("NATS_URL", &good), ("GREENROOM_CA_FILE", &ca_file)])).await;
    node.wait_readiness(200, SOON).await;
    drop(node);

    let wrong = format!("tls://greenroom:guessed@localhost:{}", bus.port());
    let no_credentials = format!("tls://localhost:{}", bus.port());
    for (url, ca_file) in [(&wrong, &*ca_file), (&no_credentials, &*ca_file), (&good, "")] {
        let settings = settings(&[("NATS_URL", url), ("GREENROOM_CA_FILE", ca_file)]);
        let node = Process::serve(folder.path(), &settings).await;
        node.wait_readiness(503, Duration::from_secs(15)).await;
        assert!(!node.log().contains("guessed") && !node.log().contains("p@ss"), "{}", node.log());
    }
}

#[tokio::test]
async fn the_bus_accepts_credentials_without_tls() {
    let folder = tempfile::tempdir().expect("a folder");
    let bus = start_with_auth(folder.path(), "greenroom", "secret", None).await;
    let url = format!("nats://greenroom:secret@127.0.0.1:{}", bus.port());
    let node = Process::serve(folder.path(), &settings(&[("NATS_URL", &url)])).await;
    node.wait_readiness(200, SOON).await;
}

#[tokio::test]
async fn the_postgres_certificate_is_verified_with_verify_full() {
    let (authority, folder) = (CertificateAuthority::new(), tempfile::tempdir().expect("a folder"));
    let database = Database::new().await;
    database.encrypt(&authority.issue(&["127.0.0.1"])).await;
    let good = authority.file(folder.path()).display().to_string();
    let elsewhere = tempfile::tempdir().expect("a folder");
    let other = CertificateAuthority::new().file(elsewhere.path()).display().to_string();
    let migrate = |host: &str, ca_file: &str| {
        let url = database.url().replace("127.0.0.1", host);
        let url = format!("{url}?sslmode=verify-full&sslrootcert={ca_file}");
        run(folder.path(), &settings(&[("DATABASE_URL", &url)]), "migrate")
    };
    let output = migrate("127.0.0.1", &good);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    for (host, ca_file) in [("127.0.0.1", &other), ("localhost", &good)] {
        let output = migrate(host, ca_file);
        assert!(!output.status.success(), "{host} {ca_file}");
    }
    database.decrypt().await;
}
