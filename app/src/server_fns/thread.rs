//! Server functions of a thread apart from messages: read markers, delivery, typing, presence, what an answer to its
//! request depends on, and the whole thread to print.

use crate::{
    request_error::{ForPerson, RequestResult},
    server_fn_client::FormPost,
};
use leptos::prelude::*;
use model::{Booking, Presence, Thread};

/// Marks a conversation's messages up to `seq` as read by the viewer.
#[server(prefix = "/fn", endpoint = "read-on", protocol = FormPost)]
pub async fn mark_read(conversation_id: String, seq: i64) -> RequestResult<()> {
    let (greenroom, viewer) = (crate::ssr::greenroom()?, crate::ssr::viewer()?);
    Ok(greenroom.mark_read(&viewer, crate::ssr::parse_id(&conversation_id)?, seq).await?)
}

/// Marks messages from `seq` on as unread, and redirects a plain form to the inbox.
#[server(prefix = "/fn", endpoint = "mark-unread", protocol = FormPost)]
pub async fn mark_unread(conversation_id: String, seq: i64) -> RequestResult<()> {
    let (greenroom, viewer) = (crate::ssr::greenroom()?, crate::ssr::viewer()?);
    greenroom.mark_unread(&viewer, crate::ssr::parse_id(&conversation_id)?, seq).await?;
    crate::ssr::redirect_plain_form("/inbox");
    Ok(())
}

/// Records that messages up to `seq` have reached this browser.
#[server(prefix = "/fn", endpoint = "delivered", protocol = FormPost)]
pub async fn mark_delivered(conversation_id: String, seq: i64) -> RequestResult<()> {
    let (greenroom, viewer) = (crate::ssr::greenroom()?, crate::ssr::viewer()?);
    Ok(greenroom.mark_delivered(&viewer, crate::ssr::parse_id(&conversation_id)?, seq).await?)
}

/// Signals that the viewer is typing.
#[server(prefix = "/fn", endpoint = "typing", protocol = FormPost)]
pub async fn send_typing(conversation_id: String) -> RequestResult<()> {
    let (greenroom, viewer) = (crate::ssr::greenroom()?, crate::ssr::viewer()?);
    Ok(greenroom.notify_typing(&viewer, crate::ssr::parse_id(&conversation_id)?).await?)
}

/// Returns whether the counterpart of a conversation is online, or when they were last active.
#[server(prefix = "/fn", endpoint = "presence", protocol = FormPost)]
pub async fn load_presence(conversation_id: String) -> RequestResult<Presence> {
    let (greenroom, viewer) = (crate::ssr::greenroom()?, crate::ssr::viewer()?);
    Ok(greenroom.load_presence(&viewer, crate::ssr::parse_id(&conversation_id)?).await?)
}

/// Returns the bookings that a talent has agreed to on the day of this request.
#[server(prefix = "/fn", endpoint = "clashes", protocol = FormPost)]
pub async fn load_clashes(id: String) -> RequestResult<Vec<Booking>> {
    let (greenroom, viewer) = (crate::ssr::greenroom()?, crate::ssr::viewer()?);
    greenroom.find_clashes(&viewer, crate::ssr::parse_id(&id)?).await.map_err(crate::ssr::without_status)
}

/// Returns a conversation with all of its messages.
#[server(prefix = "/fn", endpoint = "transcript", protocol = FormPost)]
pub async fn load_transcript(id: String) -> RequestResult<ForPerson<Thread>> {
    let (greenroom, viewer) = (crate::ssr::greenroom()?, crate::ssr::viewer()?);
    crate::ssr::for_person(&viewer, greenroom.load_transcript(&viewer, crate::ssr::parse_id(&id)?).await)
}
