//! A day on which everything happens once.

use crate::heard::Heard;
use model::{BookingInput, ConversationId, Draft, MessageInput, Money, NewPassword, Role, Step};
use services::{
    Greenroom, Outlet, Resume, Viewer,
    accounts::{Credentials, Password},
    clock::{Clock, SetClock, SystemClock},
    mail::{Mailer, Outgoing, Undelivered},
    messages::Window,
    notifications::Seen,
    seed::{ACHIENG, EVENTPRO, KAMAU, Member, PASSWORD, SARAH},
    talents::Search,
};
use std::{
    net::{IpAddr, Ipv4Addr},
    sync::Arc,
    time::Duration,
};
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};

const MINUTE: Duration = Duration::from_secs(60);

/// Takes every letter.
struct Office;

impl Mailer for Office {
    async fn send(&self, _: &Outgoing) -> Result<(), Undelivered> {
        Ok(())
    }
}

/// Does everything.
pub(crate) async fn spend(house: &Greenroom, clock: &SetClock, heard: &Heard) {
    heard.act("signing in");
    let organizer = sign_in(house, clock, EVENTPRO).await;
    let talent = sign_in(house, clock, SARAH).await;
    let launch = launch(house, &organizer, &talent).await;
    read(house, heard, &organizer, launch).await;
    write(house, heard, (&organizer, &talent), launch).await;
    follow(house, heard, &organizer, &talent).await;
    look_around(house, heard, &organizer, &talent).await;
    keep(house, clock, heard).await;
    leave(house, clock, heard).await;
}

async fn sign_in(house: &Greenroom, clock: &SetClock, member: Member) -> Viewer {
    let credentials = Credentials { email: member.email.parse().ok(), password: Password::new(PASSWORD.to_owned()) };
    let signed_in = house.sign_in(credentials, IpAddr::from(Ipv4Addr::LOCALHOST), "a test").await.expect("a session");
    house.viewer(&signed_in.token).await.expect("a viewer");
    // Late enough for the session's use to be noted.
    clock.advance(6 * MINUTE);
    house.viewer(&signed_in.token).await.expect("a viewer")
}

/// The conversation that both are in, wherever it is in the inbox.
async fn launch(house: &Greenroom, organizer: &Viewer, talent: &Viewer) -> ConversationId {
    let mut page = None;
    loop {
        let inbox = house.inbox(organizer, page.as_deref()).await.expect("an inbox");
        if let Some(found) = inbox.conversations.iter().find(|found| found.counterpart.id == talent.id()) {
            return found.id;
        }
        page = Some(inbox.next_page.expect("they have talked"));
    }
}

async fn read(house: &Greenroom, heard: &Heard, viewer: &Viewer, id: ConversationId) {
    heard.act("the inbox");
    let inbox = house.inbox(viewer, None).await.expect("an inbox");
    if let Some(page) = inbox.next_page {
        house.inbox(viewer, Some(&page)).await.expect("a page");
    }
    heard.act("opening a thread");
    for window in [Window::Unread, Window::Newest, Window::Around(4)] {
        house.thread(viewer, id, window).await.expect("a thread");
    }
    heard.act("paging in a thread");
    for window in [Window::Before(8), Window::After(3)] {
        house.history(viewer, id, window, None).await.expect("messages");
    }
    heard.act("a conversation");
    house.conversation(viewer, id).await.expect("a conversation");
}

async fn write(house: &Greenroom, heard: &Heard, (organizer, talent): (&Viewer, &Viewer), id: ConversationId) {
    heard.act("sending");
    let draft = draft(id);
    let message = house.post(organizer, draft.clone()).await.expect("sent").into_message();
    heard.act("sending again");
    house.post(organizer, draft).await.expect("sent");
    heard.act("delivering");
    house.deliver(talent, id, message.seq).await.expect("delivered");
    heard.act("reading");
    house.read_on(talent, id, message.seq).await.expect("read");
    house.read_on(talent, id, message.seq).await.expect("nothing to do");
    house.mark_unread(talent, id, message.seq).await.expect("put back");
    heard.act("typing");
    house.typing(talent, id).await.expect("typing");
    heard.act("who is here");
    house.presence(talent, id).await.expect("presence");
}

async fn follow(house: &Greenroom, heard: &Heard, organizer: &Viewer, talent: &Viewer) {
    heard.act("following");
    let rounds = [tokio::spawn(house.clone().keep_pulse()), tokio::spawn(house.clone().keep_presence())];
    let mut hers = open(house, talent, Resume::Live).await;
    let mut his = open(house, organizer, Resume::After(1)).await;
    // A heartbeat looks for the newest number; somebody who comes is told to those they talk to.
    until(&mut his, "event: heartbeat").await;
    until(&mut hers, "event: presence").await;
    for round in rounds {
        round.abort();
    }
}

/// A stream's frames, sent by a task that ends with the stream.
async fn open(house: &Greenroom, viewer: &Viewer, resume: Resume) -> UnboundedReceiver<Vec<u8>> {
    let (wire, frames) = mpsc::unbounded_channel();
    let stream = house.follow(viewer, resume, false).await.expect("a stream");
    tokio::spawn(stream.run(Arc::new(Wire(wire))));
    frames
}

struct Wire(UnboundedSender<Vec<u8>>);

impl Outlet for Wire {
    fn put(&self, frame: &[u8]) -> bool {
        self.0.send(frame.to_owned()).is_ok()
    }

    async fn send(&self, frame: &[u8]) -> bool {
        self.put(frame)
    }

    fn end(&self) {}

    fn cut(&self) {}
}

async fn until(stream: &mut UnboundedReceiver<Vec<u8>>, wanted: &str) {
    let waiting =
        async { while !String::from_utf8_lossy(&stream.recv().await.expect("the stream goes on")).contains(wanted) {} };
    tokio::time::timeout(MINUTE / 2, waiting).await.expect(wanted);
}

async fn look_around(house: &Greenroom, heard: &Heard, organizer: &Viewer, talent: &Viewer) {
    heard.act("the frame of a page");
    house.frame(talent).await.expect("a frame");
    house.user(talent).await.expect("a user");
    heard.act("notifications");
    let notices = house.notifications(organizer, None).await.expect("notifications");
    if let Some(page) = notices.next_page {
        house.notifications(organizer, Some(&page)).await.expect("a page");
    }
    let seen = notices.notifications.iter().map(|notification| notification.id).collect();
    house.mark_seen(organizer, Seen::These(seen)).await.expect("seen");
    house.mark_seen(talent, Seen::All).await.expect("seen");
    heard.act("bookings");
    let booked = house.open_booking(organizer, booking_with(talent)).await.expect("a booking");
    house.step(talent, booked.booking.id, Step::Accept).await.expect("accepted");
    house.booking_view(talent, booked.booking.id).await.expect("a booking");
    let (_, page) = house.bookings(organizer, None).await.expect("bookings");
    if let Some(page) = page {
        house.bookings(organizer, Some(&page)).await.expect("a page");
    }
    heard.act("the directory");
    house.talent(organizer, talent.id()).await.expect("a talent");
    let directory = house.talents(organizer, Search::default()).await.expect("a directory");
    if let Some(page) = directory.next_page {
        house.talents(organizer, Search { page: Some(page), ..Search::default() }).await.expect("a page");
    }
    let (query, craft) = ("dj".to_owned(), "dj".parse().expect("a craft"));
    house.talents(organizer, Search { query: Some(query), craft: Some(craft), page: None }).await.expect("some of it");
    heard.act("settings");
    // Another's session, which is found not to be hers.
    assert!(house.end_session(talent, organizer.session()).await.is_err());
    house.devices(talent).await.expect("devices");
    house.access_tokens(talent).await.expect("tokens");
    house.account(talent).await.expect("an account");
}

/// What goes on without anybody.
async fn keep(house: &Greenroom, clock: &SetClock, heard: &Heard) {
    heard.act("mail");
    let from = Ipv4Addr::LOCALHOST.into();
    house.forgot_password(SARAH.email.parse().expect("an address"), from).await.expect("a letter");
    house.resend_link(SARAH.email.parse().expect("an address"), None, from).await.expect("a letter");
    clock.advance(10 * MINUTE);
    house.remind().await.expect("reminders");
    house.post_letters(&Office).await.expect("letters");
    heard.act("keeping house");
    house.mail_backlog().await.expect("a backlog");
    house.sweep().await.expect("a clean house");
}

async fn leave(house: &Greenroom, clock: &SetClock, heard: &Heard) {
    heard.act("joining");
    let password = || NewPassword::parse(Some("velvet drum nairobi")).expect("a password");
    let newcomer = model::Registration {
        email: "zawadi@example.com".parse().expect("an address"),
        profile: model::Profile { password: password(), name: "Zawadi".to_owned(), role: Role::Talent, craft: None },
    };
    house.register(newcomer, Ipv4Addr::LOCALHOST.into()).await.expect("taken");
    heard.act("changing an account");
    let (kamau, achieng) = (sign_in(house, clock, KAMAU).await, sign_in(house, clock, ACHIENG).await);
    let name = model::AccountInput { name: Some("DJ Kamau II".to_owned()), ..model::AccountInput::default() };
    let change = name.parse(Role::Talent).expect("a change");
    house.change_account(&kamau, change).await.expect("changed");
    house.change_password(&kamau, Password::new(PASSWORD.to_owned()), password()).await.expect("changed");
    heard.act("taking everything along");
    let mut export = house.export(&kamau).expect("an export");
    while let Some(piece) = export.next().await {
        piece.expect("a piece");
    }
    heard.act("signing out");
    house.sign_out(&kamau).await.expect("signed out");
    heard.act("leaving");
    house.leave(&achieng, Password::new(PASSWORD.to_owned())).await.expect("gone");
    heard.act("keeping house, a week later");
    // The newcomer has never confirmed their address.
    clock.advance(8 * 24 * 60 * MINUTE);
    house.sweep().await.expect("a clean house");
}

fn draft(id: ConversationId) -> Draft {
    let input = MessageInput {
        conversation_id: Some(id.to_string()),
        body: Some("See you there".to_owned()),
        client_id: Some(services::mint_client_id().to_string()),
    };
    input.parse().expect("a message")
}

fn booking_with(talent: &Viewer) -> model::BookingDraft {
    let now = SystemClock.now();
    let (_, tomorrow) = now.days_on_earth();
    let input = BookingInput {
        talent_id: Some(talent.id().to_string()),
        title: Some("Harvest dinner".to_owned()),
        event_date: Some(tomorrow.to_string()),
        venue: Some("Karura, Nairobi".to_owned()),
        fee: Some(Money { amount: 2_500_000, currency: "KES".to_owned() }),
        message: Some("Are you free that evening?".to_owned()),
        client_id: None,
    };
    input.parse(now).expect("a booking")
}
