//! Projection consistency: a view read at cursor N, with the events after N applied, equals the view read now.

use crate::support::{Site, Views, audit_event_log, draft, draft_booking};
use model::{AccountInput, ConversationId, Envelope, MessageDraft};
use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};
use services::{Viewer, notifications::NotificationSelection};
use std::time::Duration;
use tokio::runtime::Handle;

on_both! {
    old_view_plus_later_events_equals_current_view,
}

/// An action of a person. Numbers select among the existing items modulo their count.
#[derive(Clone, Debug)]
enum Operation {
    Send { conversation: usize, talent: bool, text: u8 },
    Retry { earlier: usize },
    OpenBooking { organizer: usize, talent: usize },
    MarkRead { conversation: usize, talent: bool, seq: i64 },
    MarkUnread { conversation: usize, talent: bool, seq: i64 },
    MarkDelivered { conversation: usize, talent: bool, seq: i64 },
    SetReceipts { person: usize, wanted: bool },
    ApplyAction { conversation: usize, talent: bool, action: usize },
    Rename { person: usize, number: u8 },
    MarkSeen { person: usize, all: bool },
    TakeSnapshot { person: usize },
    AdvanceClock { millis: u64 },
    SetClockBack { millis: u64 },
}

fn any_operation() -> impl Strategy<Value = Operation> {
    prop_oneof![
        5 => (any::<usize>(), any::<bool>(), any::<u8>())
            .prop_map(|(conversation, talent, text)| Operation::Send { conversation, talent, text }),
        1 => any::<usize>().prop_map(|earlier| Operation::Retry { earlier }),
        1 => (0..2_usize, 0..3_usize).prop_map(|(organizer, talent)| Operation::OpenBooking { organizer, talent }),
        4 => (any::<usize>(), any::<bool>(), 0..20_i64)
            .prop_map(|(conversation, talent, seq)| Operation::MarkRead { conversation, talent, seq }),
        2 => (any::<usize>(), any::<bool>(), 0..20_i64)
            .prop_map(|(conversation, talent, seq)| Operation::MarkUnread { conversation, talent, seq }),
        3 => (any::<usize>(), any::<bool>(), 0..20_i64)
            .prop_map(|(conversation, talent, seq)| Operation::MarkDelivered { conversation, talent, seq }),
        1 => (0..5_usize, any::<bool>()).prop_map(|(person, wanted)| Operation::SetReceipts { person, wanted }),
        2 => (any::<usize>(), any::<bool>(), 0..3_usize)
            .prop_map(|(conversation, talent, action)| Operation::ApplyAction { conversation, talent, action }),
        1 => (0..5_usize, any::<u8>()).prop_map(|(person, number)| Operation::Rename { person, number }),
        1 => (0..5_usize, any::<bool>()).prop_map(|(person, all)| Operation::MarkSeen { person, all }),
        3 => (0..5_usize).prop_map(|person| Operation::TakeSnapshot { person }),
        2 => (1..90_000_u64).prop_map(|millis| Operation::AdvanceClock { millis }),
        1 => (1..90_000_u64).prop_map(|millis| Operation::SetClockBack { millis }),
    ]
}

/// The site and the state of the scenario so far.
struct Scenario {
    site: Site,
    /// Two organizers, then three talents.
    people: Vec<Viewer>,
    conversations: Vec<(ConversationId, Viewer, Viewer)>,
    sent: Vec<(Viewer, MessageDraft)>,
    snapshots: Vec<(Viewer, Views)>,
}

impl Scenario {
    async fn new(site: Site) -> Self {
        let demo = site.demo().await;
        let conversations = vec![
            (demo.launch, demo.eventpro.clone(), demo.sarah.clone()),
            (demo.sundowner, demo.safari.clone(), demo.kamau.clone()),
        ];
        let people = demo.all().map(Viewer::clone).to_vec();
        Self { site, people, conversations, sent: Vec::new(), snapshots: Vec::new() }
    }

    fn pick_viewer(&self, conversation: usize, talent: bool) -> (ConversationId, Viewer) {
        let (id, organizer, other) = &self.conversations[conversation % self.conversations.len()];
        (*id, if talent { other } else { organizer }.clone())
    }

    async fn run(&mut self, operation: &Operation) {
        let greenroom = &self.site.greenroom;
        match *operation {
            Operation::Send { conversation, talent, text } => {
                let (id, by) = self.pick_viewer(conversation, talent);
                let draft = draft(id, &format!("Text {text}"));
                greenroom.send_message(&by, draft.clone()).await.expect("a message");
                self.sent.push((by, draft));
            }
            Operation::Retry { earlier } if !self.sent.is_empty() => {
                let (by, draft) = &self.sent[earlier % self.sent.len()];
                greenroom.send_message(by, draft.clone()).await.expect("a retry");
            }
            Operation::OpenBooking { organizer, talent } => {
                let (organizer, talent) = (self.people[organizer].clone(), self.people[2 + talent].clone());
                let opened = greenroom.open_booking(&organizer, draft_booking(talent.id())).await.expect("a booking");
                self.conversations.push((opened.id, organizer, talent));
            }
            Operation::MarkRead { conversation, talent, seq } => {
                let (id, by) = self.pick_viewer(conversation, talent);
                greenroom.mark_read(&by, id, seq).await.expect("marked read");
            }
            Operation::MarkUnread { conversation, talent, seq } => {
                let (id, by) = self.pick_viewer(conversation, talent);
                greenroom.mark_unread(&by, id, seq).await.expect("marked unread");
            }
            Operation::MarkDelivered { conversation, talent, seq } => {
                let (id, by) = self.pick_viewer(conversation, talent);
                greenroom.mark_delivered(&by, id, seq).await.expect("delivered");
            }
            Operation::SetReceipts { person, wanted } => {
                let viewer = &self.people[person];
                let input = AccountInput { receipts: Some(wanted), ..Default::default() };
                greenroom.change_account(viewer, input.parse(viewer.role()).expect("a change")).await.expect("changed");
            }
            Operation::ApplyAction { conversation, talent, action } => {
                let (id, by) = self.pick_viewer(conversation, talent);
                let booking = greenroom.load_conversation(&by, id).await.expect("a conversation").0.booking.id;
                // The action may be refused, depending on the status and the role.
                let _ = greenroom.apply_booking_action(&by, booking, model::BookingAction::ALL[action]).await;
            }
            Operation::Rename { person, number } => {
                let viewer = &self.people[person];
                let input = AccountInput { name: Some(format!("Name {number}")), ..Default::default() };
                greenroom.change_account(viewer, input.parse(viewer.role()).expect("a change")).await.expect("a name");
            }
            Operation::MarkSeen { person, all } => {
                let viewer = &self.people[person];
                let first = greenroom.list_notifications(viewer, None).await.expect("notifications").notifications;
                let ids = first.iter().skip(1).step_by(2).map(|known| known.id).collect();
                greenroom
                    .mark_notifications_seen(
                        viewer,
                        if all { NotificationSelection::All } else { NotificationSelection::Ids(ids) },
                    )
                    .await
                    .expect("marked");
            }
            Operation::TakeSnapshot { person } => {
                let viewer = self.people[person].clone();
                self.snapshots.push((viewer.clone(), Views::read(greenroom, &viewer).await));
            }
            Operation::SetClockBack { millis } => self.site.clock.set_back(Duration::from_millis(millis)),
            Operation::AdvanceClock { millis } => self.site.clock.advance(Duration::from_millis(millis)),
            Operation::Retry { .. } => {}
        }
    }

    async fn check_consistency(self) {
        for viewer in &self.people {
            let log = audit_event_log(&self.site.greenroom, viewer).await;
            let current = Views::read(&self.site.greenroom, viewer).await;
            for (_, snapshot) in self.snapshots.iter().filter(|(owner, _)| owner.id() == viewer.id()) {
                assert_consistent(viewer, snapshot, &current, &log);
            }
        }
    }
}

/// Checks one view, applying every event twice and older events again in between.
fn assert_consistent(viewer: &Viewer, snapshot: &Views, current: &Views, log: &[Envelope]) {
    let me = viewer.id();
    let mut view = snapshot.clone();
    for envelope in log {
        view.apply(me, envelope);
        let after = view.clone();
        let twice = view.apply(me, envelope);
        let older = log[usize::try_from(envelope.seq / 2).expect("a small number")..].first();
        let out_of_date = older.is_some_and(|older| older.seq <= envelope.seq && view.apply(me, older));
        assert!(!twice && !out_of_date && view == after, "a known event changed something: {envelope:?}");
    }
    assert!(view.inbox.is_some() || snapshot.inbox.as_ref().is_some_and(|inbox| inbox.next_page.is_some()));
    let current = current.clone().only_threads_of(&view);
    assert_eq!(view.truncated_to(&current), current, "{}", viewer.person().name);
}

async fn old_view_plus_later_events_equals_current_view(site: Site) {
    let kind = site.kind;
    let mut runner =
        TestRunner::new(Config { cases: 25, failure_persistence: None, max_shrink_iters: 100, ..Config::default() });
    let operations = prop::collection::vec(any_operation(), 5..40);
    let outcome = tokio::task::block_in_place(|| {
        runner.run(&operations, |operations| {
            Handle::current().block_on(async {
                let mut scenario = Scenario::new(Site::new(kind).await).await;
                for operation in &operations {
                    scenario.run(operation).await;
                }
                scenario.check_consistency().await;
            });
            Ok(())
        })
    });
    if let Err(broken) = outcome {
        panic!("{broken}");
    }
}
