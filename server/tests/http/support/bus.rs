//! A NATS server with authentication and TLS.

use super::certificate_authority::IssuedCertificate;
use std::path::Path;
use test_support::nats::NatsServer;

/// Starts a server that accepts only this user, and only TLS if there is a certificate. Its files are in `folder`.
pub(crate) async fn start_with_auth(
    folder: &Path,
    user: &str,
    password: &str,
    issued: Option<&IssuedCertificate>,
) -> NatsServer {
    let mut config = format!("authorization {{ user: {user:?}, password: {password:?} }}\n");
    if let Some(issued) = issued {
        let (certificate, key) = (folder.join("bus.pem"), folder.join("bus.key"));
        std::fs::write(&certificate, &issued.certificate).expect("a file");
        std::fs::write(&key, issued.key.serialize_pem()).expect("a file");
        config += &format!("tls {{ cert_file: {certificate:?}, key_file: {key:?} }}\n");
    }
    let file = folder.join("bus.conf");
    std::fs::write(&file, config).expect("a file");
    NatsServer::start_with_config(&file).await.expect("a NATS server")
}
