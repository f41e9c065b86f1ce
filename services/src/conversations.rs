//! Conversations: the inbox, single conversations, and read and delivery markers.

mod inbox_list;
mod mark_delivered;
mod mark_read;
mod mark_unread;
mod query;
mod read_markers;

pub(crate) use query::{ConversationQuery, ConversationWithCursor, Party, count_unread, has_unread};

use crate::{Greenroom, Result, Viewer, entity::conversation, page, realtime::last_seq, store::Transaction};
use model::{ApiError, Conversation, ConversationId, Inbox, PersonId};
use sea_orm::{ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

impl Greenroom {
    /// Returns a page of the viewer's conversations, newest first.
    ///
    /// # Errors
    /// `Invalid` for a page token that can't be parsed.
    pub async fn load_inbox(&self, viewer: &Viewer, page: Option<&str>) -> Result<Inbox> {
        let after = page::PageCursor::parse(page)?;
        let mut seen = ConversationQuery::of(viewer).list_page(self.store.reader(), after.as_ref()).await?;
        let cursor = match seen.first() {
            Some(first) => first.cursor,
            None => {
                // An empty page has no row with a cursor: reads both again in one snapshot.
                let snapshot = self.store.snapshot().await?;
                seen = ConversationQuery::of(viewer).list_page(&*snapshot, after.as_ref()).await?;
                last_seq(&*snapshot, viewer.id()).await?
            }
        };
        let next_page =
            page::truncate_page(&mut seen, |last| page::PageCursor::new(last.event_seq, last.conversation.id.0));
        let conversations = seen.into_iter().map(|seen| seen.conversation).collect();
        Ok(Inbox { conversations, cursor, next_page })
    }

    /// Returns one of the viewer's conversations and the sequence number of the last event it includes.
    ///
    /// # Errors
    /// `NotFound` if the viewer has no conversation with this id.
    pub async fn load_conversation(&self, viewer: &Viewer, id: ConversationId) -> Result<(Conversation, i64)> {
        let ConversationWithCursor { conversation, cursor, .. } =
            ConversationQuery::of(viewer).find(self.store.reader(), id).await?.ok_or(ApiError::NotFound)?;
        Ok((conversation, cursor))
    }
}

/// Returns the ids of all conversations of the viewer, in ascending order.
pub(crate) async fn conversation_ids(
    connection: &impl ConnectionTrait,
    viewer: &Viewer,
) -> Result<Vec<ConversationId>> {
    let own = conversation::Entity::find().filter(Party::of(viewer).owns(viewer));
    let ids: Vec<uuid::Uuid> = own
        .select_only()
        .column(conversation::Column::Id)
        .order_by_asc(conversation::Column::Id)
        .into_tuple()
        .all(connection)
        .await?;
    Ok(ids.into_iter().map(ConversationId).collect())
}

/// Locks all of the viewer's conversations in the order of their ids, and returns the other people in them.
pub(crate) async fn lock_own_conversations(tx: &Transaction, viewer: &Viewer) -> Result<Vec<PersonId>> {
    let party = Party::of(viewer);
    let own = conversation::Entity::find().filter(party.owns(viewer)).order_by_asc(conversation::Column::Id);
    let rows = own.lock_exclusive().all(tx).await?;
    let mut others: Vec<PersonId> = rows.iter().map(|row| party.counterpart(row)).collect();
    others.sort_unstable();
    others.dedup();
    Ok(others)
}
