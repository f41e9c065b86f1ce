//! Sends e-mails to a mail server over SMTP.

use crate::{ca_file::read_ca_file, loopback::is_loopback};
use email_encoding::headers::{rfc2047, writer::EmailWriter};
use http::Uri;
use lettre::{
    AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor,
    message::{
        Mailbox, MultiPart,
        header::{HeaderName, HeaderValue},
    },
    transport::smtp::{
        AsyncSmtpTransportBuilder, Error, SMTP_PORT,
        client::{Certificate, Tls, TlsParameters},
        extension::ClientId,
    },
};
use services::mail::{DeliveryError, Mailer, OutgoingEmail};
use std::{path::Path, time::Duration};

/// Timeout of each response, and of the whole delivery. Shorter than an e-mail's lease, so that it isn't sent twice.
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(20);

/// A connection pool to one mail server, and the sender of the e-mails.
pub(crate) struct Smtp {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    host: String,
}

impl Smtp {
    /// Validates the settings without connecting. Errors don't contain the URL.
    pub(crate) fn new(url: &str, from: &str, host: &str, ca_file: Option<&Path>) -> Result<Self, String> {
        let from = from.parse().map_err(|_| "GREENROOM_MAIL_FROM must be an address, or a name and <address>")?;
        // The URL may hold a password, so it stays out of the error.
        let pem = ca_file.map(read_ca_file).transpose()?.unwrap_or_default();
        let authorities =
            Certificate::from_pem(&pem).map_err(|_| "GREENROOM_CA_FILE has a certificate that can't be read")?;
        let builder = transport_builder(url, &[authorities])
            .ok_or("SMTP_URL must be smtp://host:port or smtps://user:password@host")?;
        let builder = builder.timeout(Some(RESPONSE_TIMEOUT)).hello_name(ClientId::Domain(host.to_owned()));
        Ok(Self { transport: builder.build(), from, host: host.to_owned() })
    }

    fn build_message(&self, email: &OutgoingEmail) -> Option<Message> {
        // The same id for each attempt: a mail program that receives the e-mail twice shows it once.
        let mut message = Message::builder()
            .from(self.from.clone())
            .to(email.to.parse().ok()?)
            .message_id(Some(format!("<{}@{}>", email.id, self.host)))
            .raw_header(subject_header(&email.subject))
            .raw_header(raw_header("Auto-Submitted", "auto-generated"));
        if let Some(conversation) = email.conversation {
            // All e-mails about a conversation reply to one root id, which no e-mail has: mail programs show a thread.
            let root = format!("<conversation.{conversation}@{}>", self.host);
            message = message.in_reply_to(root.clone()).references(root);
        }
        if let Some(url) = &email.unsubscribe {
            message = message
                .raw_header(raw_header("List-Unsubscribe", &format!("<{url}>")))
                .raw_header(raw_header("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"));
        }
        message.multipart(MultiPart::alternative_plain_html(email.text.clone(), email.html.clone())).ok()
    }
}

impl Mailer for Smtp {
    async fn send(&self, email: &OutgoingEmail) -> Result<(), DeliveryError> {
        let Some(message) = self.build_message(email) else {
            return Err(DeliveryError::Permanent("the address or the text is not valid in an e-mail".to_owned()));
        };
        match tokio::time::timeout(RESPONSE_TIMEOUT, self.transport.send(message)).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(classify_smtp_error(&error)),
            Err(_) => Err(DeliveryError::Transient("the mail server took too long".to_owned())),
        }
    }
}

/// Classifies an error as temporary or permanent. Logs only the code: the server's text may contain the address.
fn classify_smtp_error(error: &Error) -> DeliveryError {
    let why = match error.status() {
        Some(code) => format!("the mail server answered {code}"),
        None if error.is_timeout() => "the mail server took too long".to_owned(),
        None => "the connection to the mail server failed".to_owned(),
    };
    // Only codes about this recipient are permanent. Others, for example a wrong password for the mail server, are
    // settings that the operator will correct.
    let for_good = error.status().is_some_and(|code| [550, 551, 553].contains(&u16::from(code)));
    if for_good { DeliveryError::Permanent(why) } else { DeliveryError::Transient(why) }
}

/// Returns the header of a subject. One that contains RFC 2047 encoded-word syntax is encoded as a whole, so that mail
/// programs show it literally.
fn subject_header(text: &str) -> HeaderValue {
    const NAME: &str = "Subject";
    if !text.contains("=?") {
        return raw_header(NAME, text);
    }
    let mut encoded = String::new();
    let written = rfc2047::encode(text, &mut EmailWriter::new(&mut encoded, NAME.len() + ": ".len(), 0, false));
    match written {
        Ok(()) => {
            HeaderValue::dangerous_new_pre_encoded(HeaderName::new_from_ascii_str(NAME), text.to_owned(), encoded)
        }
        Err(_) => raw_header(NAME, text),
    }
}

fn raw_header(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}

/// Requires TLS with a valid certificate, with two exceptions: a plain `smtp://host` on loopback, where no other
/// machine can listen, uses TLS if the server offers it; and `tls=opportunistic` in the URL is the operator's decision.
fn transport_builder(url: &str, authorities: &[Certificate]) -> Option<AsyncSmtpTransportBuilder> {
    let parsed: Uri = url.parse().ok()?;
    let host = parsed.host().filter(|host| !host.is_empty())?;
    let plain = url.starts_with("smtp://") && !url.contains(['@', '?']);
    let unchecked = plain && is_loopback(host);
    let tls = TlsParameters::builder(host.to_owned());
    let tls = tls.dangerous_accept_invalid_certs(unchecked).dangerous_accept_invalid_hostnames(unchecked);
    let tls = authorities.iter().cloned().fold(tls, |tls, authority| tls.add_root_certificate(authority));
    let tls = tls.build().ok()?;
    if plain {
        let tls = if unchecked { Tls::Opportunistic(tls) } else { Tls::Required(tls) };
        let builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(host).tls(tls);
        return Some(builder.port(parsed.port_u16().unwrap_or(SMTP_PORT)));
    }
    let required = url.starts_with("smtp://") && !url.contains("tls=");
    let separator = if url.contains('?') { '&' } else { '?' };
    let url = if required { format!("{url}{separator}tls=required") } else { url.to_owned() };
    let tls = match url.contains("tls=opportunistic") {
        _ if url.starts_with("smtps://") => Tls::Wrapper(tls),
        true => Tls::Opportunistic(tls),
        false => Tls::Required(tls),
    };
    Some(AsyncSmtpTransport::<Tokio1Executor>::from_url(&url).ok()?.tls(tls))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample_mail() -> OutgoingEmail {
        OutgoingEmail {
            id: uuid::Uuid::from_u128(7),
            conversation: Some(model::ConversationId(uuid::Uuid::from_u128(8))),
            to: "sarah@example.com".to_owned(),
            subject: "Élodie: 2 unread messages".to_owned(),
            text: "Habari".to_owned(),
            html: "<p>Habari</p>".to_owned(),
            unsubscribe: Some(format!("https://greenroom.example/unsubscribe?token={}", "a".repeat(64))),
        }
    }

    #[tokio::test]
    async fn a_mail_has_the_headers_mail_programs_expect() {
        let smtp = Smtp::new("smtp://localhost", "Greenroom <hi@greenroom.example>", "greenroom.example", None);
        let smtp = smtp.expect("a mail server");
        let mail = String::from_utf8(smtp.build_message(&sample_mail()).expect("a mail").formatted()).expect("text");
        let unfolded = mail.replace("\r\n ", " ");
        for part in [
            "From: Greenroom <hi@greenroom.example>\r\n",
            "To: sarah@example.com\r\n",
            "Message-ID: <00000000-0000-0000-0000-000000000007@greenroom.example>\r\n",
            "In-Reply-To: <conversation.00000000-0000-0000-0000-000000000008@greenroom.example>\r\n",
            "References: <conversation.00000000-0000-0000-0000-000000000008@greenroom.example>\r\n",
            "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n",
            "List-Unsubscribe: <https://greenroom.example/unsubscribe?token=aaaa",
            "multipart/alternative",
        ] {
            assert!(unfolded.contains(part), "{part} in {mail}");
        }
    }

    #[tokio::test]
    async fn a_subject_that_looks_encoded_is_not_decoded() {
        let smtp = Smtp::new("smtp://localhost", "Greenroom <hi@greenroom.example>", "greenroom.example", None);
        let smtp = smtp.expect("a mail server");
        let hostile = "=?utf-8?B?QWNjb3VudCBjbG9zZWTigK4=?=: Gala".repeat(4);
        let mail = smtp
            .build_message(&OutgoingEmail { subject: hostile.clone(), ..sample_mail() })
            .expect("a mail")
            .formatted();
        let parsed = mail_parser::MessageParser::default().parse(&mail).expect("a mail");
        assert_eq!(parsed.subject(), Some(hostile.as_str()));
    }

    #[tokio::test]
    async fn no_text_injects_a_header() {
        let smtp = Smtp::new("smtp://localhost", "Greenroom <hi@greenroom.example>", "greenroom.example", None);
        let smtp = smtp.expect("a mail server");
        for subject in
            ["Evil\r\nBcc: spy@evil.example", "Evil\nBcc: spy@evil.example", "\u{5d0}\rBcc: spy@evil.example\r\n\r\nHi"]
        {
            let mail = smtp.build_message(&OutgoingEmail { subject: subject.to_owned(), ..sample_mail() });
            let mail = String::from_utf8(mail.expect("a mail").formatted()).expect("text");
            let (head, _) = mail.split_once("\r\n\r\n").expect("a head");
            assert!(head.split(['\r', '\n']).all(|line| !line.starts_with("Bcc")), "{head}");
        }
    }

    #[test]
    fn a_connection_to_another_machine_is_encrypted() {
        let tls = |url: &str| format!("{:?}", transport_builder(url, &[]).expect(url));
        assert!(tls("smtp://u:p@mail.example").contains("Required"), "{}", tls("smtp://u:p@mail.example"));
        assert!(tls("smtps://u:p@mail.example").contains("Wrapper"));
        assert!(tls("smtp://[::1]:2525").contains("Opportunistic"));
        assert!(tls("smtp://127.0.0.1:2525").contains("Opportunistic"));
        assert!(tls("smtp://mail.example?tls=required").contains("Required"));
        assert!(tls("smtp://mail.example").contains("Required"));
        assert!(tls("smtp://mail.example?tls=opportunistic").contains("Opportunistic"));
        assert!(transport_builder("http://mail.example", &[]).is_none() && transport_builder("smtp://", &[]).is_none());
    }
}
