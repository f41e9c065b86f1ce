//! Delivery of queued e-mails: never lost, and never knowingly sent twice.

use crate::support::{MockMailer, Site, link_token_in, soon};
use services::{
    mail::{DeliveryError, Mailer, OutgoingEmail},
    seed::{ACHIENG, DEMO_PEOPLE, KAMAU, SARAH},
};
use std::{sync::Mutex, time::Duration};
use tokio::sync::Notify;

on_both! {
    a_mail_is_sent_once_and_its_text_deleted,
    a_failed_delivery_is_retried,
    a_permanent_failure_is_dead_lettered,
    a_mail_is_dead_lettered_after_a_day_of_retries,
    a_lease_of_a_dead_process_expires,
    two_processes_share_the_mail_queue,
    a_placeholder_mail_is_never_sent,
    a_hanging_mail_server_delays_no_other_recipient,
    an_outdated_mail_is_not_sent,
}

const MINUTE: Duration = Duration::from_secs(60);

#[derive(sea_orm::FromQueryResult)]
struct StoredText {
    body_text: String,
    body_html: String,
}

async fn a_mail_is_sent_once_and_its_text_deleted(site: Site) {
    site.request_password_reset(SARAH.email).await;
    let mailer = MockMailer::default();
    for _ in 0..3 {
        site.greenroom.deliver_pending(&mailer).await.expect("delivered");
        site.clock.advance(120 * MINUTE);
    }
    assert_eq!(mailer.recipients(), [SARAH.email]);
    let token = link_token_in(&mailer.accepted.lock().expect("a lock")[0]);
    assert_eq!(token.len(), 64);
    for stored in site.query::<StoredText>("SELECT body_text, body_html FROM mail").await {
        assert_eq!(
            (stored.body_text.as_str(), stored.body_html.as_str()),
            ("", ""),
            "the text with its link is still stored"
        );
    }
}

async fn a_failed_delivery_is_retried(site: Site) {
    site.request_password_reset(SARAH.email).await;
    let busy = || DeliveryError::Transient("busy".to_owned());
    let mailer = MockMailer::failing_with(vec![busy(), busy()]);
    for (passed, sent) in [(Duration::ZERO, 0), (MINUTE / 2, 0), (MINUTE / 2, 0), (MINUTE, 0), (MINUTE, 1)] {
        site.clock.advance(passed);
        site.greenroom.deliver_pending(&mailer).await.expect("delivered");
        assert_eq!(mailer.recipients().len(), sent, "after {passed:?}");
    }
}

async fn a_permanent_failure_is_dead_lettered(site: Site) {
    site.request_password_reset(SARAH.email).await;
    let mailer = MockMailer::failing_with(vec![DeliveryError::Permanent("unknown mailbox".to_owned())]);
    site.greenroom.deliver_pending(&mailer).await.expect("delivered");
    site.clock.advance(600 * MINUTE);
    site.greenroom.deliver_pending(&mailer).await.expect("delivered");
    assert!(mailer.recipients().is_empty());
    let backlog = site.greenroom.count_backlog().await.expect("a backlog");
    assert_eq!((backlog.queued, backlog.dead_lettered), (0, 1));
}

async fn a_mail_is_dead_lettered_after_a_day_of_retries(site: Site) {
    site.request_password_reset(SARAH.email).await;
    let mailer = MockMailer::failing_with(vec![DeliveryError::Transient("busy".to_owned()); 100]);
    let mut hours = 0;
    while site.greenroom.count_backlog().await.expect("a backlog").dead_lettered == 0 {
        site.clock.advance(60 * MINUTE);
        site.greenroom.deliver_pending(&mailer).await.expect("delivered");
        hours += 1;
    }
    assert!((20..30).contains(&hours), "{hours}");
}

async fn a_lease_of_a_dead_process_expires(site: Site) {
    site.request_password_reset(SARAH.email).await;
    // As after a crash between the delivery and recording its result.
    let mailer = MockMailer::failing_with(vec![DeliveryError::Transient("the process died".to_owned())]);
    site.greenroom.deliver_pending(&mailer).await.expect("delivered");
    let second = site.open_second_node(services::Limits::default()).await;
    second.deliver_pending(&mailer).await.expect("delivered");
    assert!(mailer.recipients().is_empty(), "the lease has not expired");
    site.clock.advance(MINUTE);
    second.deliver_pending(&mailer).await.expect("delivered");
    assert_eq!(mailer.recipients(), [SARAH.email]);
}

async fn two_processes_share_the_mail_queue(site: Site) {
    let mut emails: Vec<&str> = DEMO_PEOPLE.iter().map(|person| person.email).collect();
    emails.sort_unstable();
    for email in &emails {
        site.request_password_reset(email).await;
    }
    let (mailer, other) = (MockMailer::default(), site.open_second_node(services::Limits::default()).await);
    let (one, two) = tokio::join!(site.greenroom.deliver_pending(&mailer), other.deliver_pending(&mailer));
    one.and(two).expect("delivered");
    let mut sent = mailer.recipients();
    sent.sort();
    assert_eq!(sent, emails);
}

async fn a_placeholder_mail_is_never_sent(site: Site) {
    site.request_password_reset("unknown@example.com").await;
    let mailer = MockMailer::default();
    site.greenroom.deliver_pending(&mailer).await.expect("delivered");
    assert!(mailer.recipients().is_empty());
    assert!(site.query::<StoredText>("SELECT body_text, body_html FROM mail").await.is_empty());
}

async fn an_outdated_mail_is_not_sent(site: Site) {
    site.request_password_reset(SARAH.email).await;
    site.clock.advance(49 * 60 * MINUTE);
    let mailer = MockMailer::default();
    site.greenroom.deliver_pending(&mailer).await.expect("delivered");
    assert!(mailer.recipients().is_empty());
    assert_eq!(site.greenroom.count_backlog().await.expect("a backlog").dead_lettered, 1);
}

/// A mail server that hangs for one domain until it is released.
#[derive(Default)]
struct HangingServer {
    accepted: Mutex<Vec<String>>,
    hanging: Mutex<(usize, usize)>,
    released: Notify,
}

impl HangingServer {
    const DOMAIN: &str = "@hangs.example.com";

    fn delivered(&self, hanging: bool) -> usize {
        let accepted = self.accepted.lock().expect("a lock");
        accepted.iter().filter(|to| to.ends_with(Self::DOMAIN) == hanging).count()
    }

    fn most_hanging(&self) -> usize {
        self.hanging.lock().expect("a lock").1
    }
}

impl Mailer for HangingServer {
    async fn send(&self, mail: &OutgoingEmail) -> Result<(), DeliveryError> {
        if mail.to.ends_with(Self::DOMAIN) {
            {
                let mut hanging = self.hanging.lock().expect("a lock");
                hanging.0 += 1;
                hanging.1 = hanging.1.max(hanging.0);
            }
            self.released.notified().await;
            self.released.notify_one();
            self.hanging.lock().expect("a lock").0 -= 1;
        }
        self.accepted.lock().expect("a lock").push(mail.to.clone());
        Ok(())
    }
}

async fn a_hanging_mail_server_delays_no_other_recipient(site: Site) {
    // The first three go to the hanging server; the others are due after them.
    for person in &DEMO_PEOPLE[..3] {
        site.request_password_reset(person.email).await;
    }
    site.execute("UPDATE mail SET recipient = replace(recipient, '@', '.') || '@hangs.example.com'").await;
    site.execute("UPDATE mail SET due_at = due_at - 1000").await;
    site.request_password_reset(KAMAU.email).await;
    let server = HangingServer::default();
    let delivery = site.greenroom.deliver_pending(&server);
    let checks = async {
        wait_until(|| server.delivered(false) == 1).await;
        assert_eq!(server.delivered(true), 0);
        site.request_password_reset(ACHIENG.email).await;
        wait_until(|| server.delivered(false) == 2).await;
        wait_until(|| server.most_hanging() == 2).await;
        server.released.notify_one();
    };
    let (result, ()) = soon("the delivery", async { tokio::join!(delivery, checks) }).await;
    result.expect("delivered");
    assert_eq!((server.delivered(true), server.delivered(false)), (3, 2));
    assert_eq!(server.most_hanging(), 2, "concurrent deliveries to one domain");
}

async fn wait_until(mut condition: impl FnMut() -> bool) {
    while !condition() {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}
