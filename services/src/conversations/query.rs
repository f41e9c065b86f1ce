use crate::{
    Result, Viewer,
    bookings::BookingRow,
    entity::{conversation, event_sequence, message},
    messages::message_from_row,
    page::{PAGE_SIZE, PageCursor},
};
use model::{BookingId, Conversation, ConversationId, InboxKey, PersonId, Role, Timestamp};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait, FromQueryResult, IdenStatic, Iterable, JoinType,
    Order, QueryFilter, QueryOrder, QuerySelect, RelationDef, Select,
    sea_query::{Expr, IntoCondition, Query, SimpleExpr},
};
use uuid::Uuid;

/// One of a conversation's two parties; selects the columns of that party.
#[derive(Clone, Copy)]
pub(crate) struct Party(Role);

impl Party {
    pub(crate) fn of(viewer: &Viewer) -> Self {
        Self(viewer.role())
    }

    /// Returns the column with this party's person id.
    pub(crate) fn person(self) -> conversation::Column {
        match self.0 {
            Role::Organizer => conversation::Column::OrganizerId,
            Role::Talent => conversation::Column::TalentId,
        }
    }

    /// Returns the column with the `seq` up to which this party has read.
    pub(crate) fn read_seq(self) -> conversation::Column {
        match self.0 {
            Role::Organizer => conversation::Column::OrganizerReadSeq,
            Role::Talent => conversation::Column::TalentReadSeq,
        }
    }

    /// Returns the column with the `seq` up to which the other party was sent read receipts.
    pub(crate) fn seen_seq(self) -> conversation::Column {
        match self.0 {
            Role::Organizer => conversation::Column::OrganizerSeenSeq,
            Role::Talent => conversation::Column::TalentSeenSeq,
        }
    }

    /// Returns the column with the `seq` up to which messages have reached a device of this party.
    pub(crate) fn delivered_seq(self) -> conversation::Column {
        match self.0 {
            Role::Organizer => conversation::Column::OrganizerDeliveredSeq,
            Role::Talent => conversation::Column::TalentDeliveredSeq,
        }
    }

    /// Returns the column with the sequence number of the event that last moved the conversation up in their inbox.
    pub(crate) fn event_seq(self) -> conversation::Column {
        match self.0 {
            Role::Organizer => conversation::Column::OrganizerEventSeq,
            Role::Talent => conversation::Column::TalentEventSeq,
        }
    }

    fn other(self) -> Self {
        Self(match self.0 {
            Role::Organizer => Role::Talent,
            Role::Talent => Role::Organizer,
        })
    }

    /// Returns the person id of the other party.
    pub(crate) fn counterpart(self, row: &conversation::Model) -> PersonId {
        PersonId(match self.0 {
            Role::Organizer => row.talent_id,
            Role::Talent => row.organizer_id,
        })
    }

    /// Returns whether the viewer is this party of the conversation.
    pub(crate) fn is_of(self, viewer: &Viewer, row: &conversation::Model) -> bool {
        self.other().counterpart(row) == viewer.id()
    }

    /// Returns the name under which a [`ConversationQuery`] joins the other party.
    pub(crate) fn counterpart_alias(self) -> &'static str {
        match self.0 {
            Role::Organizer => "talent",
            Role::Talent => "organizer",
        }
    }

    /// Returns the condition for conversations below this place in the viewer's inbox.
    pub(crate) fn is_after(self, place: InboxKey) -> SimpleExpr {
        let columns = [self.event_seq(), conversation::Column::Id].map(|column| column.into_expr());
        Expr::tuple(columns).lt(Expr::tuple([Expr::value(place.event_seq), Expr::value(place.id.0)]))
    }

    /// Returns the condition for the viewer's own conversations, which every query must have.
    pub(crate) fn owns(self, viewer: &Viewer) -> SimpleExpr {
        self.person().eq(viewer.id().0)
    }
}

/// A conversation and the sequence number of the last event it includes, consistent because one statement reads both.
pub(crate) struct ConversationWithCursor {
    pub(crate) conversation: Conversation,
    pub(crate) cursor: i64,
    /// The sequence number of the event that last moved it up in the inbox.
    pub(crate) event_seq: i64,
}

/// A query for conversations as one person sees them, in one statement.
pub(crate) struct ConversationQuery {
    party: Party,
    query: Select<conversation::Entity>,
}

impl ConversationQuery {
    pub(crate) fn of(viewer: &Viewer) -> Self {
        let party = Party::of(viewer);
        let query = BookingRow::join_to(conversation::Entity::find(), conversation::Column::BookingId)
            .join(JoinType::LeftJoin, join_last_message())
            .column_as(conversation::Column::Id, "conversation_id")
            .column_as(conversation::Column::LastSeq, "last_seq")
            .column_as(party.read_seq(), "read_seq")
            .column_as(party.event_seq(), "event_seq")
            .column_as(party.other().seen_seq(), "seen_seq")
            .column_as(party.other().delivered_seq(), "delivered_seq")
            .column_as(conversation::Column::UpdatedAt, "updated_at")
            .column_as(count_unread(viewer, party), "unread")
            .column_as(select_last_event_seq(viewer), "cursor")
            .filter(party.owns(viewer));
        let query = message::Column::iter()
            .fold(query, |query, column| query.column_as(column, format!("message_{}", column.as_str())));
        Self { party, query }
    }

    /// Returns the conversation with this id if it is the viewer's.
    pub(crate) async fn find(
        self,
        connection: &impl ConnectionTrait,
        id: ConversationId,
    ) -> Result<Option<ConversationWithCursor>> {
        let row = self
            .query
            .filter(conversation::Column::Id.eq(id.0))
            .into_model::<ConversationRow>()
            .one(connection)
            .await?;
        row.map(|row| row.into_model(self.party)).transpose()
    }

    /// Returns the conversation of a booking if it is the viewer's.
    pub(crate) async fn find_by_booking(
        self,
        connection: &impl ConnectionTrait,
        id: BookingId,
    ) -> Result<Option<ConversationWithCursor>> {
        let mine = self.query.filter(conversation::Column::BookingId.eq(id.0));
        let row = mine.into_model::<ConversationRow>().one(connection).await?;
        row.map(|row| row.into_model(self.party)).transpose()
    }

    /// Returns a page of conversations and one more, newest first.
    pub(crate) async fn list_page(
        self,
        connection: &impl ConnectionTrait,
        after: Option<&PageCursor>,
    ) -> Result<Vec<ConversationWithCursor>> {
        let place = [self.party.event_seq(), conversation::Column::Id];
        let query = match after {
            Some(page_cursor) => self.filter(page_cursor.after_descending(place)?),
            None => self,
        };
        query.newest_first(PAGE_SIZE + 1).all(connection).await
    }

    /// Adds a condition.
    pub(super) fn filter(self, condition: impl IntoCondition) -> Self {
        Self { query: self.query.filter(condition), ..self }
    }

    /// Orders by the events that last moved the conversations up.
    pub(super) fn newest_first(self, limit: u64) -> Self {
        let newest = self.query.order_by(self.party.event_seq(), Order::Desc);
        Self { query: newest.order_by(conversation::Column::Id, Order::Desc).limit(limit), ..self }
    }

    /// Returns all conversations that it finds.
    pub(super) async fn all(self, connection: &impl ConnectionTrait) -> Result<Vec<ConversationWithCursor>> {
        let rows = self.query.into_model::<ConversationRow>().all(connection).await?;
        rows.into_iter().map(|row| row.into_model(self.party)).collect()
    }
}

/// Returns the condition for conversations with messages that the viewer hasn't read. The two numbers are compared
/// first, which spares most conversations the search for a message that isn't the viewer's own.
pub(crate) fn has_unread(viewer: &Viewer, party: Party) -> Condition {
    let unread = Query::select()
        .expr(Expr::value(1))
        .from_as(message::Entity, "unseen")
        .cond_where(is_unread(viewer, party))
        .take();
    let newer = Expr::col((conversation::Entity, conversation::Column::LastSeq));
    Condition::all().add(newer.gt(Expr::col((conversation::Entity, party.read_seq())))).add(Expr::exists(unread))
}

/// Returns the condition for messages, as `unseen`, of the other person after the viewer's marker.
fn is_unread(viewer: &Viewer, party: Party) -> Condition {
    Condition::all()
        .add(
            Expr::col(("unseen", message::Column::ConversationId))
                .equals((conversation::Entity, conversation::Column::Id)),
        )
        .add(Expr::col(("unseen", message::Column::Seq)).gt(Expr::col((conversation::Entity, party.read_seq()))))
        .add(Expr::col(("unseen", message::Column::SenderId)).ne(viewer.id().0))
}

/// Counts the other person's messages that the viewer hasn't read. Not stored, because a stored count can drift.
pub(crate) fn count_unread(viewer: &Viewer, party: Party) -> SimpleExpr {
    let newer = Query::select()
        .expr(Expr::col(("unseen", message::Column::Id)).count())
        .from_as(message::Entity, "unseen")
        .cond_where(is_unread(viewer, party))
        .take();
    Expr::expr(newer)
}

/// Selects the sequence number of the viewer's newest event.
fn select_last_event_seq(viewer: &Viewer) -> SimpleExpr {
    let newest = Query::select()
        .column(event_sequence::Column::Seq)
        .from(event_sequence::Entity)
        .and_where(event_sequence::Column::PersonId.eq(viewer.id().0))
        .take();
    Expr::expr(newest)
}

fn join_last_message() -> RelationDef {
    let mut relation: RelationDef = conversation::Entity::belongs_to(message::Entity)
        .from(conversation::Column::Id)
        .to(message::Column::ConversationId)
        .into();
    relation.on_condition = Some(std::sync::Arc::new(|left, right| {
        Expr::col((right, message::Column::Seq)).equals((left, conversation::Column::LastSeq)).into_condition()
    }));
    relation
}

#[derive(FromQueryResult)]
struct ConversationRow {
    #[sea_orm(nested)]
    booking: BookingRow,
    conversation_id: Uuid,
    last_seq: i64,
    /// Of the viewer.
    read_seq: i64,
    event_seq: i64,
    /// Of the other party: the `seq` up to which the viewer was sent read receipts.
    seen_seq: i64,
    delivered_seq: i64,
    updated_at: i64,
    #[sea_orm(nested(prefix = "message_"))]
    last_message: Option<message::Model>,
    unread: i64,
    /// `None` before the viewer's first event.
    cursor: Option<i64>,
}

impl ConversationRow {
    fn into_model(self, party: Party) -> Result<ConversationWithCursor> {
        let booking = self.booking.into_model()?;
        let last_message = self.last_message.map(|row| message_from_row(row, &booking)).transpose()?;
        let counterpart = match party.0 {
            Role::Organizer => booking.talent.clone(),
            Role::Talent => booking.organizer.clone(),
        };
        let conversation = Conversation {
            id: ConversationId(self.conversation_id),
            booking,
            counterpart,
            last_message,
            unread: self.unread,
            last_seq: self.last_seq,
            read_seq: self.read_seq,
            counterpart_read_seq: self.seen_seq,
            counterpart_delivered_seq: Ord::max(self.delivered_seq, self.seen_seq),
            updated_at: Timestamp::from_millis(self.updated_at),
        };
        Ok(ConversationWithCursor { conversation, cursor: self.cursor.unwrap_or_default(), event_seq: self.event_seq })
    }
}
