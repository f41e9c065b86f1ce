use super::{Budget, EmailContent, OutgoingEmail, deliver::MAX_LEASE, templates};
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

/// Maximum emails shown in the developer's mailbox.
const MAX_LISTED: u64 = 100;

/// Queues an email in the transaction that causes it. Returns its id, or `None` if the recipient's budget is spent.
///
/// Without a recipient it queues a placeholder, which delivery deletes. A spent budget also leaves a placeholder,
/// without the email's content: the cost is the same, so the response time shows neither case.
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
    let recipient = to.filter(|_| has_room).map(StoredEmail::as_str);
    let email_content = if recipient.is_some() { email_content } else { templates::placeholder() };
    let id = Uuid::now_v7();
    let row = mail::ActiveModel {
        id: Set(id),
        recipient: Set(recipient.map(str::to_owned)),
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

/// Returns whether an address has budget for another email that strangers can cause.
pub(crate) async fn has_budget(tx: &Transaction, to: &StoredEmail, limits: &Limits, now: Timestamp) -> Result<bool> {
    Ok(Budget::lock(tx, Some(to), now).await?.check(limits, now).is_ok())
}

/// Number of unsent emails, without placeholders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backlog {
    /// Emails to be sent or retried.
    pub queued: u64,
    /// Emails dead-lettered, which the operator should look into.
    pub dead_lettered: u64,
}

/// A queued email, shown to a developer who has no mail server.
#[derive(Clone, Debug)]
pub struct QueuedEmail {
    /// The email with its link's token.
    pub email: OutgoingEmail,
    /// When it was queued.
    pub created_at: Timestamp,
}

impl Greenroom {
    /// Counts the unsent emails.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn count_backlog(&self) -> Result<Backlog> {
        let with_recipient = || select_unsent().filter(mail::Column::Recipient.is_not_null());
        let queued = with_recipient().filter(mail::Column::ParkedAt.is_null()).count(self.store.reader()).await?;
        let dead_lettered =
            with_recipient().filter(mail::Column::ParkedAt.is_not_null()).count(self.store.reader()).await?;
        Ok(Backlog { queued, dead_lettered })
    }

    /// Returns the newest unsent emails, for a developer without a mail server. Their links give access to accounts: a
    /// public site must never show them.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn list_queued_mail(&self) -> Result<Vec<QueuedEmail>> {
        let rows = select_unsent()
            .filter(mail::Column::Recipient.is_not_null())
            .order_by_desc(mail::Column::Id)
            .limit(MAX_LISTED)
            .all(self.store.reader())
            .await?;
        let mut waiting = Vec::with_capacity(rows.len());
        for row in rows {
            let created_at = Timestamp::from_millis(row.created_at);
            let email = self.show_link_token(row).await?;
            waiting.extend(email.map(|email| QueuedEmail { email, created_at }));
        }
        Ok(waiting)
    }

    /// Leases the next due email, except those to the domains in `excluded_domains`. No other process sends it until
    /// the lease ends. If this process dies, the email is due again at that time.
    pub(super) async fn lease_next(
        &self,
        lease: impl Fn(i32) -> Duration,
        excluded_domains: Vec<String>,
    ) -> Result<Option<mail::Model>> {
        let not_excluded = excluded_domains.iter().fold(Condition::all(), |all, domain| {
            let other = mail::Column::Recipient.not_like(format!("%@{domain}"));
            all.add(mail::Column::Recipient.is_null().or(other))
        });
        loop {
            let now = self.now().millis();
            let find = |due: Expr| {
                let waiting =
                    select_unsent().filter(mail::Column::ParkedAt.is_null()).filter(due).filter(not_excluded.clone());
                waiting.order_by_asc(mail::Column::DueAt).one(self.store.reader())
            };
            let mut due = find(mail::Column::DueAt.lte(now)).await?;
            if due.is_none() {
                due = find(is_postponed(now)).await?;
            }
            let Some(row) = due else { return Ok(None) };
            let until = now + as_millis(lease(row.attempts));
            let tx = self.store.write_background().await?;
            let leased = mail::Entity::update_many()
                .col_expr(mail::Column::DueAt, Expr::value(until))
                .col_expr(mail::Column::Attempts, Expr::col(mail::Column::Attempts).add(1))
                .filter(mail::Column::Id.eq(row.id))
                .filter(mail::Column::Attempts.eq(row.attempts))
                .exec(&tx)
                .await?;
            tx.commit().await?;
            if leased.rows_affected == 1 {
                return Ok(Some(row));
            }
        }
    }

    /// Marks an email as sent and deletes its text, because its links may give access to an account.
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

    /// Deletes an email that need not be sent.
    pub(super) async fn delete_mail(&self, id: Uuid) -> Result<()> {
        let tx = self.store.write_background().await?;
        mail::Entity::delete_by_id(id).exec(&tx).await?;
        tx.commit().await
    }

    /// Moves an email to the dead letters, where it stays for inspection.
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

/// Returns the condition for emails that aren't due only because a clock was set back: they have had no attempt, or are
/// due later than any lease allows.
fn is_postponed(now: i64) -> Expr {
    let due = mail::Column::DueAt;
    let untried = mail::Column::Attempts.eq(0).or(due.gt(now + as_millis(MAX_LEASE) + CLOCK_SKEW));
    due.gt(now + CLOCK_SKEW).and(untried)
}

fn select_unsent() -> Select<mail::Entity> {
    mail::Entity::find().filter(mail::Column::SentAt.is_null())
}

/// Builds the email with the token in place of its reference. Returns `None` for a placeholder.
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
