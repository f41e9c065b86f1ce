use model::{Message, PersonId, Timestamp};

/// Messages of one sender within this many milliseconds form a group: name and time are shown once.
const RUN_MILLIS: i64 = 5 * 60 * 1_000;

/// A message with the headings above it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct LogRow {
    /// The day's name, above the first message of a day.
    pub(super) day: Option<String>,
    /// Whether the unread divider is above it: the first message that was unread when the thread opened.
    pub(super) new: bool,
    /// Whether it begins a group.
    pub(super) first: bool,
    pub(super) message: Message,
}

impl LogRow {
    /// Returns a key that changes when the row must be rendered again.
    pub(super) fn key(&self) -> (i64, bool, Option<String>, Option<String>) {
        let named = self.first || self.message.booking_status.is_some();
        (self.message.seq, self.first, self.day.clone(), named.then(|| self.message.sender.name.clone()))
    }
}

/// Groups messages by day and sender. `new_after` is the last sequence number that was read when the thread opened.
pub(super) fn group_messages(
    messages: &[Message],
    me: PersonId,
    new_after: Option<i64>,
    day_of: impl Fn(Timestamp) -> String,
) -> Vec<LogRow> {
    let is_new = |message: &Message| new_after.is_some_and(|read| message.seq > read && message.sender.id != me);
    let first_new = messages.iter().find(|message| is_new(message)).map(|message| message.seq);
    let mut rows: Vec<LogRow> = Vec::with_capacity(messages.len());
    let mut last_day = None;
    for message in messages {
        let today = day_of(message.created_at);
        let day = (last_day.as_ref() != Some(&today)).then(|| today.clone());
        let new = first_new == Some(message.seq);
        let goes_on = rows.last().is_some_and(|row| {
            row.message.booking_status.is_none()
                && row.message.sender.id == message.sender.id
                && message.created_at.millis() - row.message.created_at.millis() < RUN_MILLIS
        });
        rows.push(LogRow { first: day.is_some() || new || !goes_on, day, new, message: message.clone() });
        last_day = Some(today);
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{BookingId, ClientId, ConversationId, MessageId, Person, Role};
    use uuid::Uuid;

    const ME: PersonId = PersonId(Uuid::from_u128(1));
    const OTHER: PersonId = PersonId(Uuid::from_u128(2));

    fn message(seq: i64, sender: PersonId, minute: i64) -> Message {
        Message {
            id: MessageId(Uuid::nil()),
            conversation_id: ConversationId(Uuid::nil()),
            booking_id: BookingId(Uuid::nil()),
            seq,
            client_id: ClientId(Uuid::nil()),
            sender: Person { id: sender, name: String::new(), role: Role::Talent, craft: None },
            body: "Sawa".into(),
            booking_status: None,
            created_at: Timestamp::from_millis(minute * 60_000),
        }
    }

    #[test]
    fn messages_are_grouped_by_day_sender_and_unread_divider() {
        let messages = [
            message(1, ME, 0),
            message(2, ME, 4),
            message(3, OTHER, 5),
            message(4, OTHER, 20),
            message(5, OTHER, 21),
            message(6, OTHER, 24 * 60),
        ];
        let rows = group_messages(&messages, ME, Some(4), |at| at.day().to_string());
        let drawn: Vec<_> = rows.iter().map(|row| (row.first, row.day.is_some(), row.new)).collect();
        assert_eq!(
            drawn,
            [
                (true, true, false),
                (false, false, false),
                (true, false, false),
                (true, false, false),
                (true, false, true),
                (true, true, false),
            ]
        );
    }
}
