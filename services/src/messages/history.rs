use super::message_of;
use crate::{
    Error, Greenroom, Result, Viewer,
    conversations::{ConversationQuery, ConversationWithCursor},
    entity::message,
};
use model::{ApiError, Booking, Conversation, ConversationId, FieldError, Message, PersonId, Thread, projection};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};

/// Messages in a window unless somebody asks for another number.
const WINDOW: i64 = projection::WINDOW;
/// The most anybody may ask for.
const WINDOW_LIMIT: i64 = 100;

/// Messages in it where a thread opens at the first unread: so that the newest is mostly there too.
const UNREAD_WINDOW: i64 = 150;
/// Of those, messages that were read before.
const CONTEXT_MESSAGES: i64 = 10;

/// Which messages of a thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Window {
    /// The newest.
    Newest,
    /// Those just before this one.
    Before(i64),
    /// Those just after this one.
    After(i64),
    /// This one, with some before and some after it.
    Around(i64),
    /// As a thread opens: the newest, or, where the first unread isn't among those, that and what is around it.
    Unread,
}

/// Some messages of a thread.
#[derive(Clone, Debug)]
pub struct Messages {
    /// Ascending by `seq`.
    pub messages: Vec<Message>,
    /// Whether there are more in the direction that was asked for.
    pub has_more: bool,
    /// The last event counted in.
    pub cursor: i64,
}

impl Greenroom {
    /// Some messages of a conversation of the viewer's.
    ///
    /// # Errors
    /// `NotFound` where it isn't theirs; `Invalid` for a `limit` outside 1 to 100.
    pub async fn list_messages(
        &self,
        viewer: &Viewer,
        id: ConversationId,
        window: Window,
        limit: Option<i64>,
    ) -> Result<Messages> {
        let limit = match limit {
            None => WINDOW,
            Some(limit @ 1..=WINDOW_LIMIT) => limit,
            Some(_) => return Err(Error::field("limit", FieldError::OutOfRange)),
        };
        let ConversationWithCursor { conversation, cursor, .. } =
            ConversationQuery::of(viewer).find(self.store.reader(), id).await?.ok_or(ApiError::NotFound)?;
        let (messages, has_more) = read_window(self.store.reader(), &conversation, window, limit).await?;
        Ok(Messages { messages, has_more, cursor })
    }

    /// A conversation of the viewer's with some of its messages, of one moment.
    ///
    /// # Errors
    /// `NotFound` where it isn't theirs.
    pub async fn load_thread(&self, viewer: &Viewer, id: ConversationId, window: Window) -> Result<Thread> {
        let ConversationWithCursor { conversation, cursor, .. } =
            ConversationQuery::of(viewer).find(self.store.reader(), id).await?.ok_or(ApiError::NotFound)?;
        let at_unread = Thread::opens_at_unread(&conversation);
        let (window, limit) = match window {
            Window::Unread if at_unread => (Window::After(conversation.read_seq - CONTEXT_MESSAGES), UNREAD_WINDOW),
            Window::Unread => (Window::Newest, WINDOW),
            asked => (asked, WINDOW),
        };
        let (messages, _) = read_window(self.store.reader(), &conversation, window, limit).await?;
        let has_more = messages.first().is_some_and(|first| first.seq > 1);
        Ok(Thread { conversation, messages, has_more, cursor })
    }
}

/// Messages of a conversation as it was when it was read, and whether there are more in the direction that was asked for.
/// What was said never changes, and its places have no gaps: up to the last one known of, it is the same at any later
/// moment, and from one place to another there are as many as one would think.
async fn read_window(
    connection: &impl ConnectionTrait,
    conversation: &Conversation,
    window: Window,
    limit: i64,
) -> Result<(Vec<Message>, bool)> {
    let last = conversation.last_seq;
    let up_to = |seq: i64| (seq.min(last).saturating_sub(limit).max(0), seq.min(last));
    let (after, to) = match window {
        Window::Newest | Window::Unread => up_to(last),
        Window::Before(seq) => up_to(seq.saturating_sub(1)),
        Window::After(seq) => (seq.max(0), seq.max(0).saturating_add(limit).min(last)),
        Window::Around(seq) => up_to(seq.saturating_add(limit / 2)),
    };
    // Upwards: downwards, SQLite would look for each row anew.
    let rows = message::Entity::find()
        .filter(message::Column::ConversationId.eq(conversation.id.0))
        .filter(message::Column::Seq.gt(after))
        .filter(message::Column::Seq.lte(to))
        .order_by_asc(message::Column::Seq)
        .all(connection)
        .await?;
    let has_more = if matches!(window, Window::After(_)) { to < last } else { after > 0 };
    let messages = rows.into_iter().map(|row| message_from_row(row, &conversation.booking)).collect::<Result<_>>()?;
    Ok((messages, has_more))
}

fn message_from_row(row: message::Model, booking: &Booking) -> Result<Message> {
    let sender = booking.find_party(PersonId(row.sender_id)).clone();
    message_of(row, booking.id, sender)
}
