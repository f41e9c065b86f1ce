use super::message_of;
use crate::{
    Error, Greenroom, Result, Viewer,
    conversations::{Seen, View},
    entity::message,
};
use model::{Booking, Conversation, ConversationId, Fault, Message, PersonId, Refusal, Thread, fold};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, Order, QueryFilter, QueryOrder, QuerySelect};

/// Messages in a window unless somebody asks for another number.
const WINDOW: u64 = fold::WINDOW.unsigned_abs();
/// The most anybody may ask for.
const WINDOW_LIMIT: u64 = 100;

/// Messages in it where a thread opens at the first unread: so that the newest is mostly there too.
const WINDOW_OF_UNREAD: u64 = 150;
/// Of those, messages that were read before.
const KNOWN: i64 = 10;

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
    pub async fn history(
        &self,
        viewer: &Viewer,
        id: ConversationId,
        window: Window,
        limit: Option<i64>,
    ) -> Result<Messages> {
        let limit = match limit.map(u64::try_from) {
            None => WINDOW,
            Some(Ok(limit @ 1..=WINDOW_LIMIT)) => limit,
            Some(_) => return Err(Error::field("limit", Fault::OutOfRange)),
        };
        let Seen { conversation, cursor } =
            View::of(viewer).one(self.store.reader(), id).await?.ok_or(Refusal::NotFound)?;
        let (messages, has_more) = read(self.store.reader(), &conversation, window, limit).await?;
        Ok(Messages { messages, has_more, cursor })
    }

    /// A conversation of the viewer's with some of its messages, of one moment.
    ///
    /// # Errors
    /// `NotFound` where it isn't theirs.
    pub async fn thread(&self, viewer: &Viewer, id: ConversationId, window: Window) -> Result<Thread> {
        let Seen { conversation, cursor } =
            View::of(viewer).one(self.store.reader(), id).await?.ok_or(Refusal::NotFound)?;
        let at_unread = Thread::opens_at_unread(&conversation);
        let (window, limit) = match window {
            Window::Unread if at_unread => (Window::After(conversation.read_seq - KNOWN), WINDOW_OF_UNREAD),
            Window::Unread => (Window::Newest, WINDOW),
            asked => (asked, WINDOW),
        };
        let (messages, _) = read(self.store.reader(), &conversation, window, limit).await?;
        let has_more = messages.first().is_some_and(|first| first.seq > 1);
        Ok(Thread { conversation, messages, has_more, cursor })
    }
}

/// Messages of a conversation as it was when it was read. What was said never changes, and its places have no gaps: up to
/// the last one known of, it is the same at any later moment.
async fn read(
    connection: &impl ConnectionTrait,
    conversation: &Conversation,
    window: Window,
    limit: u64,
) -> Result<(Vec<Message>, bool)> {
    let query = message::Entity::find().filter(message::Column::ConversationId.eq(conversation.id.0));
    let (query, last, order) = match window {
        Window::Newest | Window::Unread => (query, i64::MAX, Order::Desc),
        Window::Before(seq) => (query, seq.saturating_sub(1), Order::Desc),
        Window::After(seq) => (query.filter(message::Column::Seq.gt(seq)), i64::MAX, Order::Asc),
        // The middle can be reckoned.
        Window::Around(seq) => (query, seq.saturating_add(limit_of(limit) / 2), Order::Desc),
    };
    let query = query.filter(message::Column::Seq.lte(last.min(conversation.last_seq)));
    let mut rows = query.order_by(message::Column::Seq, order).limit(limit + 1).all(connection).await?;
    let full = usize::try_from(limit).unwrap_or(usize::MAX);
    let has_more = rows.len() > full;
    rows.truncate(full);
    if !matches!(window, Window::After(_)) {
        rows.reverse();
    }
    let messages = rows.into_iter().map(|row| read_from(row, &conversation.booking)).collect::<Result<_>>()?;
    Ok((messages, has_more))
}

fn limit_of(limit: u64) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

fn read_from(row: message::Model, booking: &Booking) -> Result<Message> {
    let sender = booking.party(PersonId(row.sender_id)).clone();
    message_of(row, booking.id, sender)
}
