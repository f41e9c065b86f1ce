//! Projection consistency with concurrent actors, through two processes on one database.

use crate::support::{DemoData, Site, Views, audit_event_log, draft, draft_booking, soon, test_rng};
use model::ConversationId;
use services::{Greenroom, Limits, Viewer};
use test_support::rng::SeededRng;
use tokio::task::JoinSet;

on_both! {
    old_view_plus_later_events_equals_current_view,
}

const SCENARIOS: usize = 6;
const ACTORS: usize = 8;
const ACTIONS: usize = 12;

type Snapshots = Vec<(Viewer, Views)>;

/// A person who acts in several conversations, on one node.
struct Actor {
    greenroom: Greenroom,
    viewer: Viewer,
    conversations: Vec<ConversationId>,
    talent: Viewer,
    rng: SeededRng,
}

impl Actor {
    async fn run(mut self) -> Snapshots {
        let mut snapshots = Snapshots::new();
        for number in 0..ACTIONS {
            let conversation = self.conversations[self.rng.random_index(self.conversations.len())];
            let seq = i64::try_from(self.rng.random_index(40)).expect("a small number");
            match self.rng.random_index(13) {
                0..=3 => {
                    let draft = draft(conversation, &format!("Act {number}"));
                    let times = 1 + self.rng.random_index(4) / 3;
                    for _ in 0..times {
                        self.greenroom.send_message(&self.viewer, draft.clone()).await.expect("a message");
                    }
                }
                4..=6 => {
                    self.greenroom.mark_read(&self.viewer, conversation, seq).await.expect("marked read");
                }
                7 if self.viewer.role() == model::Role::Organizer => {
                    let draft = draft_booking(self.talent.id());
                    self.greenroom.open_booking(&self.viewer, draft).await.expect("a booking");
                }
                8 => self.greenroom.mark_unread(&self.viewer, conversation, seq).await.expect("marked unread"),
                9..=10 => self.greenroom.mark_delivered(&self.viewer, conversation, seq).await.expect("delivered"),
                _ => snapshots.push((self.viewer.clone(), Views::read(&self.greenroom, &self.viewer).await)),
            }
        }
        snapshots
    }
}

/// Opens bookings so that both EventPro and Safari Sounds share conversations with Sarah and DJ Kamau.
async fn open_bookings(site: &Site, demo: &DemoData) -> Vec<(Viewer, Vec<ConversationId>)> {
    let open = async |organizer: &Viewer, talent: &Viewer| {
        site.greenroom.open_booking(organizer, draft_booking(talent.id())).await.expect("a booking").id
    };
    let (eventpro_and_kamau, safari_and_sarah) =
        (open(&demo.eventpro, &demo.kamau).await, open(&demo.safari, &demo.sarah).await);
    vec![
        (demo.eventpro.clone(), vec![demo.launch, eventpro_and_kamau]),
        (demo.safari.clone(), vec![demo.sundowner, safari_and_sarah]),
        (demo.sarah.clone(), vec![demo.launch, safari_and_sarah]),
        (demo.kamau.clone(), vec![demo.sundowner, eventpro_and_kamau]),
    ]
}

async fn run_scenario(site: &Site, rng: &mut SeededRng) {
    let demo = site.demo().await;
    let limits = Limits { inquiries_per_day: 1_000, open_inquiries_per_pair: 1_000, ..Limits::default() };
    let second = site.open_second_node(limits).await;
    let people = open_bookings(site, &demo).await;
    let mut actors = JoinSet::new();
    for number in 0..ACTORS {
        let (viewer, conversations) = people[number % people.len()].clone();
        let greenroom = if number < people.len() { &site.greenroom } else { &second }.clone();
        let talent = if rng.random_index(2) == 0 { &demo.sarah } else { &demo.achieng }.clone();
        actors.spawn(Actor { greenroom, viewer, conversations, talent, rng: rng.fork() }.run());
    }
    let snapshots = soon("all actors", actors.join_all()).await.concat();
    for viewer in demo.all() {
        let log = audit_event_log(&site.greenroom, viewer).await;
        let current = Views::read(&site.greenroom, viewer).await;
        for (_, snapshot) in snapshots.iter().filter(|(owner, _)| owner.id() == viewer.id()) {
            let mut view = snapshot.clone();
            for envelope in &log {
                view.apply(viewer.id(), envelope);
            }
            let current = current.clone().only_threads_of(&view);
            assert_eq!(view.truncated_to(&current), current, "{} from {}", viewer.person().name, snapshot.cursor());
        }
    }
}

async fn old_view_plus_later_events_equals_current_view(site: Site) {
    let mut rng = test_rng();
    for _ in 0..SCENARIOS {
        run_scenario(&Site::new(site.kind).await, &mut rng).await;
    }
}
