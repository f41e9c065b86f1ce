//! A mock mail server, and the queue of e-mails.

use super::Site;
use services::mail::{DeliveryError, Mailer, OutgoingEmail};
use std::sync::Mutex;

/// Records the e-mails that it is sent; first fails with the given errors.
#[derive(Default)]
pub(crate) struct MockMailer {
    pub(crate) accepted: Mutex<Vec<OutgoingEmail>>,
    errors: Mutex<Vec<DeliveryError>>,
}

impl MockMailer {
    /// Fails with these errors, in this order, before it accepts anything.
    pub(crate) fn failing_with(mut errors: Vec<DeliveryError>) -> Self {
        errors.reverse();
        Self { errors: Mutex::new(errors), ..Self::default() }
    }

    /// Returns the recipients of the accepted e-mails, in order.
    pub(crate) fn recipients(&self) -> Vec<String> {
        self.accepted.lock().expect("a lock").iter().map(|mail| mail.to.clone()).collect()
    }
}

impl Mailer for MockMailer {
    async fn send(&self, mail: &OutgoingEmail) -> Result<(), DeliveryError> {
        if let Some(error) = self.errors.lock().expect("a lock").pop() {
            return Err(error);
        }
        self.accepted.lock().expect("a lock").push(mail.clone());
        Ok(())
    }
}

impl Site {
    /// Returns the queued e-mails to an address, newest first.
    pub(crate) async fn mails_to(&self, email: &str) -> Vec<OutgoingEmail> {
        let queued = self.greenroom.list_queued_mail().await.expect("queued e-mails");
        queued.into_iter().map(|queued| queued.email).filter(|mail| mail.to == email).collect()
    }

    /// Returns the token of the newest e-mail with a link. Others without one may be newer: the warning of failed
    /// sign-ins is queued at the same time as the response to the last of them.
    pub(crate) async fn link_token_for(&self, email: &str) -> String {
        self.mails_to(email).await.iter().find_map(find_token).expect("an e-mail with a token")
    }
}

/// Returns the token of the link in an e-mail.
pub(crate) fn link_token_in(mail: &OutgoingEmail) -> String {
    find_token(mail).expect("a link with a token")
}

/// Returns the token of the link in an e-mail, if it has one.
pub(crate) fn find_token(mail: &OutgoingEmail) -> Option<String> {
    let (_, after) = mail.text.split_once("?token=")?;
    Some(after.split_whitespace().next().expect("a token").to_owned())
}
