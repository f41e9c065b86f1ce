use super::select_unread;
use crate::{
    Greenroom, Result, Viewer,
    accounts::person_of,
    conversations::{Party, count_unread, has_unread},
    entity::{conversation, event_sequence, notification, person},
};
use model::{ApiError, ConversationId, NavState, UnreadConversation, projection::MAX_UNREAD_CONVERSATIONS};
use sea_orm::{
    ColumnTrait, EntityTrait, FromQueryResult, JoinType, QueryFilter, QueryOrder, QuerySelect, QueryTrait, RelationDef,
    sea_query::Expr,
};
use std::sync::Arc;
use uuid::Uuid;

impl Greenroom {
    /// Returns the state of the navigation that surrounds every page.
    ///
    /// # Errors
    /// `Unauthenticated` if the account was deleted.
    pub async fn load_nav_state(&self, viewer: &Viewer) -> Result<NavState> {
        let (party, count) = (Party::of(viewer), select_unread(viewer.id()));
        let count = count.select_only().expr(notification::Column::Id.count()).into_query();
        // One statement, because every page loads it, and so that counts and cursor are consistent: a row for each
        // conversation with unread messages, or one without any.
        let mut rows = person::Entity::find()
            .filter(person::Column::Id.eq(viewer.id().0))
            .join(JoinType::InnerJoin, join_event_sequence())
            .join(JoinType::LeftJoin, join_unread(viewer, party))
            .column_as(event_sequence::Column::Seq, "cursor")
            .column_as(Expr::expr(count), "unread")
            .column_as(conversation::Column::Id, "conversation_id")
            .column_as(count_unread(viewer, party), "unread_messages")
            .order_by_desc(party.event_seq())
            .limit(MAX_UNREAD_CONVERSATIONS as u64 + 1)
            .into_model::<NavStateRow>()
            .all(self.store.reader())
            .await?;
        let more_unread = rows.len() > MAX_UNREAD_CONVERSATIONS;
        rows.truncate(MAX_UNREAD_CONVERSATIONS);
        let mut unread_conversations: Vec<_> = rows.iter().filter_map(NavStateRow::unread_conversation).collect();
        unread_conversations.sort_by_key(|conversation| conversation.id);
        let NavStateRow { person, cursor, unread, .. } = rows.into_iter().next().ok_or(ApiError::Unauthenticated)?;
        Ok(NavState { person: person_of(person)?, unread, unread_conversations, more_unread, cursor })
    }
}

#[derive(FromQueryResult)]
struct NavStateRow {
    #[sea_orm(nested)]
    person: person::Model,
    cursor: i64,
    unread: i64,
    conversation_id: Option<Uuid>,
    unread_messages: i64,
}

impl NavStateRow {
    fn unread_conversation(&self) -> Option<UnreadConversation> {
        Some(UnreadConversation { id: ConversationId(self.conversation_id?), unread: self.unread_messages })
    }
}

fn join_event_sequence() -> RelationDef {
    let relation = person::Entity::belongs_to(event_sequence::Entity);
    relation.from(person::Column::Id).to(event_sequence::Column::PersonId).into()
}

/// Joins the person's conversations with unread messages.
fn join_unread(viewer: &Viewer, party: Party) -> RelationDef {
    let relation = person::Entity::belongs_to(conversation::Entity);
    let mut relation: RelationDef = relation.from(person::Column::Id).to(party.person()).into();
    let unread = has_unread(viewer, party);
    relation.on_condition = Some(Arc::new(move |_, _| unread.clone()));
    relation
}
