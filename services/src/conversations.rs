//! Conversations: the inbox, one of them, and how far they were read.

mod deliver;
mod mark_unread;
mod marks;
mod read_on;
mod view;

pub(crate) use view::{Side, View};

use crate::{Greenroom, Result, Viewer, entity::conversation, live, page, store::Transaction};
use model::{Conversation, ConversationId, Inbox, PersonId, Refusal};
use sea_orm::{EntityTrait, QueryFilter, QueryOrder, QuerySelect};

impl Greenroom {
    /// The viewer's conversations, newest first, a page at a time.
    ///
    /// # Errors
    /// `Invalid` for a page that wasn't given out.
    pub async fn inbox(&self, viewer: &Viewer, page: Option<&str>) -> Result<Inbox> {
        let after = page::Mark::parse(page)?;
        let snapshot = self.store.snapshot().await?;
        let mut conversations = View::of(viewer).list(&snapshot, after).await?;
        let next_page = page::cut(&mut conversations, |last| page::Mark::new(last.updated_at.millis(), last.id.0));
        let cursor = live::head(&snapshot, viewer.id()).await?;
        Ok(Inbox { conversations, cursor, next_page })
    }

    /// One conversation of the viewer's, with the number of the last event counted in.
    ///
    /// # Errors
    /// `NotFound` where it isn't theirs.
    pub async fn conversation(&self, viewer: &Viewer, id: ConversationId) -> Result<(Conversation, i64)> {
        let snapshot = self.store.snapshot().await?;
        let found = View::of(viewer).one(&snapshot, id).await?.ok_or(Refusal::NotFound)?;
        Ok((found, live::head(&snapshot, viewer.id()).await?))
    }
}

/// Locks all of the viewer's conversations, in the order of their ids, and says who the others in them are.
pub(crate) async fn own_conversations(tx: &Transaction, viewer: &Viewer) -> Result<Vec<PersonId>> {
    let side = Side::of(viewer);
    let own = conversation::Entity::find().filter(side.own(viewer)).order_by_asc(conversation::Column::Id);
    let rows = own.lock_exclusive().all(tx).await?;
    let mut others: Vec<PersonId> = rows.iter().map(|row| side.counterpart(row)).collect();
    others.sort_unstable();
    others.dedup();
    Ok(others)
}
