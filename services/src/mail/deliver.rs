use super::OutgoingEmail;
use crate::{Greenroom, Result, entity::mail, metrics};
use futures::{StreamExt, future::OptionFuture, stream::FuturesUnordered};
use std::{collections::HashMap, time::Duration};

/// Interval at which the queue is polled for emails queued by another process and for due retries.
const POLL_INTERVAL: Duration = Duration::from_secs(5);
/// The lease of the first attempt, and so the delay of the first retry. Longer than [`Mailer::send`] may take.
const FIRST_LEASE: Duration = Duration::from_secs(60);
/// Maximum lease, and so maximum delay between two attempts.
pub(super) const MAX_LEASE: Duration = Duration::from_secs(60 * 60);
/// Concurrent deliveries, each over its own connection.
const MAX_CONCURRENT: usize = 8;
/// Concurrent deliveries to one domain.
const MAX_CONCURRENT_PER_DOMAIN: usize = 2;
/// Attempts before an email is dead-lettered: about a day.
const MAX_ATTEMPTS: i32 = 28;
/// Milliseconds after which an email is no longer sent, for example when a mail server is configured late: no link in
/// it works for longer.
const MAX_AGE_MILLIS: i64 = 2 * 24 * 60 * 60 * 1_000;

/// Sends emails by a mail server. A trait, so that tests can replace the server.
pub trait Mailer: Send + Sync {
    /// Sends one email. Must return within 30 s.
    fn send(&self, email: &OutgoingEmail) -> impl Future<Output = std::result::Result<(), DeliveryError>> + Send;
}

/// The reason why an email wasn't accepted. The text is logged and must contain no addresses.
#[derive(Clone, Debug)]
pub enum DeliveryError {
    /// A transient failure: the email is retried.
    Transient(String),
    /// A permanent failure: the email is dead-lettered.
    Permanent(String),
}

impl Greenroom {
    /// Delivers queued emails; never returns.
    pub async fn run_mail_worker(self, mailer: impl Mailer) {
        loop {
            if let Err(error) = self.deliver_pending(&mailer).await {
                error.into_api_error();
            }
            tokio::select! {
                () = self.mail.queued.notified() => {}
                () = tokio::time::sleep(POLL_INTERVAL) => {}
            }
        }
    }

    /// Delivers all due emails, with limited concurrency in total and per domain, so that a mail server that hangs
    /// delays no other recipient. Includes emails that become due before the last delivery ends.
    ///
    /// # Errors
    /// When the database fails, after deliveries in progress have ended.
    pub async fn deliver_pending(&self, mailer: &impl Mailer) -> Result<()> {
        let (mut sending, mut domains, mut failed) = (FuturesUnordered::new(), DomainCounts::default(), None);
        let lease = |full: Vec<String>| {
            Box::pin(async move {
                let excluded = full.len();
                (self.lease_next(lease_duration, full).await, excluded)
            })
        };
        // Polls all futures together: one that waits for a database connection must not stop another from releasing it.
        let mut leasing = Some(lease(domains.full_domains()));
        while leasing.is_some() || !sending.is_empty() {
            let has_room = failed.is_none() && sending.len() < MAX_CONCURRENT;
            tokio::select! {
                Some((leased, excluded)) = OptionFuture::from(leasing.as_mut()), if leasing.is_some() => {
                    leasing = None;
                    match leased {
                        Ok(Some(row)) => {
                            let domain = recipient_domain(&row);
                            domains.add(&domain);
                            sending.push(async move { (domain, self.deliver_email(mailer, row).await) });
                            if failed.is_none() && sending.len() < MAX_CONCURRENT {
                                leasing = Some(lease(domains.full_domains()));
                            }
                        }
                        // A domain excluded from the search may be below its limit again.
                        Ok(None) if failed.is_none() && domains.full_domains().len() < excluded => {
                            leasing = Some(lease(domains.full_domains()));
                        }
                        Ok(None) => {}
                        Err(error) => failed = Some(error),
                    }
                }
                Some((domain, sent)) = sending.next(), if !sending.is_empty() => {
                    domains.remove(&domain);
                    if let Err(error) = sent {
                        failed = Some(error);
                    } else if failed.is_none() && leasing.is_none() {
                        leasing = Some(lease(domains.full_domains()));
                    }
                }
                () = self.mail.queued.notified(), if has_room && leasing.is_none() => {
                    leasing = Some(lease(domains.full_domains()));
                }
                () = tokio::time::sleep(POLL_INTERVAL), if has_room && leasing.is_none() => {
                    leasing = Some(lease(domains.full_domains()));
                }
            }
        }
        failed.map_or(Ok(()), Err)
    }

    #[tracing::instrument(level = "debug", skip_all, fields(kind = row.kind))]
    async fn deliver_email(&self, mailer: &impl Mailer, row: mail::Model) -> Result<()> {
        let (id, kind, attempts, queued_at) = (row.id, row.kind.clone(), row.attempts + 1, row.created_at);
        if row.recipient.is_none() || self.is_obsolete(&row).await? {
            return self.delete_mail(id).await;
        }
        if self.now().millis() - queued_at > MAX_AGE_MILLIS {
            tracing::warn!(%id, kind, "a mail is too old to be sent");
            metrics::count_mail("dead_lettered");
            return self.dead_letter(id).await;
        }
        let Some(email) = self.issue_link_token(row).await? else {
            tracing::info!(%id, kind, attempts, "a mail isn't sent: its link was revoked");
            metrics::count_mail("revoked");
            return self.delete_mail(id).await;
        };
        match mailer.send(&email).await {
            Ok(()) => {
                metrics::count_mail("sent");
                self.mark_sent(id).await
            }
            Err(DeliveryError::Transient(why)) if attempts < MAX_ATTEMPTS => {
                tracing::warn!(%id, kind, attempts, why, "a mail will be tried again");
                metrics::count_mail("retried");
                Ok(())
            }
            Err(DeliveryError::Transient(why) | DeliveryError::Permanent(why)) => {
                tracing::error!(%id, kind, attempts, why, "a mail is dead-lettered");
                metrics::count_mail("dead_lettered");
                self.dead_letter(id).await
            }
        }
    }
}

/// Number of deliveries in progress by recipient domain.
#[derive(Default)]
struct DomainCounts(HashMap<String, usize>);

impl DomainCounts {
    fn add(&mut self, domain: &str) {
        *self.0.entry(domain.to_owned()).or_default() += 1;
    }

    fn remove(&mut self, domain: &str) {
        if let Some(count) = self.0.get_mut(domain) {
            *count -= 1;
        }
        self.0.retain(|_, count| *count > 0);
    }

    /// Returns the domains that have reached [`MAX_CONCURRENT_PER_DOMAIN`].
    fn full_domains(&self) -> Vec<String> {
        self.0
            .iter()
            .filter(|(_, count)| **count >= MAX_CONCURRENT_PER_DOMAIN)
            .map(|(domain, _)| domain.clone())
            .collect()
    }
}

fn recipient_domain(row: &mail::Model) -> String {
    let (_, domain) = row.recipient.as_deref().and_then(|to| to.rsplit_once('@')).unwrap_or_default();
    domain.to_owned()
}

/// Returns how long an email is leased, and so when it is retried: exponential backoff up to [`MAX_LEASE`].
fn lease_duration(attempts: i32) -> Duration {
    let doublings = u32::try_from(attempts).unwrap_or_default().min(10);
    (FIRST_LEASE * 2_u32.pow(doublings)).min(MAX_LEASE)
}
