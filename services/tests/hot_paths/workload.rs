//! A workload that runs every everyday use case once.

use crate::captured_statements::CapturedStatements;
use model::{
    AgendaPeriod, AgendaPosition, BookingAction, BookingId, BookingInput, ConversationId, InboxFilter, MessageDraft,
    MessageInput, Money, NewPassword, Role,
};
use services::{
    EventSink, Greenroom, Resume, Viewer,
    accounts::{Credentials, Password},
    clock::{Clock, ManualClock, SystemClock},
    mail::{DeliveryError, Mailer, OutgoingEmail},
    messages::Window,
    notifications::NotificationSelection,
    refused_forms::{FormBrowser, FormOwner, RefusedForm},
    seed::{ACHIENG, DemoPerson, EVENTPRO, KAMAU, PASSWORD, SARAH},
    talents::{ProfileKey, TalentSearch},
};
use std::{
    net::{IpAddr, Ipv4Addr},
    sync::Arc,
    time::Duration,
};
use test_support::deadline::soon;
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};
use uuid::Uuid;

const MINUTE: Duration = Duration::from_secs(60);

/// A mailer that accepts every e-mail.
struct AcceptingMailer;

impl Mailer for AcceptingMailer {
    async fn send(&self, _: &OutgoingEmail) -> Result<(), DeliveryError> {
        Ok(())
    }
}

/// Runs all use cases.
pub(crate) async fn run_all(greenroom: &Greenroom, clock: &ManualClock, captured: &CapturedStatements) {
    captured.label("signing in");
    let organizer = sign_in(greenroom, clock, EVENTPRO).await;
    let talent = sign_in(greenroom, clock, SARAH).await;
    let launch = find_conversation(greenroom, &organizer, &talent).await;
    read(greenroom, captured, &organizer, launch).await;
    read(greenroom, captured, &talent, launch).await;
    write(greenroom, captured, (&organizer, &talent), launch).await;
    stream_events(greenroom, captured, &organizer, &talent).await;
    browse(greenroom, captured, &organizer, &talent).await;
    run_background_work(greenroom, clock, captured).await;
    register_and_delete(greenroom, clock, captured).await;
}

async fn sign_in(greenroom: &Greenroom, clock: &ManualClock, person: DemoPerson) -> Viewer {
    let credentials = Credentials { email: person.email.parse().ok(), password: Password::new(PASSWORD.to_owned()) };
    let signed_in =
        greenroom.sign_in(credentials, IpAddr::from(Ipv4Addr::LOCALHOST), "a test").await.expect("a session");
    greenroom.authenticate(&signed_in.token).await.expect("a viewer");
    // After this time, the next authentication records the session's use.
    clock.advance(6 * MINUTE);
    greenroom.authenticate(&signed_in.token).await.expect("a viewer")
}

/// Finds the conversation between the two, on whichever page of the inbox it is.
async fn find_conversation(greenroom: &Greenroom, organizer: &Viewer, talent: &Viewer) -> ConversationId {
    let mut page = None;
    loop {
        let inbox = greenroom.load_inbox(organizer, page.as_deref()).await.expect("an inbox");
        if let Some(found) = inbox.conversations.iter().find(|found| found.counterpart.id == talent.id()) {
            return found.id;
        }
        page = Some(inbox.next_page.expect("their conversation"));
    }
}

async fn read(greenroom: &Greenroom, captured: &CapturedStatements, viewer: &Viewer, id: ConversationId) {
    captured.label("the inbox");
    let inbox = greenroom.load_inbox(viewer, None).await.expect("an inbox");
    if let Some(page) = inbox.next_page {
        greenroom.load_inbox(viewer, Some(&page)).await.expect("a page");
    }
    captured.label("the inbox's page");
    for filter in InboxFilter::ALL {
        let list = greenroom.load_inbox_list(viewer, *filter, None, None).await.expect("a list");
        if let Some(page) = list.next_page {
            greenroom.load_inbox_list(viewer, *filter, None, Some(&page.to_string())).await.expect("a page");
        }
        greenroom.load_inbox_list(viewer, *filter, Some("launch"), None).await.expect("a search");
    }
    captured.label("the bookings by day");
    let month = SystemClock.now().day().month();
    let next = AgendaPosition::after(month.first_day(), BookingId(Uuid::now_v7()));
    for period in [AgendaPeriod::Upcoming, AgendaPeriod::Month(month), AgendaPeriod::From(next)] {
        greenroom.load_agenda(viewer, period).await.expect("an agenda");
    }
    captured.label("opening a thread");
    for window in [Window::Unread, Window::Newest, Window::Around(4)] {
        greenroom.load_thread(viewer, id, window).await.expect("a thread");
    }
    captured.label("paging in a thread");
    for window in [Window::Before(8), Window::After(3)] {
        greenroom.list_messages(viewer, id, window, None).await.expect("messages");
    }
    captured.label("a conversation");
    greenroom.load_conversation(viewer, id).await.expect("a conversation");
    captured.label("a conversation to print");
    greenroom.load_transcript(viewer, id).await.expect("a transcript");
}

async fn write(
    greenroom: &Greenroom,
    captured: &CapturedStatements,
    (organizer, talent): (&Viewer, &Viewer),
    id: ConversationId,
) {
    captured.label("sending");
    let draft = draft(id);
    let message = greenroom.send_message(organizer, draft.clone()).await.expect("sent").into_message();
    captured.label("sending again");
    greenroom.send_message(organizer, draft).await.expect("sent");
    captured.label("delivering");
    greenroom.mark_delivered(talent, id, message.seq).await.expect("delivered");
    captured.label("reading");
    greenroom.mark_read(talent, id, message.seq).await.expect("read");
    greenroom.mark_read(talent, id, message.seq).await.expect("nothing to do");
    greenroom.mark_unread(talent, id, message.seq).await.expect("marked unread");
    captured.label("typing");
    greenroom.notify_typing(talent, id).await.expect("typing");
    captured.label("presence");
    greenroom.load_presence(talent, id).await.expect("presence");
}

async fn stream_events(greenroom: &Greenroom, captured: &CapturedStatements, organizer: &Viewer, talent: &Viewer) {
    captured.label("streaming");
    let rounds = [tokio::spawn(greenroom.clone().run_heartbeat()), tokio::spawn(greenroom.clone().run_presence())];
    let mut talent_stream = open(greenroom, talent, Resume::Live).await;
    let mut organizer_stream = open(greenroom, organizer, Resume::After(1)).await;
    // A heartbeat polls the newest sequence numbers; a new stream publishes presence to counterparts.
    wait_for_frame(&mut organizer_stream, "event: heartbeat").await;
    wait_for_frame(&mut talent_stream, "event: presence").await;
    for round in rounds {
        round.abort();
    }
}

/// Opens a stream and returns its frames. The task that runs it ends when they are dropped.
async fn open(greenroom: &Greenroom, viewer: &Viewer, resume: Resume) -> UnboundedReceiver<Vec<u8>> {
    let (sender, frames) = mpsc::unbounded_channel();
    let stream = greenroom.subscribe(viewer, resume, false).await.expect("a stream");
    tokio::spawn(stream.run(Arc::new(ChannelSink(sender))));
    frames
}

struct ChannelSink(UnboundedSender<Vec<u8>>);

impl EventSink for ChannelSink {
    fn try_write(&self, frame: &[u8]) -> bool {
        self.0.send(frame.to_owned()).is_ok()
    }

    async fn write(&self, frame: &[u8]) -> bool {
        self.try_write(frame)
    }

    fn close(&self) {}

    fn abort(&self) {}
}

async fn wait_for_frame(stream: &mut UnboundedReceiver<Vec<u8>>, wanted: &str) {
    let waiting =
        async { while !String::from_utf8_lossy(&stream.recv().await.expect("the stream goes on")).contains(wanted) {} };
    soon(wanted, waiting).await;
}

async fn browse(greenroom: &Greenroom, captured: &CapturedStatements, organizer: &Viewer, talent: &Viewer) {
    captured.label("the navigation state");
    greenroom.load_nav_state(talent).await.expect("a nav state");
    greenroom.load_user(talent).await.expect("a user");
    captured.label("notifications");
    let notification_list = greenroom.list_notifications(organizer, None).await.expect("notifications");
    if let Some(page) = notification_list.next_page {
        greenroom.list_notifications(organizer, Some(&page)).await.expect("a page");
    }
    let seen = notification_list.notifications.iter().map(|notification| notification.id).collect();
    greenroom.mark_notifications_seen(organizer, NotificationSelection::Ids(seen)).await.expect("seen");
    greenroom.mark_notifications_seen(talent, NotificationSelection::All).await.expect("seen");
    captured.label("bookings");
    let booked = greenroom.open_booking(organizer, booking_with(talent)).await.expect("a booking");
    greenroom.find_clashes(talent, booked.booking.id).await.expect("clashes");
    greenroom.apply_booking_action(talent, booked.booking.id, BookingAction::Accept).await.expect("accepted");
    greenroom.load_booking_view(talent, booked.booking.id).await.expect("a booking");
    greenroom.list_bookings(talent, None).await.expect("bookings");
    let (_, page) = greenroom.list_bookings(organizer, None).await.expect("bookings");
    if let Some(page) = page {
        greenroom.list_bookings(organizer, Some(&page)).await.expect("a page");
    }
    captured.label("the directory");
    greenroom.load_talent(organizer, talent.id()).await.expect("a talent");
    let slug: ProfileKey = "sarah-wanjiru".parse().expect("a slug");
    greenroom.load_profile(None, &slug).await.expect("a profile");
    greenroom.load_profile(Some(organizer), &ProfileKey::Id(talent.id())).await.expect("a profile");
    greenroom.load_first_steps(organizer).await.expect("first steps");
    greenroom.list_featured_talents().await.expect("talents");
    let directory = greenroom.search_talents(organizer, TalentSearch::default()).await.expect("a directory");
    if let Some(page) = directory.next_page {
        greenroom
            .search_talents(organizer, TalentSearch { page: Some(page), ..TalentSearch::default() })
            .await
            .expect("a page");
    }
    let (query, craft) = ("dj".to_owned(), "dj".parse().expect("a craft"));
    greenroom
        .search_talents(organizer, TalentSearch { query: Some(query), craft: Some(craft), page: None })
        .await
        .expect("a page");
    captured.label("refused forms");
    refuse_form(greenroom, talent).await;
    captured.label("settings");
    greenroom.set_time_zone(talent, "Africa/Nairobi".parse().expect("a zone")).await.expect("stored");
    // Another person's session, which isn't found.
    assert!(greenroom.end_session(talent, organizer.session()).await.is_err());
    greenroom.list_devices(talent).await.expect("devices");
    greenroom.list_access_tokens(talent).await.expect("tokens");
    greenroom.load_account(talent).await.expect("an account");
}

/// Stores a form, shows it, and deletes it because it was sent again.
async fn refuse_form(greenroom: &Greenroom, viewer: &Viewer) {
    let address = IpAddr::from(Ipv4Addr::LOCALHOST);
    let signed_in = FormBrowser { viewer: Some(viewer), cookie: Some("unknown"), user_agent: "a test", address };
    let form = RefusedForm { path: "/fn/x".to_owned(), fields: vec![("title".to_owned(), "Dinner".to_owned())] };
    // The session has ended: the cookie tells whose device it is.
    let ended = FormBrowser { viewer: None, ..signed_in };
    let owner = FormOwner::Person(viewer.id());
    assert_eq!(greenroom.keep_refused_form(ended, owner, &form).await.expect("a response"), None);
    let id = greenroom.keep_refused_form(signed_in, owner, &form).await.expect("a response").expect("an id");
    assert_eq!(greenroom.load_refused_form(signed_in, &id).await.expect("a response"), Some(form));
    greenroom.forget_refused_form(signed_in, "/fn/x", &id).await.expect("deleted");
}

/// Runs the background work.
async fn run_background_work(greenroom: &Greenroom, clock: &ManualClock, captured: &CapturedStatements) {
    captured.label("mail");
    let from = Ipv4Addr::LOCALHOST.into();
    greenroom.forgot_password(SARAH.email.parse().expect("an address"), from).await.expect("an e-mail");
    greenroom.resend_link(SARAH.email.parse().expect("an address"), None, from).await.expect("an e-mail");
    clock.advance(10 * MINUTE);
    greenroom.queue_digests().await.expect("digests");
    greenroom.deliver_pending(&AcceptingMailer).await.expect("deliveries");
    captured.label("cleanup");
    greenroom.count_backlog().await.expect("a backlog");
    greenroom.purge_expired().await.expect("a cleanup");
}

async fn register_and_delete(greenroom: &Greenroom, clock: &ManualClock, captured: &CapturedStatements) {
    captured.label("registering");
    let password = || NewPassword::parse(Some("velvet drum nairobi")).expect("a password");
    let newcomer = model::Registration {
        email: "zawadi@example.com".parse().expect("an address"),
        profile: model::Profile { password: password(), name: "Zawadi".to_owned(), role: Role::Talent, craft: None },
    };
    greenroom.register_account(newcomer, Ipv4Addr::LOCALHOST.into()).await.expect("accepted");
    captured.label("changing an account");
    let (kamau, achieng) = (sign_in(greenroom, clock, KAMAU).await, sign_in(greenroom, clock, ACHIENG).await);
    let name = Some("Kamau the Second".to_owned());
    let change = model::AccountInput { name, renew_slug: Some(true), ..model::AccountInput::default() };
    let change = change.parse(Role::Talent).expect("a change");
    greenroom.change_account(&kamau, change).await.expect("changed");
    greenroom.change_password(&kamau, Password::new(PASSWORD.to_owned()), password()).await.expect("changed");
    captured.label("exporting data");
    let mut export = greenroom.export_data(&kamau).expect("an export");
    while let Some(piece) = export.next().await {
        piece.expect("a piece");
    }
    captured.label("signing out");
    greenroom.sign_out(&kamau).await.expect("signed out");
    captured.label("deleting an account");
    greenroom.delete_account(&achieng, Password::new(PASSWORD.to_owned())).await.expect("deleted");
    captured.label("cleanup, a week later");
    // The newcomer has never confirmed their address.
    clock.advance(8 * 24 * 60 * MINUTE);
    greenroom.purge_expired().await.expect("a cleanup");
}

fn draft(id: ConversationId) -> MessageDraft {
    let input = MessageInput {
        conversation_id: Some(id.to_string()),
        body: Some("See you there".to_owned()),
        client_id: Some(services::generate_client_id().to_string()),
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
