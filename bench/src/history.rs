//! A conversation's past, as sending each of its messages would have left it: the messages, the other's
//! notifications, both people's events, and the numbers that count them.

use crate::{
    fill::Fill,
    people::{Kind, id_of, now, person},
    site::Result,
};
use model::{
    BookingId, ClientId, ConversationId, Envelope, Event, Message, MessageId, Notification, NotificationId,
    NotificationKind, Person, Timestamp,
};
use std::time::Duration;
use uuid::{NoContext, Uuid};

/// Time between two messages, in milliseconds.
const PAUSE: i64 = 1_000;

/// One conversation's past, while it is written.
struct Past {
    pair: usize,
    /// The organizer, and the talent.
    people: [Person; 2],
    /// The last numbers of their events.
    heads: [i64; 2],
    began: i64,
}

/// Writes the past of two people, told by the number of their conversation: so many messages, one from either in
/// turn, all read. Of its ids, those of messages and notifications grow with time.
///
/// # Errors
/// When the database refuses.
pub async fn write(fill: &mut Fill, pair: usize, messages: usize) -> Result<()> {
    let count = i64::try_from(messages)?;
    let people = [person(2 * pair), person(2 * pair + 1)];
    let mut past = Past { pair, people, heads: [0; 2], began: now() - count * PAUSE };
    for seq in 1..=count {
        past.send(fill, seq)?;
        fill.write_when_full().await?;
    }
    fill.write().await?;
    let conversation = fill.id(id_of(Kind::Conversation, pair));
    let marks = [
        "last",
        "organizer_read",
        "talent_read",
        "organizer_seen",
        "talent_seen",
        "organizer_delivered",
        "talent_delivered",
    ];
    let marks: Vec<String> = marks.iter().map(|mark| format!("{mark}_seq = {count}")).collect();
    fill.run(&format!("UPDATE conversation SET {} WHERE id = {conversation}", marks.join(", "))).await?;
    for (person, head) in past.people.iter().zip(past.heads) {
        let id = fill.id(person.id.0);
        fill.run(&format!("UPDATE person_head SET seq = {head} WHERE person_id = {id}")).await?;
    }
    Ok(())
}

impl Past {
    /// The rows of one send.
    fn send(&mut self, fill: &mut Fill, seq: i64) -> Result<()> {
        let millis = self.began + seq * PAUSE;
        let at = Timestamp::from_millis(millis);
        let (sending, hearing) = if seq % 2 == 1 { (0, 1) } else { (1, 0) };
        let message = Message {
            id: MessageId(grown(millis)?),
            conversation_id: ConversationId(id_of(Kind::Conversation, self.pair)),
            booking_id: BookingId(id_of(Kind::Booking, self.pair)),
            seq,
            client_id: ClientId(grown(millis)?),
            sender: self.people[sending].clone(),
            body: format!("~{seq} The band plays from eight to eleven, and the doors open at seven."),
            booking_status: None,
            created_at: at,
        };
        let notification = Notification {
            id: NotificationId(grown(millis)?),
            kind: NotificationKind::Message,
            conversation_id: Some(message.conversation_id),
            booking_id: Some(message.booking_id),
            actor: message.sender.clone(),
            preview: message.body.clone(),
            created_at: at,
            read_at: None,
        };
        self.write_down(fill, &message, &notification, self.people[hearing].id.0, millis);
        self.tell(fill, sending, at, Event::MessageCreated { message: message.clone() })?;
        self.tell(fill, hearing, at, Event::MessageCreated { message })?;
        self.tell(fill, hearing, at, Event::NotificationCreated { notification })
    }

    fn write_down(&self, fill: &mut Fill, message: &Message, told: &Notification, to: Uuid, millis: i64) {
        let [id, conversation, booking, client, sender, notification, to] = [
            message.id.0,
            message.conversation_id.0,
            message.booking_id.0,
            message.client_id.0,
            message.sender.id.0,
            told.id.0,
            to,
        ]
        .map(|id| fill.id(id));
        let (seq, body) = (message.seq, &message.body);
        fill.add(
            "message (id, conversation_id, seq, sender_id, client_id, body, created_at)",
            format!("{id}, {conversation}, {seq}, {sender}, {client}, '{body}', {millis}"),
        );
        fill.add("notification (id, person_id, kind, conversation_id, booking_id, actor_id, message_seq, preview, created_at, read_at)",
            format!("{notification}, {to}, 'message', {conversation}, {booking}, {sender}, {seq}, '{body}', {millis}, {millis}"));
    }

    fn tell(&mut self, fill: &mut Fill, side: usize, at: Timestamp, event: Event) -> Result<()> {
        self.heads[side] += 1;
        let (seq, kind) = (self.heads[side], event.name());
        let payload = serde_json::to_string(&Envelope { seq, at, event })?;
        let person = fill.id(self.people[side].id.0);
        fill.add(
            "event (person_id, seq, kind, payload, at)",
            format!("{person}, {seq}, '{kind}', '{payload}', {}", at.millis()),
        );
        Ok(())
    }
}

/// An id of a moment.
fn grown(millis: i64) -> Result<Uuid> {
    let since = Duration::from_millis(u64::try_from(millis)?);
    Ok(Uuid::new_v7(uuid::Timestamp::from_unix(NoContext, since.as_secs(), since.subsec_nanos())))
}
