//! Server functions. Each does three things: identify the viewer, parse the input, call the service.

mod account;
mod talents;
#[cfg(test)]
mod tests;
mod thread;

pub use account::*;
pub use talents::*;
pub use thread::*;

use crate::{
    request_error::{ForPerson, RequestResult},
    server_fn_client::FormPost,
};
use leptos::prelude::*;
use model::{Agenda, BookingView, InboxList, Message, NavState, NotificationList, Person, Thread};

/// Functions that don't need a session. The server refuses all others if the page belongs to another person.
pub const PUBLIC_SERVER_FNS: [&str; 11] = [
    "/fn/sign-in",
    "/fn/signed-in",
    "/fn/register",
    "/fn/resend",
    "/fn/link",
    "/fn/verify",
    "/fn/forgot",
    "/fn/reset",
    "/fn/unsubscribe",
    "/fn/profile",
    "/fn/featured",
];

/// Signs in, and redirects to `next`, a path of this site, or to the inbox.
#[server(prefix = "/fn", endpoint = "sign-in", protocol = FormPost)]
pub async fn sign_in(email: String, password: String, next: Option<String>) -> RequestResult<()> {
    use services::accounts::{Credentials, Password};
    let (greenroom, context) = (crate::ssr::greenroom()?, crate::ssr::request_context()?);
    crate::ssr::require_fields(&[("email", &email), ("password", &password)])?;
    let credentials = Credentials { email: email.parse().ok(), password: Password::new(password) };
    let signed_in = greenroom.sign_in(credentials, context.sign_in_origin(), &context.user_agent).await?;
    greenroom.end_previous_session(context.viewer.as_ref()).await?;
    crate::ssr::sign_in_with(
        &signed_in.token,
        next.as_deref().and_then(crate::paths::same_site_path).unwrap_or("/inbox"),
    )
}

/// Returns the person who is signed in with this browser; the page that calls may belong to another person.
#[server(prefix = "/fn", endpoint = "signed-in", protocol = FormPost)]
pub async fn load_current_person() -> RequestResult<Option<Person>> {
    Ok(crate::ssr::request_context()?.viewer.map(|viewer| viewer.person().clone()))
}

/// Signs out. The hydrated page navigates by itself, after it has deleted its stored data.
#[server(prefix = "/fn", endpoint = "sign-out", protocol = FormPost)]
pub async fn sign_out() -> RequestResult<()> {
    let (greenroom, viewer) = (crate::ssr::greenroom()?, crate::ssr::viewer()?);
    greenroom.sign_out(&viewer).await?;
    let cookie: crate::ssr::SessionCookie = use_context().ok_or(model::ApiError::Internal)?;
    crate::ssr::set_cookie(cookie.clear_header().ok_or(model::ApiError::Internal)?);
    crate::ssr::redirect_plain_form("/signin");
    Ok(())
}

/// Returns the viewer and the counts that the navigation shows.
#[server(prefix = "/fn", endpoint = "frame", protocol = FormPost)]
pub async fn load_nav_state() -> RequestResult<ForPerson<NavState>> {
    let (greenroom, viewer) = (crate::ssr::greenroom()?, crate::ssr::viewer()?);
    crate::ssr::for_person(&viewer, greenroom.load_nav_state(&viewer).await)
}

/// Returns the key with which this browser encrypts the viewer's stored data.
#[server(prefix = "/fn", endpoint = "browser-key", protocol = FormPost)]
pub async fn load_browser_key() -> RequestResult<String> {
    let (greenroom, viewer) = (crate::ssr::greenroom()?, crate::ssr::viewer()?);
    greenroom.load_browser_key(&viewer).await.map_err(crate::ssr::without_status)
}

/// Returns one page of the inbox: `show` names the filter, `query` a text that names or titles contain.
#[server(prefix = "/fn", endpoint = "inbox", protocol = FormPost)]
pub async fn load_inbox(
    show: Option<String>,
    query: Option<String>,
    page: Option<String>,
) -> RequestResult<ForPerson<InboxList>> {
    let (greenroom, viewer) = (crate::ssr::greenroom()?, crate::ssr::viewer()?);
    let filter = show.as_deref().and_then(|show| show.parse().ok()).unwrap_or(model::InboxFilter::All);
    let list = greenroom.load_inbox_list(&viewer, filter, query.as_deref(), page.as_deref()).await;
    crate::ssr::for_person(&viewer, list)
}

/// Returns a window of a thread: before, after or around a message, or where the thread opens.
#[server(prefix = "/fn", endpoint = "thread", protocol = FormPost)]
pub async fn load_thread(
    id: String,
    before: Option<i64>,
    after: Option<i64>,
    at: Option<i64>,
) -> RequestResult<ForPerson<Thread>> {
    use services::messages::Window;
    let (greenroom, viewer) = (crate::ssr::greenroom()?, crate::ssr::viewer()?);
    let window = match (before, after, at) {
        (Some(seq), _, _) => Window::Before(seq),
        (_, Some(seq), _) => Window::After(seq),
        (_, _, Some(seq)) => Window::Around(seq),
        (None, None, None) => Window::Unread,
    };
    crate::ssr::for_person(&viewer, greenroom.load_thread(&viewer, crate::ssr::parse_id(&id)?, window).await)
}

/// Sends a message. Idempotent by `client_id`.
#[server(prefix = "/fn", endpoint = "post", protocol = FormPost)]
pub async fn post_message(conversation_id: String, body: String, client_id: Option<String>) -> RequestResult<Message> {
    let (greenroom, viewer) = (crate::ssr::greenroom()?, crate::ssr::viewer()?);
    // A form ends its lines with CRLF: without this, a retry by the outbox or the API would have a different body.
    let body = Some(body.replace("\r\n", "\n"));
    let input = model::MessageInput { conversation_id: Some(conversation_id), body, client_id };
    let draft = input.parse()?;
    let message = greenroom.send_message(&viewer, draft).await?.into_message();
    crate::ssr::redirect_plain_form(&crate::paths::conversation_path(message.conversation_id));
    Ok(message)
}

/// Returns one page of the notifications.
#[server(prefix = "/fn", endpoint = "notifications", protocol = FormPost)]
pub async fn load_notifications(page: Option<String>) -> RequestResult<ForPerson<NotificationList>> {
    let (greenroom, viewer) = (crate::ssr::greenroom()?, crate::ssr::viewer()?);
    crate::ssr::for_person(&viewer, greenroom.list_notifications(&viewer, page.as_deref()).await)
}

/// Marks one notification as seen, or all of them if `id` is `None`.
#[server(prefix = "/fn", endpoint = "mark-seen", protocol = FormPost)]
pub async fn mark_notifications_read(id: Option<String>) -> RequestResult<()> {
    use services::notifications::NotificationSelection;
    let (greenroom, viewer) = (crate::ssr::greenroom()?, crate::ssr::viewer()?);
    let seen = match id {
        Some(id) => NotificationSelection::Ids(vec![crate::ssr::parse_id(&id)?]),
        None => NotificationSelection::All,
    };
    greenroom.mark_notifications_seen(&viewer, seen).await?;
    crate::ssr::redirect_plain_form("/notifications");
    Ok(())
}

/// Creates a booking inquiry, and redirects to its conversation.
#[server(prefix = "/fn", endpoint = "open-booking", protocol = FormPost)]
pub async fn open_booking(
    talent_id: String,
    title: String,
    event_date: String,
    venue: String,
    fee: String,
    message: String,
    client_id: Option<String>,
) -> RequestResult<()> {
    let (greenroom, viewer) = (crate::ssr::greenroom()?, crate::ssr::viewer()?);
    let input = model::BookingInput {
        talent_id: Some(talent_id),
        title: Some(title),
        event_date: Some(event_date),
        venue: Some(venue),
        fee: None,
        message: Some(message.replace("\r\n", "\n")),
        client_id,
    };
    let draft = input.parse_with_fee(model::Money::parse_shillings(Some(&fee)), greenroom.now())?;
    let opened = greenroom.open_booking(&viewer, draft).await?;
    leptos_axum::redirect(&crate::paths::conversation_path(opened.id));
    Ok(())
}

/// Returns a booking with its conversation.
#[server(prefix = "/fn", endpoint = "booking", protocol = FormPost)]
pub async fn load_booking(id: String) -> RequestResult<ForPerson<BookingView>> {
    let (greenroom, viewer) = (crate::ssr::greenroom()?, crate::ssr::viewer()?);
    crate::ssr::for_person(&viewer, greenroom.load_booking_view(&viewer, crate::ssr::parse_id(&id)?).await)
}

/// Returns the bookings of a period, written as [`model::AgendaPeriod`] is; the upcoming ones if there is no such period.
#[server(prefix = "/fn", endpoint = "agenda", protocol = FormPost)]
pub async fn load_agenda(period: String) -> RequestResult<ForPerson<Agenda>> {
    let (greenroom, viewer) = (crate::ssr::greenroom()?, crate::ssr::viewer()?);
    let period = period.parse().unwrap_or(model::AgendaPeriod::Upcoming);
    crate::ssr::for_person(&viewer, greenroom.load_agenda(&viewer, period).await)
}

/// Accepts, declines or cancels a booking.
#[server(prefix = "/fn", endpoint = "step", protocol = FormPost)]
pub async fn apply_booking_action(booking_id: String, step: String) -> RequestResult<model::Booking> {
    let (greenroom, viewer) = (crate::ssr::greenroom()?, crate::ssr::viewer()?);
    let action = crate::ssr::check_field("step", step.parse().map_err(|()| model::FieldError::Invalid))?;
    Ok(greenroom.apply_booking_action(&viewer, crate::ssr::parse_id(&booking_id)?, action).await?)
}
