use super::OutgoingEmail;
use crate::{Greenroom, Result, entity::mail, metrics};
use futures::{StreamExt, future::OptionFuture, stream::FuturesUnordered};
use std::{collections::HashMap, time::Duration};

/// How often to look for letters that another process queued, or whose time has come again.
const POLL_INTERVAL: Duration = Duration::from_secs(5);
/// How long the first try may take, and so the first wait. Longer than a mail server is given to answer.
const FIRST_LEASE: Duration = Duration::from_secs(60);
/// The longest wait between two attempts.
pub(super) const LONGEST_LEASE: Duration = Duration::from_secs(60 * 60);
/// Letters on their way at once, each over a connection of its own.
const MAX_CONCURRENT: usize = 8;
/// The same to one domain.
const MAX_CONCURRENT_PER_DOMAIN: usize = 2;
/// Tries before a letter is given up: about a day.
const MAX_ATTEMPTS: i32 = 28;
/// Milliseconds after which a letter is no use any more, as when a mail server is set after a long time without:
/// no link in it works for longer.
const MAX_AGE_MILLIS: i64 = 2 * 24 * 60 * 60 * 1_000;

/// Sends letters. A port: the other side is a mail server.
pub trait Mailer: Send + Sync {
    /// Hands one letter over. Must give up within half a minute.
    fn send(&self, email: &OutgoingEmail) -> impl Future<Output = std::result::Result<(), DeliveryError>> + Send;
}

/// Why a letter wasn't taken. The text is for the log: no addresses in it.
#[derive(Clone, Debug)]
pub enum DeliveryError {
    /// Worth trying again.
    Later(String),
    /// Never to be taken like this.
    Never(String),
}

impl Greenroom {
    /// Sends letters as they come, for ever.
    pub async fn run_mail_worker(self, mailer: impl Mailer) {
        loop {
            if let Err(error) = self.deliver_pending(&mailer).await {
                error.into_api_error();
            }
            tokio::select! {
                () = self.mail_queued.notified() => {}
                () = tokio::time::sleep(POLL_INTERVAL) => {}
            }
        }
    }

    /// Sends every letter that is due, a few at once and fewer to one domain: a recipient whose mail server hangs delays
    /// no other. Letters that become due before the last is sent are sent as well.
    ///
    /// # Errors
    /// When the database fails. Letters that are on their way are sent to the end first.
    pub async fn deliver_pending(&self, mailer: &impl Mailer) -> Result<()> {
        let (mut sending, mut domains, mut failed) = (FuturesUnordered::new(), DomainCounts::default(), None);
        let take = |full: Vec<String>| {
            Box::pin(async move {
                let excluded = full.len();
                (self.lease_next(lease_duration, full).await, excluded)
            })
        };
        // All of it is polled together: one that waits for the database must not keep another from giving it back.
        let mut taking = Some(take(domains.full_domains()));
        while taking.is_some() || !sending.is_empty() {
            let has_room = failed.is_none() && sending.len() < MAX_CONCURRENT;
            tokio::select! {
                Some((taken, excluded)) = OptionFuture::from(taking.as_mut()), if taking.is_some() => {
                    taking = None;
                    match taken {
                        Ok(Some(row)) => {
                            let domain = recipient_domain(&row);
                            domains.add(&domain);
                            sending.push(async move { (domain, self.deliver_email(mailer, row).await) });
                            if failed.is_none() && sending.len() < MAX_CONCURRENT {
                                taking = Some(take(domains.full_domains()));
                            }
                        }
                        // A domain that had no room during the search may have some now.
                        Ok(None) if failed.is_none() && domains.full_domains().len() < excluded => {
                            taking = Some(take(domains.full_domains()));
                        }
                        Ok(None) => {}
                        Err(error) => failed = Some(error),
                    }
                }
                Some((domain, sent)) = sending.next(), if !sending.is_empty() => {
                    domains.remove(&domain);
                    if let Err(error) = sent {
                        failed = Some(error);
                    } else if failed.is_none() && taking.is_none() {
                        taking = Some(take(domains.full_domains()));
                    }
                }
                () = self.mail_queued.notified(), if has_room && taking.is_none() => {
                    taking = Some(take(domains.full_domains()));
                }
                () = tokio::time::sleep(POLL_INTERVAL), if has_room && taking.is_none() => {
                    taking = Some(take(domains.full_domains()));
                }
            }
        }
        failed.map_or(Ok(()), Err)
    }

    #[tracing::instrument(level = "debug", skip_all, fields(kind = row.kind))]
    async fn deliver_email(&self, mailer: &impl Mailer, row: mail::Model) -> Result<()> {
        let (id, kind, attempts, written) = (row.id, row.kind.clone(), row.attempts + 1, row.created_at);
        if row.recipient.is_none() || self.is_obsolete(&row).await? {
            return self.delete_mail(id).await;
        }
        if self.now().millis() - written > MAX_AGE_MILLIS {
            tracing::warn!(%id, kind, "a mail is too old to be sent");
            metrics::count_mail("given_up");
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
            Err(DeliveryError::Later(why)) if attempts < MAX_ATTEMPTS => {
                tracing::warn!(%id, kind, attempts, why, "a mail will be tried again");
                metrics::count_mail("retried");
                Ok(())
            }
            Err(DeliveryError::Later(why) | DeliveryError::Never(why)) => {
                tracing::error!(%id, kind, attempts, why, "a mail is given up");
                metrics::count_mail("given_up");
                self.dead_letter(id).await
            }
        }
    }
}

/// Letters on their way, by the domains of their recipients.
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

    /// Those that get no more for now.
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

/// How long a letter is taken for, and so how long until the next try: twice as long each time.
fn lease_duration(attempts: i32) -> Duration {
    let doublings = u32::try_from(attempts).unwrap_or_default().min(10);
    (FIRST_LEASE * 2_u32.pow(doublings)).min(LONGEST_LEASE)
}
