use super::{Budget, EmailContent, OutgoingEmail, deliver::LONGEST_LEASE, templates};
use crate::{
    Greenroom, Limits, Result,
    clock::{CLOCK_SKEW, as_millis},
    entity::mail,
    store::Transaction,
};
use model::{ConversationId, StoredEmail, Timestamp};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, EntityTrait, ExprTrait, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect, Select, sea_query::Expr,
};
use std::time::Duration;
use uuid::Uuid;

/// Letters of a developer's mailbox that are shown.
const LISTED: u64 = 100;

/// Puts a letter into the queue, as part of what causes it. One to nobody waits there like any other, and is
/// thrown away where others are sent. One that its recipient's budget has no room for leaves one to nobody: that costs as
/// much and tells as little, and nothing of what it said is kept.
pub(crate) async fn enqueue(
    tx: &Transaction,
    to: Option<&StoredEmail>,
    email_content: EmailContent,
    limits: &Limits,
    now: Timestamp,
) -> Result<Option<Uuid>> {
    let mut has_room = true;
    if let Some(budget) = Budget::lock_for(tx, to, email_content.kind, now).await? {
        has_room = budget.check(limits, now).is_ok();
        if has_room {
            budget.spend(tx, now).await?;
        }
    }
    let wanted = to.filter(|_| has_room).map(StoredEmail::as_str);
    let email_content = if wanted.is_some() { email_content } else { templates::placeholder() };
    let id = Uuid::now_v7();
    let row = mail::ActiveModel {
        id: Set(id),
        recipient: Set(wanted.map(str::to_owned)),
        kind: Set(email_content.kind.name.to_owned()),
        token_reference: Set(email_content.token_reference()),
        shown_token: Set(None),
        conversation_id: Set(email_content.conversation().map(|conversation| conversation.0)),
        subject: Set(email_content.header_safe_subject()),
        body_text: Set(email_content.text()),
        body_html: Set(email_content.html()),
        unsubscribe: Set(email_content.unsubscribe.map(|target| target.url)),
        created_at: Set(now.millis()),
        due_at: Set(now.millis()),
        attempts: Set(0),
        sent_at: Set(None),
        parked_at: Set(None),
    };
    mail::Entity::insert(row).exec_without_returning(tx).await?;
    Ok(has_room.then_some(id))
}

/// Whether an address may get another letter that strangers can cause.
pub(crate) async fn has_budget(tx: &Transaction, to: &StoredEmail, limits: &Limits, now: Timestamp) -> Result<bool> {
    Ok(Budget::lock(tx, Some(to), now).await?.check(limits, now).is_ok())
}

/// How many letters wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backlog {
    /// To be sent, or to be tried again.
    pub queued: u64,
    /// Given up on; somebody should look.
    pub dead_lettered: u64,
}

/// A letter that nobody sends, because no mail server is set.
#[derive(Clone, Debug)]
pub struct QueuedEmail {
    /// The letter.
    pub email: OutgoingEmail,
    /// When it was written.
    pub created_at: Timestamp,
}

impl Greenroom {
    /// How many letters wait.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn count_backlog(&self) -> Result<Backlog> {
        let real = || select_unsent().filter(mail::Column::Recipient.is_not_null());
        let queued = real().filter(mail::Column::ParkedAt.is_null()).count(self.store.reader()).await?;
        let dead_lettered = real().filter(mail::Column::ParkedAt.is_not_null()).count(self.store.reader()).await?;
        Ok(Backlog { queued, dead_lettered })
    }

    /// The newest letters that wait, for a developer without a mail server. They open accounts: never to be
    /// shown on a site that others reach.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn list_queued_mail(&self) -> Result<Vec<QueuedEmail>> {
        let rows = select_unsent()
            .filter(mail::Column::Recipient.is_not_null())
            .order_by_desc(mail::Column::Id)
            .limit(LISTED)
            .all(self.store.reader())
            .await?;
        let mut waiting = Vec::with_capacity(rows.len());
        for row in rows {
            let created_at = Timestamp::from_millis(row.created_at);
            let email_content = self.show_link_token(row).await?;
            waiting.extend(email_content.map(|email_content| QueuedEmail { email: email_content, created_at }));
        }
        Ok(waiting)
    }

    /// Takes the letter that is due next for `lease`: nobody else sends it until then, and it comes back by
    /// itself if whoever took it is gone. One to any of these domains stays.
    pub(super) async fn lease_next(
        &self,
        lease: impl Fn(i32) -> Duration,
        without: Vec<String>,
    ) -> Result<Option<mail::Model>> {
        let elsewhere = without.iter().fold(Condition::all(), |all, domain| {
            let other = mail::Column::Recipient.not_like(format!("%@{domain}"));
            all.add(mail::Column::Recipient.is_null().or(other))
        });
        loop {
            let now = self.now().millis();
            let find = |due: Expr| {
                let waiting =
                    select_unsent().filter(mail::Column::ParkedAt.is_null()).filter(due).filter(elsewhere.clone());
                waiting.order_by_asc(mail::Column::DueAt).one(self.store.reader())
            };
            let mut due = find(mail::Column::DueAt.lte(now)).await?;
            if due.is_none() {
                due = find(put_off(now)).await?;
            }
            let Some(row) = due else { return Ok(None) };
            let until = now + as_millis(lease(row.attempts));
            let tx = self.store.write_background().await?;
            let taken = mail::Entity::update_many()
                .col_expr(mail::Column::DueAt, Expr::value(until))
                .col_expr(mail::Column::Attempts, Expr::col(mail::Column::Attempts).add(1))
                .filter(mail::Column::Id.eq(row.id))
                .filter(mail::Column::Attempts.eq(row.attempts))
                .exec(&tx)
                .await?;
            tx.commit().await?;
            if taken.rows_affected == 1 {
                return Ok(Some(row));
            }
        }
    }

    /// Notes that a letter was sent. Its text goes: what opens an account must not lie around.
    pub(super) async fn mark_sent(&self, id: Uuid) -> Result<()> {
        let tx = self.store.write_background().await?;
        mail::Entity::update_many()
            .col_expr(mail::Column::SentAt, Expr::value(self.now().millis()))
            .col_expr(mail::Column::BodyText, Expr::value(""))
            .col_expr(mail::Column::BodyHtml, Expr::value(""))
            .col_expr(mail::Column::Unsubscribe, Expr::value(None::<String>))
            .col_expr(mail::Column::ShownToken, Expr::value(None::<String>))
            .filter(mail::Column::Id.eq(id))
            .exec(&tx)
            .await?;
        tx.commit().await
    }

    /// Takes a letter off the queue that need not be sent.
    pub(super) async fn delete_mail(&self, id: Uuid) -> Result<()> {
        let tx = self.store.write_background().await?;
        mail::Entity::delete_by_id(id).exec(&tx).await?;
        tx.commit().await
    }

    /// Gives a letter up. It stays to be looked into.
    pub(super) async fn dead_letter(&self, id: Uuid) -> Result<()> {
        let tx = self.store.write_background().await?;
        mail::Entity::update_many()
            .col_expr(mail::Column::ParkedAt, Expr::value(self.now().millis()))
            .filter(mail::Column::Id.eq(id))
            .exec(&tx)
            .await?;
        tx.commit().await
    }
}

/// What isn't due yet only because a clock was set back: not tried yet, or due later than after any try.
fn put_off(now: i64) -> Expr {
    let due = mail::Column::DueAt;
    let untried = mail::Column::Attempts.eq(0).or(due.gt(now + as_millis(LONGEST_LEASE) + CLOCK_SKEW));
    due.gt(now + CLOCK_SKEW).and(untried)
}

fn select_unsent() -> Select<mail::Entity> {
    mail::Entity::find().filter(mail::Column::SentAt.is_null())
}

/// The letter with a token in the place of what refers to it. `None` for a letter to nobody.
pub(super) fn build_outgoing(row: mail::Model, token: Option<&str>) -> Option<OutgoingEmail> {
    let reference = row.token_reference.map(|reference| reference.simple().to_string());
    let complete = |text: String| match (&reference, token) {
        (Some(reference), Some(token)) => text.replace(reference, token),
        _ => text,
    };
    Some(OutgoingEmail {
        id: row.id,
        conversation: row.conversation_id.map(ConversationId),
        to: row.recipient?,
        subject: row.subject,
        text: complete(row.body_text),
        html: complete(row.body_html),
        unsubscribe: row.unsubscribe.map(complete),
    })
}
