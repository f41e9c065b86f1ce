use super::OutgoingEmail;
use crate::{Greenroom, Result, entity::mail, metrics};
use futures::{StreamExt, future::OptionFuture, stream::FuturesUnordered};
use std::{collections::HashMap, time::Duration};

/// How often to look for letters that another process queued, or whose time has come again.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// How long the first try may take, and so the first wait. Longer than a mail server is given to answer.
const FIRST_LEASE: Duration = Duration::from_secs(60);
/// The longest wait between two tries.
pub(super) const LONGEST_LEASE: Duration = Duration::from_secs(60 * 60);
/// Letters on their way at once, each over a connection of its own.
const AT_ONCE: usize = 8;
/// The same to one domain.
const AT_ONCE_PER_DOMAIN: usize = 2;
/// Tries before a letter is given up: about a day.
const TRIES: i32 = 28;
/// Milliseconds after which a letter is no use any more, as when a mail server is set after a long time without:
/// no link in it works for longer.
const STALE: i64 = 2 * 24 * 60 * 60 * 1_000;

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
    pub async fn keep_posting(self, mailer: impl Mailer) {
        loop {
            if let Err(error) = self.post_letters(&mailer).await {
                error.into_refusal();
            }
            tokio::select! {
                () = self.mail_bell.notified() => {}
                () = tokio::time::sleep(LOOK_EVERY) => {}
            }
        }
    }

    /// Sends every letter that is due, a few at once and fewer to one domain: a recipient whose mail server hangs delays
    /// no other. Letters that become due before the last is sent are sent as well.
    ///
    /// # Errors
    /// When the database fails. Letters that are on their way are sent to the end first.
    pub async fn post_letters(&self, mailer: &impl Mailer) -> Result<()> {
        let (mut sending, mut domains, mut failed) = (FuturesUnordered::new(), DomainCounts::default(), None);
        let take = |full: Vec<String>| {
            Box::pin(async move {
                let excluded = full.len();
                (self.take_mail(lease, full).await, excluded)
            })
        };
        // All of it is polled together: one that waits for the database must not keep another from giving it back.
        let mut taking = Some(take(domains.full()));
        while taking.is_some() || !sending.is_empty() {
            let has_room = failed.is_none() && sending.len() < AT_ONCE;
            tokio::select! {
                Some((taken, excluded)) = OptionFuture::from(taking.as_mut()), if taking.is_some() => {
                    taking = None;
                    match taken {
                        Ok(Some(row)) => {
                            let domain = domain(&row);
                            domains.add(&domain);
                            sending.push(async move { (domain, self.post_letter(mailer, row).await) });
                            if failed.is_none() && sending.len() < AT_ONCE {
                                taking = Some(take(domains.full()));
                            }
                        }
                        // A domain that had no room during the search may have some now.
                        Ok(None) if failed.is_none() && domains.full().len() < excluded => {
                            taking = Some(take(domains.full()));
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
                        taking = Some(take(domains.full()));
                    }
                }
                () = self.mail_bell.notified(), if has_room && taking.is_none() => {
                    taking = Some(take(domains.full()));
                }
                () = tokio::time::sleep(LOOK_EVERY), if has_room && taking.is_none() => {
                    taking = Some(take(domains.full()));
                }
            }
        }
        failed.map_or(Ok(()), Err)
    }

    #[tracing::instrument(level = "debug", skip_all, fields(kind = row.kind))]
    async fn post_letter(&self, mailer: &impl Mailer, row: mail::Model) -> Result<()> {
        let (id, kind, tries, written) = (row.id, row.kind.clone(), row.attempts + 1, row.created_at);
        if row.recipient.is_none() || self.is_needless(&row).await? {
            return self.drop_mail(id).await;
        }
        if self.now().millis() - written > STALE {
            tracing::warn!(%id, kind, "a mail is too old to be sent");
            metrics::count_mail("given_up");
            return self.park_mail(id).await;
        }
        let Some(email) = self.with_living_link(row).await? else {
            tracing::info!(%id, kind, tries, "a mail isn't sent: its link was revoked");
            metrics::count_mail("revoked");
            return self.drop_mail(id).await;
        };
        match mailer.send(&email).await {
            Ok(()) => {
                metrics::count_mail("sent");
                self.note_sent(id).await
            }
            Err(DeliveryError::Later(why)) if tries < TRIES => {
                tracing::warn!(%id, kind, tries, why, "a mail will be tried again");
                metrics::count_mail("retried");
                Ok(())
            }
            Err(DeliveryError::Later(why) | DeliveryError::Never(why)) => {
                tracing::error!(%id, kind, tries, why, "a mail is given up");
                metrics::count_mail("given_up");
                self.park_mail(id).await
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
    fn full(&self) -> Vec<String> {
        self.0.iter().filter(|(_, count)| **count >= AT_ONCE_PER_DOMAIN).map(|(domain, _)| domain.clone()).collect()
    }
}

fn domain(row: &mail::Model) -> String {
    let (_, domain) = row.recipient.as_deref().and_then(|to| to.rsplit_once('@')).unwrap_or_default();
    domain.to_owned()
}

/// How long a letter is taken for, and so how long until the next try: twice as long each time.
fn lease(attempts: i32) -> Duration {
    let doublings = u32::try_from(attempts).unwrap_or_default().min(10);
    (FIRST_LEASE * 2_u32.pow(doublings)).min(LONGEST_LEASE)
}
