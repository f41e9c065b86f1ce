//! Conversations: the inbox, one of them, and how far they were read.

mod deliver;
mod mark_unread;
mod marks;
mod read_on;
mod view;

pub(crate) use view::{Seen, Side, View};

use crate::{Greenroom, Result, Viewer, entity::conversation, page, realtime, store::Transaction};
use model::{Conversation, ConversationId, Inbox, PersonId, Refusal};
use sea_orm::{ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

impl Greenroom {
    /// The viewer's conversations, newest first, a page at a time.
    ///
    /// # Errors
    /// `Invalid` for a page that wasn't given out.
    pub async fn inbox(&self, viewer: &Viewer, page: Option<&str>) -> Result<Inbox> {
        let after = page::Mark::parse(page)?;
        let mut seen = View::of(viewer).list(self.store.reader(), after.as_ref()).await?;
        let cursor = match seen.first() {
            Some(first) => first.cursor,
            None => {
                // Nothing there says of which moment that is.
                let snapshot = self.store.snapshot().await?;
                seen = View::of(viewer).list(&*snapshot, after.as_ref()).await?;
                realtime::last_seq(&*snapshot, viewer.id()).await?
            }
        };
        let next_page = page::cut(&mut seen, |last| page::Mark::new(last.event_seq, last.conversation.id.0));
        let conversations = seen.into_iter().map(|seen| seen.conversation).collect();
        Ok(Inbox { conversations, cursor, next_page })
    }

    /// One conversation of the viewer's, with the number of the last event counted in.
    ///
    /// # Errors
    /// `NotFound` where it isn't theirs.
    pub async fn conversation(&self, viewer: &Viewer, id: ConversationId) -> Result<(Conversation, i64)> {
        let Seen { conversation, cursor, .. } =
            View::of(viewer).one(self.store.reader(), id).await?.ok_or(Refusal::NotFound)?;
        Ok((conversation, cursor))
    }
}

/// All conversations of the viewer, in the order of their ids.
pub(crate) async fn conversation_ids(
    connection: &impl ConnectionTrait,
    viewer: &Viewer,
) -> Result<Vec<ConversationId>> {
    let own = conversation::Entity::find().filter(Side::of(viewer).own(viewer));
    let ids: Vec<uuid::Uuid> = own
        .select_only()
        .column(conversation::Column::Id)
        .order_by_asc(conversation::Column::Id)
        .into_tuple()
        .all(connection)
        .await?;
    Ok(ids.into_iter().map(ConversationId).collect())
}

/// Locks all of the viewer's conversations, in the order of their ids, and says who the others in them are.
pub(crate) async fn lock_own_conversations(tx: &Transaction, viewer: &Viewer) -> Result<Vec<PersonId>> {
    let side = Side::of(viewer);
    let own = conversation::Entity::find().filter(side.own(viewer)).order_by_asc(conversation::Column::Id);
    let rows = own.lock_exclusive().all(tx).await?;
    let mut others: Vec<PersonId> = rows.iter().map(|row| side.counterpart(row)).collect();
    others.sort_unstable();
    others.dedup();
    Ok(others)
}
