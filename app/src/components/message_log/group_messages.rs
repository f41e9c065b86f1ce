use model::{Day, Message, PersonId, Timestamp};

/// Messages of one sender within this many milliseconds form a group: the name is shown once.
const RUN_MILLIS: i64 = 5 * 60 * 1_000;

/// A message, or a heading above one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct LogEntry {
    /// The sequence number of the message.
    pub(super) seq: i64,
    pub(super) kind: EntryKind,
}

/// A heading is an entry of its own: when older messages join above, a heading disappears, and the message below it
/// needn't be rendered again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum EntryKind {
    /// The day, above its first message.
    Day(Day, Timestamp),
    /// The divider above the first message that was unread when the thread opened.
    Unread,
    /// The sender's name above a group; `None` for the viewer's own.
    Sender(Option<String>),
    Message(Message),
}

impl LogEntry {
    /// Returns a key that changes when the entry must be rendered again.
    pub(super) fn key(&self) -> (i64, u8, Option<String>) {
        match &self.kind {
            EntryKind::Day(day, _) => (self.seq, 0, Some(day.to_string())),
            EntryKind::Unread => (self.seq, 1, None),
            EntryKind::Sender(name) => (self.seq, 2, name.clone()),
            EntryKind::Message(message) => (self.seq, 3, Some(message.sender.name.clone())),
        }
    }
}

/// Groups messages by day and sender. `new_after` is the last sequence number that was read when the thread opened.
pub(super) fn group_messages(
    messages: &[Message],
    me: PersonId,
    new_after: Option<i64>,
    day_of: impl Fn(Timestamp) -> Day,
) -> Vec<LogEntry> {
    let is_new = |message: &Message| new_after.is_some_and(|read| message.seq > read && message.sender.id != me);
    let first_new = messages.iter().find(|message| is_new(message)).map(|message| message.seq);
    let mut entries: Vec<LogEntry> = Vec::with_capacity(messages.len() * 2);
    let (mut last_day, mut last): (Option<Day>, Option<&Message>) = (None, None);
    for message in messages {
        let mut add = |kind| entries.push(LogEntry { seq: message.seq, kind });
        let day = day_of(message.created_at);
        let is_new_day = last_day != Some(day);
        if is_new_day {
            add(EntryKind::Day(day, message.created_at));
        }
        if first_new == Some(message.seq) {
            add(EntryKind::Unread);
        }
        let goes_on = last.is_some_and(|last| {
            last.booking_status.is_none()
                && last.sender.id == message.sender.id
                && message.created_at.millis() - last.created_at.millis() < RUN_MILLIS
        });
        let begins = is_new_day || first_new == Some(message.seq) || !goes_on;
        if begins && message.booking_status.is_none() {
            add(EntryKind::Sender((message.sender.id != me).then(|| message.sender.name.clone())));
        }
        add(EntryKind::Message(message.clone()));
        (last_day, last) = (Some(day), Some(message));
    }
    entries
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{BookingId, BookingStatus, ClientId, ConversationId, MessageId, Person, Role};
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
            sender: Person { id: sender, name: "Sarah".into(), role: Role::Talent, craft: None },
            body: "Sawa".into(),
            booking_status: None,
            created_at: Timestamp::from_millis(minute * 60_000),
        }
    }

    /// Names each entry by a word and the message that it belongs to.
    fn shown(entries: &[LogEntry]) -> Vec<String> {
        let word = |entry: &LogEntry| match &entry.kind {
            EntryKind::Day(..) => "day",
            EntryKind::Unread => "unread",
            EntryKind::Sender(None) => "own",
            EntryKind::Sender(Some(_)) => "name",
            EntryKind::Message(_) => "message",
        };
        entries.iter().map(|entry| format!("{} {}", word(entry), entry.seq)).collect()
    }

    #[test]
    fn messages_are_grouped_by_day_sender_and_unread_divider() {
        let mut accepted = message(7, OTHER, 24 * 60 + 1);
        accepted.booking_status = Some(BookingStatus::Accepted);
        let messages = [
            message(1, ME, 0),
            message(2, ME, 4),
            message(3, OTHER, 5),
            message(4, OTHER, 20),
            message(5, OTHER, 21),
            message(6, OTHER, 24 * 60),
            accepted,
            message(8, OTHER, 24 * 60 + 2),
        ];
        let entries = group_messages(&messages, ME, Some(4), Timestamp::day);
        let expected = [
            "day 1",
            "own 1",
            "message 1",
            "message 2",
            "name 3",
            "message 3",
            "name 4",
            "message 4",
            "unread 5",
            "name 5",
            "message 5",
            "day 6",
            "name 6",
            "message 6",
            "message 7",
            "name 8",
            "message 8",
        ];
        assert_eq!(shown(&entries), expected);
    }

    #[test]
    fn messages_keep_their_keys_when_older_ones_join_above() {
        let messages: Vec<_> = (1..=6).map(|seq| message(seq, OTHER, seq)).collect();
        let keys = |messages| {
            let entries = group_messages(messages, ME, None, Timestamp::day);
            entries.iter().filter(|entry| entry.seq > 3).map(LogEntry::key).collect::<Vec<_>>()
        };
        let (before, after) = (keys(&messages[3..]), keys(&messages));
        assert_eq!(before[2..], after, "only the day and the name above the fourth disappear");
    }
}
