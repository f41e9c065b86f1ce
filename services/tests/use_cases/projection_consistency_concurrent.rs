//! The same law while everybody acts at once, through two processes on one database.

use crate::support::{Cast, Dice, Site, Views, audit, booking_of, draft, within};
use model::ConversationId;
use services::{Greenroom, Limits, Viewer};
use tokio::task::JoinSet;

on_both! {
    an_old_view_with_what_came_after_is_the_view_of_now,
}

const STORIES: usize = 6;
const ACTORS: usize = 8;
const ACTS: usize = 12;

type Looks = Vec<(Viewer, Views)>;

/// Somebody with a hand in several conversations, at a device of their own.
struct Actor {
    greenroom: Greenroom,
    viewer: Viewer,
    conversations: Vec<ConversationId>,
    talent: Viewer,
    dice: Dice,
}

impl Actor {
    async fn act(mut self) -> Looks {
        let mut looks = Looks::new();
        for number in 0..ACTS {
            let conversation = self.conversations[self.dice.roll(self.conversations.len())];
            let seq = i64::try_from(self.dice.roll(40)).expect("a small number");
            match self.dice.roll(13) {
                0..=3 => {
                    let draft = draft(conversation, &format!("Act {number}"));
                    let times = 1 + self.dice.roll(4) / 3;
                    for _ in 0..times {
                        self.greenroom.send_message(&self.viewer, draft.clone()).await.expect("a message");
                    }
                }
                4..=6 => {
                    self.greenroom.mark_read(&self.viewer, conversation, seq).await.expect("reading on");
                }
                7 if self.viewer.role() == model::Role::Organizer => {
                    let draft = booking_of(self.talent.id());
                    self.greenroom.open_booking(&self.viewer, draft).await.expect("a booking");
                }
                8 => self.greenroom.mark_unread(&self.viewer, conversation, seq).await.expect("marking"),
                9..=10 => self.greenroom.mark_delivered(&self.viewer, conversation, seq).await.expect("delivering"),
                _ => looks.push((self.viewer.clone(), Views::read(&self.greenroom, &self.viewer).await)),
            }
        }
        looks
    }
}

/// EventPro and Safari Sounds both know Sarah and DJ Kamau.
async fn acquaint(site: &Site, cast: &Cast) -> Vec<(Viewer, Vec<ConversationId>)> {
    let open = async |organizer: &Viewer, talent: &Viewer| {
        site.greenroom.open_booking(organizer, booking_of(talent.id())).await.expect("a booking").id
    };
    let (theirs, hers) = (open(&cast.eventpro, &cast.kamau).await, open(&cast.safari, &cast.sarah).await);
    vec![
        (cast.eventpro.clone(), vec![cast.launch, theirs]),
        (cast.safari.clone(), vec![cast.sundowner, hers]),
        (cast.sarah.clone(), vec![cast.launch, hers]),
        (cast.kamau.clone(), vec![cast.sundowner, theirs]),
    ]
}

async fn play(site: &Site, dice: &mut Dice) {
    let cast = site.cast().await;
    let limits = Limits { inquiries_per_day: 1_000, open_inquiries_per_pair: 1_000, ..Limits::default() };
    let second = site.open_second_node(limits).await;
    let people = acquaint(site, &cast).await;
    let mut actors = JoinSet::new();
    for number in 0..ACTORS {
        let (viewer, conversations) = people[number % people.len()].clone();
        let greenroom = if number < people.len() { &site.greenroom } else { &second }.clone();
        let talent = if dice.roll(2) == 0 { &cast.sarah } else { &cast.achieng }.clone();
        actors.spawn(Actor { greenroom, viewer, conversations, talent, dice: dice.split() }.act());
    }
    let looks = within(actors.join_all()).await.concat();
    for viewer in cast.all() {
        let log = audit(&site.greenroom, viewer).await;
        let now = Views::read(&site.greenroom, viewer).await;
        for (_, then) in looks.iter().filter(|(looked, _)| looked.id() == viewer.id()) {
            let mut view = then.clone();
            for envelope in &log {
                view.apply(viewer.id(), envelope);
            }
            let now = now.clone().only_threads_of(&view);
            assert_eq!(view.cut_like(&now), now, "{} from {}", viewer.person().name, then.cursor());
        }
    }
}

async fn an_old_view_with_what_came_after_is_the_view_of_now(site: Site) {
    let mut dice = Dice::new();
    for _ in 0..STORIES {
        play(&Site::new(site.kind).await, &mut dice).await;
    }
}
