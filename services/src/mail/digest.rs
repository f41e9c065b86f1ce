use super::{Budget, templates};
use crate::{
    Greenroom, Result,
    accounts::one_time_token::{self, Purpose},
    clock::CLOCK_SKEW,
    entity::{booking, event_sequence, mail, notification, person},
    realtime::lock_last_seqs,
    run_to_completion,
    store::Transaction,
};
use model::{ConversationId, EmailDelay, PersonId, StoredEmail, Timestamp};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, ExprTrait, JoinType, Order, QueryFilter, QueryOrder, QuerySelect, RelationDef,
    sea_query::{Expr, Query},
};
use std::time::Duration;
use uuid::Uuid;

const POLL_INTERVAL: Duration = Duration::from_secs(15);
const MINUTE: i64 = 60 * 1_000;
/// Older notifications are never mailed: a person who turns emails on again doesn't want old ones.
const MAX_AGE_MILLIS: i64 = 2 * 24 * 60 * MINUTE;
/// Notifications that one email shows. It names the number of the others.
const MAX_LINES: u64 = 50;

impl Greenroom {
    /// Queues digest emails about messages that stay unread; never returns.
    pub async fn run_digest_worker(self) {
        let mut ticks = tokio::time::interval(POLL_INTERVAL);
        loop {
            ticks.tick().await;
            if let Err(error) = self.queue_digests().await {
                error.into_api_error();
            }
        }
    }

    /// Queues a digest for each person who has a message unread for longer than the delay they set.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn queue_digests(&self) -> Result<()> {
        let now = self.now();
        for (person, email) in self.find_overdue(now).await? {
            if Budget::is_spent(self.store.reader(), &email, templates::UNREAD_KIND, &self.limits, now).await? {
                continue;
            }
            let greenroom = self.clone();
            // A failure for one person mustn't stop the others' digests.
            if let Err(error) = run_to_completion(async move { greenroom.queue_digest(person, now).await }).await {
                error.into_api_error();
            }
        }
        Ok(())
    }

    /// Returns all people with overdue notifications and their addresses. No limit: people with a spent budget would
    /// otherwise fill it and block the others.
    async fn find_overdue(&self, now: Timestamp) -> Result<Vec<(Uuid, String)>> {
        let overdue = EmailDelay::ALL.iter().filter_map(|after| {
            let before = now.millis() - delay_millis(*after)?;
            let set = person::Column::MailAfter.eq(after.as_str());
            let created_at = notification::Column::CreatedAt;
            // A notification from the future was written before a clock was set back. Its age is unknown, so it is due.
            let waited = created_at.lte(before).or(created_at.gt(now.millis() + CLOCK_SKEW));
            Some(Condition::all().add(set).add(waited))
        });
        let owner: RelationDef = notification::Entity::belongs_to(person::Entity)
            .from(notification::Column::PersonId)
            .to(person::Column::Id)
            .into();
        let people = notification::Entity::find()
            .filter(is_unmailed(notification::Column::CreatedAt.gt(now.millis() - MAX_AGE_MILLIS)))
            .join(JoinType::InnerJoin, owner)
            .filter(person::Column::DeletedAt.is_null())
            .filter(overdue.fold(Condition::any(), Condition::add))
            .select_only()
            .column(notification::Column::PersonId)
            .column(person::Column::Email)
            .group_by(notification::Column::PersonId)
            .group_by(person::Column::Email)
            .order_by_asc(notification::Column::CreatedAt.min())
            .into_tuple()
            .all(self.store.reader())
            .await?;
        Ok(people)
    }

    /// Queues one email about a person's unread notifications and marks each with it, so that no other email repeats
    /// them. If the budget is spent, they wait for the next digest.
    async fn queue_digest(&self, person: Uuid, now: Timestamp) -> Result<()> {
        let tx = self.store.write_background().await?;
        let owner = person::Entity::find_by_id(person).filter(person::Column::DeletedAt.is_null());
        let Some(owner) = owner.lock_shared().one(&tx).await? else { return Ok(()) };
        // Serialises with `mark_read`, which locks the same row.
        event_sequence::Entity::find_by_id(person).lock_exclusive().one(&tx).await?;
        let (rows, counts) = read_unmailed(&tx, person, now).await?;
        if rows.is_empty() {
            return Ok(());
        }
        let conversations = self.group_by_conversation(&tx, rows).await?;
        let token = one_time_token::create(&tx, PersonId(person), Purpose::Unsubscribe, String::new(), now).await?;
        let email_content = templates::unread_digest(&owner.name, &conversations, counts, &self.mail.links, &token);
        let to = StoredEmail::new(&owner.email);
        let Some(mail) = super::enqueue(&tx, Some(&to), email_content, &self.limits, now).await? else { return Ok(()) };
        // Marks exactly the rows read above: adding one needs the event sequence, which is locked.
        notification::Entity::update_many()
            .col_expr(notification::Column::MailId, Expr::value(mail))
            .filter(is_unmailed_for(person, now))
            .exec(&tx)
            .await?;
        tx.commit().await?;
        self.mail.queued.notify_one();
        Ok(())
    }

    /// Groups notifications by conversation, in the order of each conversation's oldest one.
    async fn group_by_conversation(
        &self,
        tx: &Transaction,
        rows: Vec<notification::Model>,
    ) -> Result<Vec<templates::UnreadConversation>> {
        let mut groups: Vec<(Uuid, templates::UnreadConversation)> = Vec::new();
        for row in rows {
            let (Some(conversation), Some(about)) = (row.conversation_id, row.booking_id) else { continue };
            let line = templates::DigestLine::from_notification(&row.kind, &row.preview);
            if let Some((_, known)) = groups.iter_mut().find(|(id, _)| *id == conversation) {
                known.lines.push(line);
                continue;
            }
            let actor = person::Entity::find_by_id(row.actor_id).one(tx).await?;
            let booking = booking::Entity::find_by_id(about).one(tx).await?;
            let link = self.mail.links.conversation(ConversationId(conversation));
            let (from, about) = (actor.map(|row| row.name), booking.map(|row| row.title));
            let unread = templates::UnreadConversation {
                conversation: ConversationId(conversation),
                from: from.unwrap_or_default(),
                about: about.unwrap_or_default(),
                lines: vec![line],
                link,
            };
            groups.push((conversation, unread));
        }
        Ok(groups.into_iter().map(|(_, unread)| unread).collect())
    }

    /// Turns off digests for the person whom the token belongs to. Doesn't consume the token, because mail programs
    /// retry.
    ///
    /// # Errors
    /// `Invalid` for a token that has expired or never existed.
    pub async fn unsubscribe(&self, token: &str) -> Result<()> {
        let person =
            one_time_token::peek(self.store.reader(), token, &[Purpose::Unsubscribe], self.now()).await?.person;
        let tx = self.store.write().await?;
        person::Entity::update_many()
            .col_expr(person::Column::MailAfter, Expr::value(EmailDelay::Off.as_str()))
            .filter(person::Column::Id.eq(person.0))
            .exec(&tx)
            .await?;
        tx.commit().await
    }

    /// Returns whether all notifications in a digest were read since it was queued. False for other emails.
    pub(super) async fn is_obsolete(&self, row: &mail::Model) -> Result<bool> {
        let covered = || notification::Entity::find().filter(notification::Column::MailId.eq(row.id)).limit(1);
        let unread = covered().filter(notification::Column::ReadAt.is_null()).one(self.store.reader()).await?;
        Ok(unread.is_none() && covered().one(self.store.reader()).await?.is_some())
    }
}

/// Deletes unsent digests to an address that isn't the person's any more. Their notifications go into another digest.
pub(crate) async fn delete_unsent_digests(tx: &Transaction, person: PersonId, address: &str) -> Result<()> {
    // `mark_read` and `queue_digest` lock this first too.
    lock_last_seqs(tx, [person]).await?;
    let waiting = Condition::all()
        .add(mail::Column::Recipient.eq(address))
        .add(mail::Column::Kind.eq(templates::UNREAD_KIND.name))
        .add(mail::Column::SentAt.is_null());
    let ids = Query::select().column(mail::Column::Id).from(mail::Entity).cond_where(waiting.clone()).take();
    notification::Entity::update_many()
        .col_expr(notification::Column::MailId, Expr::value(None::<Uuid>))
        .filter(notification::Column::PersonId.eq(person.0))
        .filter(notification::Column::MailId.in_subquery(ids))
        .exec(tx)
        .await?;
    mail::Entity::delete_many().filter(waiting).exec(tx).await?;
    Ok(())
}

/// Reads the first [`MAX_LINES`] unmailed notifications of a person, and counts all of them.
async fn read_unmailed(
    tx: &Transaction,
    person: Uuid,
    now: Timestamp,
) -> Result<(Vec<notification::Model>, templates::UnreadCounts)> {
    let rows = notification::Entity::find()
        .filter(is_unmailed_for(person, now))
        .order_by(created_at_expr(), Order::Asc)
        .order_by_asc(notification::Column::Id)
        .limit(MAX_LINES)
        .all(tx)
        .await?;
    let counts_by_kind: Vec<(String, i64)> = notification::Entity::find()
        .filter(is_unmailed_for(person, now))
        .select_only()
        .column(notification::Column::Kind)
        .column_as(notification::Column::Id.count(), "count")
        .group_by(notification::Column::Kind)
        .into_tuple()
        .all(tx)
        .await?;
    let mut counts = templates::UnreadCounts::default();
    for (kind, count) in counts_by_kind {
        let count = u64::try_from(count).unwrap_or_default();
        match templates::DigestLine::from_notification(&kind, "").is_message() {
            true => counts.messages += count,
            false => counts.booking_actions += count,
        }
    }
    Ok((rows, counts))
}

/// Returns the condition for a person's unmailed notifications.
fn is_unmailed_for(person: Uuid, now: Timestamp) -> Condition {
    is_unmailed(created_at_expr().gt(now.millis() - MAX_AGE_MILLIS)).add(notification::Column::PersonId.eq(person))
}

/// Returns `created_at + 0`, so that SQLite uses the index on one person's unread notifications. With the bare column
/// it would scan all people's unread ones; ordered by id alone, all that this person ever got.
fn created_at_expr() -> Expr {
    Expr::col(notification::Column::CreatedAt).add(0)
}

/// Returns the condition for unread notifications about conversations that are in no email yet and satisfy `recent`.
fn is_unmailed(recent: Expr) -> Condition {
    Condition::all()
        .add(notification::Column::ReadAt.is_null())
        .add(notification::Column::MailId.is_null())
        .add(recent)
        .add(notification::Column::ConversationId.is_not_null())
}

/// Returns how long a message stays unread before it is mailed, in milliseconds; `None` if never.
fn delay_millis(after: EmailDelay) -> Option<i64> {
    match after {
        EmailDelay::Off => None,
        EmailDelay::FiveMinutes => Some(5 * MINUTE),
        EmailDelay::Hourly => Some(60 * MINUTE),
        EmailDelay::Daily => Some(24 * 60 * MINUTE),
    }
}
