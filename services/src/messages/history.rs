use super::row::message_from_row;
use crate::{
    Error, Greenroom, Result, Viewer,
    conversations::{ConversationQuery, ConversationWithCursor},
    entity::message,
};
use model::{ApiError, Conversation, ConversationId, FieldError, Message, Thread, projection};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};

/// Default number of messages in a window.
const WINDOW: i64 = projection::WINDOW;
/// Maximum number of messages in a window.
const WINDOW_LIMIT: i64 = 100;

/// Messages in a window that opens at the first unread one: large, so that it mostly reaches the newest, too.
const UNREAD_WINDOW: i64 = 150;
/// Messages in that window that were read before.
const CONTEXT_MESSAGES: i64 = 10;

/// Selects the messages of a thread to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Window {
    /// The newest messages.
    Newest,
    /// The messages just before this sequence number.
    Before(i64),
    /// The messages just after this sequence number.
    After(i64),
    /// The message with this sequence number, with some before and some after it.
    Around(i64),
    /// The window with which a thread opens: around the first unread message if it isn't among the newest, else the
    /// newest.
    Unread,
}

/// A window of a thread's messages.
#[derive(Clone, Debug)]
pub struct Messages {
    /// Ascending by `seq`.
    pub messages: Vec<Message>,
    /// Whether there are more in the requested direction.
    pub has_more: bool,
    /// Number of the last event that the window includes.
    pub cursor: i64,
}

impl Greenroom {
    /// Returns a window of the messages of one of the viewer's conversations.
    ///
    /// # Errors
    /// `NotFound` if the conversation isn't the viewer's; `Invalid` for a `limit` outside 1 to 100.
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
            Some(_) => return Err(Error::for_field("limit", FieldError::OutOfRange)),
        };
        let ConversationWithCursor { conversation, cursor, .. } =
            ConversationQuery::of(viewer).find(self.store.reader(), id).await?.ok_or(ApiError::NotFound)?;
        let (messages, has_more) = read_window(self.store.reader(), &conversation, window, limit).await?;
        Ok(Messages { messages, has_more, cursor })
    }

    /// Returns one of the viewer's conversations with a window of its messages, consistent with each other.
    ///
    /// # Errors
    /// `NotFound` if the conversation isn't the viewer's.
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

/// Returns a window of messages, and whether there are more in the requested direction. Needs no snapshot shared with
/// `conversation`: messages never change and their numbers have no gaps, so everything up to its `last_seq` reads the
/// same at any later time, and the number of messages in a range is known.
pub(super) async fn read_window(
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
    // Ascending: in descending order, SQLite would search the table again for each row.
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
