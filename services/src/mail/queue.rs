use super::{Kind, Letter, Outgoing};
use crate::{Greenroom, Result, clock::millis, entity::mail, store::Transaction};
use model::{Email, Instant};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, EntityTrait, ExprTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
    Select, sea_query::Expr,
};
use std::time::Duration;
use uuid::Uuid;

/// Letters of one kind that an address gets in an hour at most, where strangers can cause them: nobody may fill
/// another's inbox. Beyond, they are dropped.
const LETTERS_PER_HOUR: u64 = 10;
const HOUR: i64 = 60 * 60 * 1_000;
/// Letters of a developer's mailbox that are shown.
const SHOWN: u64 = 100;

/// Puts a letter into the queue, as part of what causes it. One to nobody waits there like any other, and is
/// thrown away where others are sent.
pub(crate) async fn queue(tx: &Transaction, to: Option<&Email>, letter: Letter, now: Instant) -> Result<Option<Uuid>> {
    let has_room = has_room(tx, to, letter.kind, now).await?;
    // One that is dropped costs as much as one that is sent, and tells as little.
    let wanted = to.filter(|_| has_room).map(Email::as_str);
    let id = Uuid::now_v7();
    let row = mail::ActiveModel {
        id: Set(id),
        recipient: Set(wanted.map(str::to_owned)),
        kind: Set(letter.kind.name.to_owned()),
        subject: Set(letter.subject.clone()),
        body_text: Set(letter.text()),
        body_html: Set(letter.html()),
        unsubscribe: Set(letter.unsubscribe),
        created_at: Set(now.millis()),
        due_at: Set(now.millis()),
        attempts: Set(0),
        sent_at: Set(None),
        parked_at: Set(None),
    };
    mail::Entity::insert(row).exec_without_returning(tx).await?;
    Ok(has_room.then_some(id))
}

/// Whether an address may get another letter of this kind by now.
pub(crate) async fn has_room(tx: &Transaction, to: Option<&Email>, kind: Kind, now: Instant) -> Result<bool> {
    let recent = mail::Entity::find()
        .filter(mail::Column::Recipient.eq(to.map_or("", Email::as_str)))
        .filter(mail::Column::Kind.eq(kind.name))
        .filter(mail::Column::CreatedAt.gt(now.millis() - HOUR))
        .count(tx)
        .await?;
    Ok(recent < LETTERS_PER_HOUR || !kind.by_strangers)
}

/// How many letters wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backlog {
    /// To be sent, or to be tried again.
    pub queued: u64,
    /// Given up on; somebody should look.
    pub parked: u64,
}

/// A letter that nobody sends, because no mail server is set.
#[derive(Clone, Debug)]
pub struct Waiting {
    /// The letter.
    pub letter: Outgoing,
    /// When it was written.
    pub created_at: Instant,
}

impl Greenroom {
    /// How many letters wait.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn mail_backlog(&self) -> Result<Backlog> {
        let real = || unsent().filter(mail::Column::Recipient.is_not_null());
        let queued = real().filter(mail::Column::ParkedAt.is_null()).count(self.store.reader()).await?;
        let parked = real().filter(mail::Column::ParkedAt.is_not_null()).count(self.store.reader()).await?;
        Ok(Backlog { queued, parked })
    }

    /// The newest letters that wait, for a developer without a mail server. They open accounts: never to be
    /// shown on a site that others reach.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn waiting_mail(&self) -> Result<Vec<Waiting>> {
        let rows = unsent()
            .filter(mail::Column::Recipient.is_not_null())
            .order_by_desc(mail::Column::Id)
            .limit(SHOWN)
            .all(self.store.reader())
            .await?;
        let waiting = |row: mail::Model| {
            Some(Waiting { created_at: Instant::from_millis(row.created_at), letter: outgoing(row)? })
        };
        Ok(rows.into_iter().filter_map(waiting).collect())
    }

    /// Takes the letter that is due next for `lease`: nobody else sends it until then, and it comes back by
    /// itself if whoever took it is gone.
    pub(super) async fn take_mail(&self, lease: impl Fn(i32) -> Duration) -> Result<Option<mail::Model>> {
        loop {
            let now = self.now().millis();
            let due = unsent()
                .filter(mail::Column::ParkedAt.is_null())
                .filter(mail::Column::DueAt.lte(now))
                .order_by_asc(mail::Column::DueAt)
                .one(self.store.reader())
                .await?;
            let Some(row) = due else { return Ok(None) };
            let until = now + millis(lease(row.attempts));
            let tx = self.store.write_aside().await?;
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
    pub(super) async fn note_sent(&self, id: Uuid) -> Result<()> {
        let tx = self.store.write_aside().await?;
        mail::Entity::update_many()
            .col_expr(mail::Column::SentAt, Expr::value(self.now().millis()))
            .col_expr(mail::Column::BodyText, Expr::value(""))
            .col_expr(mail::Column::BodyHtml, Expr::value(""))
            .col_expr(mail::Column::Unsubscribe, Expr::value(None::<String>))
            .filter(mail::Column::Id.eq(id))
            .exec(&tx)
            .await?;
        tx.commit().await
    }

    /// Takes a letter off the queue that need not be sent.
    pub(super) async fn drop_mail(&self, id: Uuid) -> Result<()> {
        let tx = self.store.write_aside().await?;
        mail::Entity::delete_by_id(id).exec(&tx).await?;
        tx.commit().await
    }

    /// Gives a letter up. It stays to be looked into.
    pub(super) async fn park_mail(&self, id: Uuid) -> Result<()> {
        let tx = self.store.write_aside().await?;
        mail::Entity::update_many()
            .col_expr(mail::Column::ParkedAt, Expr::value(self.now().millis()))
            .filter(mail::Column::Id.eq(id))
            .exec(&tx)
            .await?;
        tx.commit().await
    }
}

fn unsent() -> Select<mail::Entity> {
    mail::Entity::find().filter(mail::Column::SentAt.is_null())
}

/// `None` for a letter to nobody.
pub(super) fn outgoing(row: mail::Model) -> Option<Outgoing> {
    Some(Outgoing {
        id: row.id,
        to: row.recipient?,
        subject: row.subject,
        text: row.body_text,
        html: row.body_html,
        unsubscribe: row.unsubscribe,
    })
}
