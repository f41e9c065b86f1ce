//! A mail server with implicit TLS that accepts every mail.

use super::certificate_authority::IssuedCertificate;
use std::{net::SocketAddr, sync::Arc};
use tokio::{
    io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    sync::watch,
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{ServerConfig, crypto::ring, pki_types::PrivateKeyDer, pki_types::pem::PemObject},
};

pub(crate) struct MailServer {
    pub(crate) addr: SocketAddr,
    /// The accepted mails, and the number of connections that ended without one.
    pub(crate) seen: watch::Receiver<ReceivedMails>,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct ReceivedMails {
    pub(crate) mails: Vec<String>,
    pub(crate) failed_connections: usize,
}

impl MailServer {
    pub(crate) async fn start(issued: &IssuedCertificate) -> Self {
        let chain = tokio_rustls::rustls::pki_types::CertificateDer::pem_slice_iter(issued.certificate.as_bytes());
        let chain = chain.collect::<Result<Vec<_>, _>>().expect("a certificate");
        let key = PrivateKeyDer::from_pem_slice(issued.key.serialize_pem().as_bytes()).expect("a key");
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("TLS")
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .expect("a certificate and its key");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let (addr, acceptor) = (listener.local_addr().expect("its address"), TlsAcceptor::from(Arc::new(config)));
        let (sender, seen) = watch::channel(ReceivedMails::default());
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                tokio::spawn(serve(acceptor.clone(), socket, sender.clone()));
            }
        });
        Self { addr, seen }
    }
}

async fn serve(acceptor: TlsAcceptor, socket: TcpStream, seen: watch::Sender<ReceivedMails>) {
    let mail = match acceptor.accept(socket).await {
        Ok(line) => receive_mail(line).await,
        Err(_) => None,
    };
    seen.send_modify(|seen| match mail {
        Some(mail) => seen.mails.push(mail),
        None => seen.failed_connections += 1,
    });
}

/// Receives one mail; implements only as much of SMTP as a well-behaved client needs.
async fn receive_mail(socket: impl AsyncRead + AsyncWrite) -> Option<String> {
    let (reader, mut writer) = tokio::io::split(socket);
    let mut lines = BufReader::new(Box::pin(reader)).lines();
    writer.write_all(b"220 mail.example ESMTP\r\n").await.ok()?;
    loop {
        let line = lines.next_line().await.ok()??;
        let answer = match line.get(..4)? {
            "DATA" => break,
            _ => "250 all right\r\n",
        };
        writer.write_all(answer.as_bytes()).await.ok()?;
    }
    writer.write_all(b"354 go on\r\n").await.ok()?;
    let mut mail = String::new();
    loop {
        let line = lines.next_line().await.ok()??;
        if line == "." {
            writer.write_all(b"250 taken\r\n").await.ok()?;
            return Some(mail);
        }
        mail += &(line + "\n");
    }
}
