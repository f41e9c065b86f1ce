//! Links get their tokens when an e-mail is sent: no usable token is stored.

use crate::support::{MockMailer, Site, expect_api_error, find_token, link_token_in};
use model::NewPassword;
use services::{
    accounts::Password,
    mail::{DeliveryError, Mailer, OutgoingEmail},
    seed::{PASSWORD, SARAH},
};
use std::{net::Ipv4Addr, sync::Mutex, time::Duration};

on_both! {
    stored_mails_hold_no_usable_token,
    a_mail_over_budget_is_stored_without_text,
    links_of_a_retried_mail_work_until_one_is_used,
    a_mail_retried_for_hours_is_sent_with_a_working_link,
    a_mail_whose_link_was_revoked_is_not_sent,
    token_expiry_starts_when_the_mail_is_sent,
    a_listed_mail_keeps_its_token,
}

#[derive(sea_orm::FromQueryResult)]
struct StoredEmail {
    recipient: Option<String>,
    subject: String,
    body_text: String,
    body_html: String,
    unsubscribe: Option<String>,
}

async fn stored_emails(site: &Site) -> Vec<StoredEmail> {
    site.query("SELECT recipient, subject, body_text, body_html, unsubscribe FROM mail ORDER BY id").await
}

fn new_password() -> NewPassword {
    NewPassword::parse(Some("velvet drum nairobi")).expect("a password")
}

/// Reads every e-mail, but fails temporarily.
#[derive(Default)]
struct FailingMailer(Mutex<Vec<OutgoingEmail>>);

impl FailingMailer {
    /// Returns the tokens of all e-mails with a link, in order. E-mails without one are sent at the same time: the
    /// last e-mail of all may be one of those.
    fn tokens(&self) -> Vec<String> {
        self.0.lock().expect("a lock").iter().filter_map(find_token).collect()
    }
}

impl Mailer for FailingMailer {
    async fn send(&self, mail: &OutgoingEmail) -> Result<(), DeliveryError> {
        self.0.lock().expect("a lock").push(mail.clone());
        Err(DeliveryError::Transient("busy".to_owned()))
    }
}

/// Returns all tokens in links of stored e-mails.
async fn stored_tokens(site: &Site) -> Vec<String> {
    let mut tokens = Vec::new();
    for mail in stored_emails(site).await {
        for text in [mail.body_text, mail.body_html, mail.unsubscribe.unwrap_or_default()] {
            let found = text.split("?token=").skip(1);
            tokens.extend(found.map(|after| after.chars().take_while(char::is_ascii_alphanumeric).collect::<String>()));
        }
    }
    tokens
}

async fn stored_mails_hold_no_usable_token(site: Site) {
    let demo = site.demo().await;
    site.request_password_reset(SARAH.email).await;
    let to = "sarah.new@example.com".parse().expect("an address");
    let password = Password::new(PASSWORD.to_owned());
    site.greenroom.change_email(&demo.sarah, password, to, Ipv4Addr::LOCALHOST.into()).await.expect("accepted");
    site.clock.advance(Duration::from_secs(10 * 60));
    site.greenroom.queue_digests().await.expect("queued");
    // One failed attempt: its token must not be stored either.
    let mailer = FailingMailer::default();
    site.greenroom.deliver_pending(&mailer).await.expect("delivered");
    let tokens = stored_tokens(&site).await;
    assert!(tokens.len() >= 6, "{tokens:?}");
    for token in tokens {
        assert_eq!(
            expect_api_error(site.greenroom.reset_password(&token, new_password()).await).code(),
            "token_invalid"
        );
        assert_eq!(expect_api_error(site.greenroom.confirm_email(&token).await).code(), "token_invalid");
        assert_eq!(expect_api_error(site.greenroom.unsubscribe(&token).await).code(), "token_invalid");
    }
    let handed_over = mailer.0.lock().expect("a lock").iter().find(|mail| mail.text.contains("/reset")).cloned();
    let token = link_token_in(&handed_over.expect("the link in the delivered text"));
    site.greenroom.reset_password(&token, new_password()).await.expect("a working token");
}

async fn a_mail_over_budget_is_stored_without_text(site: Site) {
    for _ in 0..8 {
        site.request_password_reset(SARAH.email).await;
    }
    let stored = stored_emails(&site).await;
    assert_eq!(stored.len(), 8);
    for dropped in &stored[5..] {
        assert_eq!((&dropped.recipient, dropped.subject.as_str()), (&None, ""));
        assert!(!dropped.body_text.contains("token="), "{}", dropped.body_text);
    }
}

/// Mail programs keep the first of two copies with the same Message-ID.
async fn links_of_a_retried_mail_work_until_one_is_used(site: Site) {
    site.request_password_reset(SARAH.email).await;
    let mailer = FailingMailer::default();
    for _ in 0..2 {
        site.greenroom.deliver_pending(&mailer).await.expect("delivered");
        site.clock.advance(Duration::from_secs(2 * 60));
    }
    let tokens = mailer.tokens();
    assert_eq!(tokens.len(), 2);
    assert_ne!(tokens[0], tokens[1], "the first token can be derived from stored data");
    site.greenroom.load_mailed_link(&tokens[1], None, None).await.expect("it works");
    site.greenroom.reset_password(&tokens[0], new_password()).await.expect("the first one works");
    assert_eq!(
        expect_api_error(site.greenroom.reset_password(&tokens[1], new_password()).await).code(),
        "token_invalid"
    );
    site.request_password_reset(SARAH.email).await;
    site.greenroom.deliver_pending(&mailer).await.expect("delivered");
    let before = mailer.tokens().pop().expect("a mail with a link");
    site.request_password_reset(SARAH.email).await;
    assert_eq!(
        expect_api_error(site.greenroom.reset_password(&before, new_password()).await).code(),
        "token_invalid",
        "revoked"
    );
}

async fn a_mail_retried_for_hours_is_sent_with_a_working_link(site: Site) {
    site.request_password_reset(SARAH.email).await;
    let mailer = FailingMailer::default();
    for _ in 0..8 {
        site.greenroom.deliver_pending(&mailer).await.expect("delivered");
        site.clock.advance(Duration::from_secs(61 * 60));
        site.greenroom.purge_expired().await.expect("purged");
    }
    let mailer = MockMailer::default();
    site.greenroom.deliver_pending(&mailer).await.expect("delivered");
    let token = link_token_in(&mailer.accepted.lock().expect("a lock")[0]);
    site.greenroom.reset_password(&token, new_password()).await.expect("it works");
}

async fn a_mail_whose_link_was_revoked_is_not_sent(site: Site) {
    let demo = site.demo().await;
    site.request_password_reset(SARAH.email).await;
    let password = Password::new(PASSWORD.to_owned());
    site.greenroom.change_password(&demo.sarah, password, new_password()).await.expect("changed");
    let mailer = MockMailer::default();
    site.greenroom.deliver_pending(&mailer).await.expect("delivered");
    let subjects: Vec<String> =
        mailer.accepted.lock().expect("a lock").iter().map(|mail| mail.subject.clone()).collect();
    assert_eq!(subjects, ["Your password was changed"]);
}

async fn token_expiry_starts_when_the_mail_is_sent(site: Site) {
    site.request_password_reset(SARAH.email).await;
    site.clock.advance(Duration::from_secs(3 * 60 * 60));
    site.greenroom.purge_expired().await.expect("purged");
    let mailer = MockMailer::default();
    site.greenroom.deliver_pending(&mailer).await.expect("delivered");
    let token = link_token_in(&mailer.accepted.lock().expect("a lock")[0]);
    site.clock.advance(Duration::from_secs(59 * 60));
    site.greenroom.reset_password(&token, new_password()).await.expect("it works for an hour");
}

async fn a_listed_mail_keeps_its_token(site: Site) {
    site.request_password_reset(SARAH.email).await;
    let other = site.open_second_node(services::Limits::default()).await;
    let (one, two) = tokio::join!(site.greenroom.list_queued_mail(), other.list_queued_mail());
    let tokens = [one, two].map(|mails| link_token_in(&mails.expect("mails")[0].email));
    assert_eq!(tokens[0], tokens[1]);
    assert_eq!(site.link_token_for(SARAH.email).await, tokens[0]);
    site.greenroom.reset_password(&tokens[0], new_password()).await.expect("it works");
}
