//! Inserts the history of a conversation as if each message had been sent: messages, notifications, both people's
//! events, and the counters.

use crate::{
    bulk_insert::BulkInsert,
    people::{EntityKind, entity_id, now_millis, person},
    site::Result,
};
use model::{
    BookingId, ClientId, ConversationId, Envelope, Event, Message, MessageId, Notification, NotificationId,
    NotificationKind, Person, Timestamp,
};
use std::time::Duration;
use uuid::{NoContext, Uuid};

/// Time between two messages, in milliseconds.
const MESSAGE_INTERVAL_MILLIS: i64 = 1_000;

/// Writes the history of one conversation.
struct HistoryWriter {
    pair: usize,
    /// The organizer, and the talent.
    people: [Person; 2],
    /// The last sequence numbers of their events.
    last_seqs: [i64; 2],
    began: i64,
}

/// Inserts the history of a pair of people, given by the number of their conversation: `messages` messages, alternately
/// from both, all read. The ids of messages and notifications increase with time.
///
/// # Errors
/// Fails if the database rejects a row.
pub async fn insert_history(inserts: &mut BulkInsert, pair: usize, messages: usize) -> Result<()> {
    let count = i64::try_from(messages)?;
    let people = [person(2 * pair), person(2 * pair + 1)];
    let mut history =
        HistoryWriter { pair, people, last_seqs: [0; 2], began: now_millis() - count * MESSAGE_INTERVAL_MILLIS };
    for seq in 1..=count {
        history.add_message(inserts, seq)?;
        inserts.flush_if_full().await?;
    }
    inserts.flush_rows().await?;
    let conversation = inserts.format_id(entity_id(EntityKind::Conversation, pair));
    let columns = [
        "last",
        "organizer_read",
        "talent_read",
        "organizer_seen",
        "talent_seen",
        "organizer_delivered",
        "talent_delivered",
    ];
    let columns: Vec<String> = columns.iter().map(|column| format!("{column}_seq = {count}")).collect();
    inserts.run_sql(&format!("UPDATE conversation SET {} WHERE id = {conversation}", columns.join(", "))).await?;
    for (person, last_seq) in history.people.iter().zip(history.last_seqs) {
        let id = inserts.format_id(person.id.0);
        inserts.run_sql(&format!("UPDATE person_head SET seq = {last_seq} WHERE person_id = {id}")).await?;
    }
    Ok(())
}

impl HistoryWriter {
    /// Adds the rows that sending one message leaves.
    fn add_message(&mut self, inserts: &mut BulkInsert, seq: i64) -> Result<()> {
        let millis = self.began + seq * MESSAGE_INTERVAL_MILLIS;
        let at = Timestamp::from_millis(millis);
        let (sender, recipient) = if seq % 2 == 1 { (0, 1) } else { (1, 0) };
        let message = Message {
            id: MessageId(uuid_at(millis)?),
            conversation_id: ConversationId(entity_id(EntityKind::Conversation, self.pair)),
            booking_id: BookingId(entity_id(EntityKind::Booking, self.pair)),
            seq,
            client_id: ClientId(uuid_at(millis)?),
            sender: self.people[sender].clone(),
            body: format!("~{seq} The band plays from eight to eleven, and the doors open at seven."),
            booking_status: None,
            created_at: at,
        };
        let notification = Notification {
            id: NotificationId(uuid_at(millis)?),
            kind: NotificationKind::Message,
            conversation_id: Some(message.conversation_id),
            booking_id: Some(message.booking_id),
            booking: None,
            actor: message.sender.clone(),
            preview: message.body.clone(),
            created_at: at,
            read_at: None,
        };
        self.add_message_rows(inserts, &message, &notification, self.people[recipient].id.0, millis);
        self.add_event(inserts, sender, at, Event::MessageCreated { message: message.clone() })?;
        self.add_event(inserts, recipient, at, Event::MessageCreated { message })?;
        self.add_event(inserts, recipient, at, Event::NotificationCreated { notification })
    }

    fn add_message_rows(
        &self,
        inserts: &mut BulkInsert,
        message: &Message,
        notice: &Notification,
        to: Uuid,
        millis: i64,
    ) {
        let [id, conversation, booking, client, sender, notification, to] = [
            message.id.0,
            message.conversation_id.0,
            message.booking_id.0,
            message.client_id.0,
            message.sender.id.0,
            notice.id.0,
            to,
        ]
        .map(|id| inserts.format_id(id));
        let (seq, body) = (message.seq, &message.body);
        inserts.add_row(
            "message (id, conversation_id, seq, sender_id, client_id, body, created_at)",
            format!("{id}, {conversation}, {seq}, {sender}, {client}, '{body}', {millis}"),
        );
        inserts.add_row("notification (id, person_id, kind, conversation_id, booking_id, actor_id, message_seq, preview, created_at, read_at)",
            format!("{notification}, {to}, 'message', {conversation}, {booking}, {sender}, {seq}, '{body}', {millis}, {millis}"));
    }

    fn add_event(&mut self, inserts: &mut BulkInsert, side: usize, at: Timestamp, event: Event) -> Result<()> {
        self.last_seqs[side] += 1;
        let (seq, kind) = (self.last_seqs[side], event.name());
        let payload = serde_json::to_string(&Envelope { seq, at, event })?;
        let person = inserts.format_id(self.people[side].id.0);
        inserts.add_row(
            "event (person_id, seq, kind, payload, at)",
            format!("{person}, {seq}, '{kind}', '{payload}', {}", at.millis()),
        );
        Ok(())
    }
}

/// Returns a UUIDv7 with this timestamp.
fn uuid_at(millis: i64) -> Result<Uuid> {
    let since = Duration::from_millis(u64::try_from(millis)?);
    Ok(Uuid::new_v7(uuid::Timestamp::from_unix(NoContext, since.as_secs(), since.subsec_nanos())))
}
