//! Pages that the browser loads when it comes to them, so that a conversation is there sooner: those before the door,
//! and those beside the messages. Each of both is a file of its own, split off the rest by the build.

use super::{
    BookingPage, Forgot, Home, NewBooking, NotificationsPage, Register, Reset, SettingsPage, SignIn, Talents,
    Unsubscribe, Verify,
};
use crate::{
    components::LoadError,
    live::{IN_BROWSER, Live},
    request_error::{RequestError, RequestResult},
    server_fns,
};
use leptos::{
    prelude::*,
    wasm_split::{SplitLoaderError, wasm_split},
};
use leptos_router::{ChooseView, location::Url};

// As the build calls them.
const DOOR: &str = "door";
const DESK: &str = "desk";

/// A page for whoever is not signed in, too.
#[derive(Clone, Copy, Debug)]
pub enum Door {
    /// What this is.
    Home,
    /// Signing in.
    SignIn,
    /// Joining.
    Register,
    /// Proving an address.
    Verify,
    /// Asking for a new password.
    Forgot,
    /// Setting a new password.
    Reset,
    /// Getting no more mail.
    Unsubscribe,
}

/// A page beside the messages.
#[derive(Clone, Copy, Debug)]
pub enum Desk {
    /// What happened.
    Notifications,
    /// What can be set.
    Settings,
    /// Who can be booked.
    Talents,
    /// Asking somebody.
    NewBooking,
    /// One booking.
    Booking,
}

/// A page's part of the program can't be loaded.
#[derive(Debug)]
pub struct Missing;

impl From<SplitLoaderError> for Missing {
    fn from(_: SplitLoaderError) -> Self {
        Missing
    }
}

#[wasm_split(door, wasm_split_path = leptos::wasm_split, preload(load_door), fallible)]
fn show_door(page: Door) -> Result<AnyView, Missing> {
    Ok(match page {
        Door::Home => view! { <Home/> }.into_any(),
        Door::SignIn => view! { <SignIn/> }.into_any(),
        Door::Register => view! { <Register/> }.into_any(),
        Door::Verify => view! { <Verify/> }.into_any(),
        Door::Forgot => view! { <Forgot/> }.into_any(),
        Door::Reset => view! { <Reset/> }.into_any(),
        Door::Unsubscribe => view! { <Unsubscribe/> }.into_any(),
    })
}

#[wasm_split(desk, wasm_split_path = leptos::wasm_split, preload(load_desk), fallible)]
fn show_desk(page: Desk) -> Result<AnyView, Missing> {
    Ok(match page {
        Desk::Notifications => view! { <NotificationsPage/> }.into_any(),
        Desk::Settings => view! { <SettingsPage/> }.into_any(),
        Desk::Talents => view! { <Talents/> }.into_any(),
        Desk::NewBooking => view! { <NewBooking/> }.into_any(),
        Desk::Booking => view! { <BookingPage/> }.into_any(),
    })
}

impl ChooseView for Door {
    async fn choose(self) -> AnyView {
        show_door(self).await.unwrap_or_else(|Missing| unreached())
    }

    async fn preload(&self) {
        if load_door().await.is_err() {
            go_by_document().await;
        }
    }
}

impl ChooseView for Desk {
    async fn choose(self) -> AnyView {
        show_desk(self).await.unwrap_or_else(|Missing| unreached())
    }

    async fn preload(&self) {
        if load_desk().await.is_err() {
            go_by_document().await;
        }
    }
}

/// The part that the page at `path` is in. That of the messages comes first and has no name.
pub fn part_of(path: &str) -> &'static str {
    match path {
        "/inbox" => "",
        path if path.starts_with("/conversations/") => "",
        path if super::PUBLIC.contains(&path) => DOOR,
        _ => DESK,
    }
}

/// Loads what the page at `path` needs to come alive.
///
/// # Errors
/// It isn't there: the page stays as the server sent it.
pub async fn load(path: &str) -> Result<(), Missing> {
    match part_of(path) {
        DOOR => Ok(load_door().await?),
        DESK => Ok(load_desk().await?),
        _ => Ok(()),
    }
}

/// A site that has been renewed no longer has the files of before: the browser asks for the whole page instead, and is
/// renewed with it. Where the site isn't reached at all, what is open stays open.
async fn go_by_document() {
    let wanted = use_context::<ArcRwSignal<Url>>().map(|url| url.get_untracked());
    let answer: RequestResult<_> = server_fns::load_nav_state().await;
    let reached = !matches!(answer, Err(RequestError::Network | RequestError::TimedOut));
    if let Some(url) = wanted.filter(|_| IN_BROWSER && reached) {
        let query = if url.search().is_empty() { String::new() } else { format!("?{}", url.search()) };
        // An address of this site is always one to go to.
        let _ = window().location().set_href(&format!("{}{query}", url.path()));
        // Until the document is there, nothing else happens here.
        std::future::pending::<()>().await;
    }
}

/// Tried again as a whole page, because a view that never came has nothing else to try again.
fn unreached() -> AnyView {
    let live = Live::current();
    Effect::new(move |before: Option<()>| {
        live.epoch.track();
        if before.is_some() {
            // A page can always be loaded again.
            let _ = window().location().reload();
        }
    });
    view! { <main class="page" id="content"><LoadError failure=RequestError::Network/></main> }.into_any()
}
