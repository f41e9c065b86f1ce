//! Mail, as it waits in the database and as it goes out.

use super::Site;
use services::mail::{DeliveryError, Mailer, OutgoingEmail};
use std::sync::Mutex;

/// A mail server that notes what it is given, and answers what it is told to.
#[derive(Default)]
pub(crate) struct MockMailer {
    pub(crate) taken: Mutex<Vec<OutgoingEmail>>,
    answers: Mutex<Vec<DeliveryError>>,
}

impl MockMailer {
    /// Refuses so often, in this order, before it takes anything.
    pub(crate) fn failing_with(mut answers: Vec<DeliveryError>) -> Self {
        answers.reverse();
        Self { answers: Mutex::new(answers), ..Self::default() }
    }

    /// To whom letters went, in order.
    pub(crate) fn recipients(&self) -> Vec<String> {
        self.taken.lock().expect("a lock").iter().map(|letter| letter.to.clone()).collect()
    }
}

impl Mailer for MockMailer {
    async fn send(&self, letter: &OutgoingEmail) -> Result<(), DeliveryError> {
        if let Some(answer) = self.answers.lock().expect("a lock").pop() {
            return Err(answer);
        }
        self.taken.lock().expect("a lock").push(letter.clone());
        Ok(())
    }
}

impl Site {
    /// The letters to somebody that wait, the newest first.
    pub(crate) async fn mails_to(&self, email: &str) -> Vec<OutgoingEmail> {
        let waiting = self.greenroom.list_queued_mail().await.expect("letters");
        waiting.into_iter().map(|waiting| waiting.email).filter(|letter| letter.to == email).collect()
    }

    /// The token of the newest link that was mailed to somebody. Letters without one may arrive at any time: a warning
    /// of failed sign-ins is written beside the answer to the last of them.
    pub(crate) async fn link_token_for(&self, email: &str) -> String {
        self.mails_to(email).await.iter().find_map(find_token).expect("a letter with a token")
    }
}

/// The token of the link in a letter.
pub(crate) fn link_token_in(letter: &OutgoingEmail) -> String {
    find_token(letter).expect("a link with a token")
}

fn find_token(letter: &OutgoingEmail) -> Option<String> {
    let (_, after) = letter.text.split_once("?token=")?;
    Some(after.split_whitespace().next().expect("a token").to_owned())
}
