//! Code splitting: the browser loads most pages when they are opened, so that a thread opens sooner. The build writes
//! four groups of them to chunks of their own: public pages, account pages, bookings, and the settings.

use super::{
    AgendaPage, BookingPage, Forgot, Home, NewBooking, NotificationsPage, ProfilePage, Register, Reset, SettingsPage,
    SignIn, Talents, Transcript, Unsubscribe, Verify,
};
use crate::{
    components::LoadError,
    live::Live,
    paths::{PUBLIC_PATHS, is_conversation},
    platform::IN_BROWSER,
    request_error::{RequestError, RequestResult},
    server_fns,
};
use leptos::{
    prelude::*,
    wasm_split::{SplitLoaderError, wasm_split},
};
use leptos_router::{ChooseView, location::Url};

// The chunks' names in the build.
const PUBLIC_CHUNK: &str = "public_pages";
const ACCOUNT_CHUNK: &str = "account_pages";
const BOOKINGS_CHUNK: &str = "bookings_pages";
const SETTINGS_CHUNK: &str = "settings_page";

/// A page that doesn't need a session.
#[derive(Clone, Copy, Debug)]
pub enum PublicPage {
    /// The public start page.
    Home,
    SignIn,
    Register,
    /// Confirmation of an e-mail address.
    Verify,
    /// Request for a password reset.
    Forgot,
    /// Choice of a new password.
    Reset,
    /// End of the mails about unread messages.
    Unsubscribe,
}

/// A page of the account chunk: notifications, and talent.
#[derive(Clone, Copy, Debug)]
pub enum AccountPage {
    Notifications,
    /// The directory of talent.
    Talents,
    /// A talent's profile, which visitors see too if it is public.
    Profile,
}

/// A page of the bookings chunk.
#[derive(Clone, Copy, Debug)]
pub enum BookingsPage {
    /// The bookings by day.
    Agenda,
    Booking,
    /// The booking inquiry.
    New,
    /// A conversation to print.
    Transcript,
}

/// The page of the settings chunk.
#[derive(Clone, Copy, Debug)]
pub struct LazySettings;

/// A page's chunk can't be loaded.
#[derive(Debug)]
pub struct ChunkLoadError;

impl From<SplitLoaderError> for ChunkLoadError {
    fn from(_: SplitLoaderError) -> Self {
        ChunkLoadError
    }
}

#[wasm_split(public_pages, wasm_split_path = leptos::wasm_split, preload(load_public_pages), fallible)]
fn show_public_page(page: PublicPage) -> Result<AnyView, ChunkLoadError> {
    Ok(match page {
        PublicPage::Home => view! { <Home/> }.into_any(),
        PublicPage::SignIn => view! { <SignIn/> }.into_any(),
        PublicPage::Register => view! { <Register/> }.into_any(),
        PublicPage::Verify => view! { <Verify/> }.into_any(),
        PublicPage::Forgot => view! { <Forgot/> }.into_any(),
        PublicPage::Reset => view! { <Reset/> }.into_any(),
        PublicPage::Unsubscribe => view! { <Unsubscribe/> }.into_any(),
    })
}

#[wasm_split(account_pages, wasm_split_path = leptos::wasm_split, preload(load_account_pages), fallible)]
fn show_account_page(page: AccountPage) -> Result<AnyView, ChunkLoadError> {
    Ok(match page {
        AccountPage::Notifications => view! { <NotificationsPage/> }.into_any(),
        AccountPage::Talents => view! { <Talents/> }.into_any(),
        AccountPage::Profile => view! { <ProfilePage/> }.into_any(),
    })
}

#[wasm_split(bookings_pages, wasm_split_path = leptos::wasm_split, preload(load_bookings_pages), fallible)]
fn show_bookings_page(page: BookingsPage) -> Result<AnyView, ChunkLoadError> {
    Ok(match page {
        BookingsPage::Agenda => view! { <AgendaPage/> }.into_any(),
        BookingsPage::Booking => view! { <BookingPage/> }.into_any(),
        BookingsPage::New => view! { <NewBooking/> }.into_any(),
        BookingsPage::Transcript => view! { <Transcript/> }.into_any(),
    })
}

#[wasm_split(settings_page, wasm_split_path = leptos::wasm_split, preload(load_settings_page), fallible)]
fn show_settings_page(_: LazySettings) -> Result<AnyView, ChunkLoadError> {
    Ok(view! { <SettingsPage/> }.into_any())
}

/// Pages whose chunk is loaded when one of them is opened.
macro_rules! lazy_pages {
    ($($pages:ident: $show:ident, $load:ident;)*) => {
        $(impl ChooseView for $pages {
            async fn choose(self) -> AnyView {
                $show(self).await.unwrap_or_else(|ChunkLoadError| load_error_view())
            }

            async fn preload(&self) {
                if $load().await.is_err() {
                    full_page_navigation().await;
                }
            }
        })*
    };
}

lazy_pages! {
    PublicPage: show_public_page, load_public_pages;
    AccountPage: show_account_page, load_account_pages;
    BookingsPage: show_bookings_page, load_bookings_pages;
    LazySettings: show_settings_page, load_settings_page;
}

/// Returns the chunk of the page at `path`. The inbox and threads are in the main file: an empty name.
pub fn chunk_of(path: &str) -> &'static str {
    match path {
        "/inbox" => "",
        "/settings" => SETTINGS_CHUNK,
        path if is_conversation(path) && !path.ends_with("/print") => "",
        path if is_conversation(path) || path.starts_with("/bookings") => BOOKINGS_CHUNK,
        path if PUBLIC_PATHS.contains(&path) => PUBLIC_CHUNK,
        _ => ACCOUNT_CHUNK,
    }
}

/// Loads the chunk of the page at `path`, which hydration needs.
///
/// # Errors
/// The chunk can't be loaded: the page stays as the server sent it.
pub async fn load_chunk(path: &str) -> Result<(), ChunkLoadError> {
    match chunk_of(path) {
        PUBLIC_CHUNK => Ok(load_public_pages().await?),
        ACCOUNT_CHUNK => Ok(load_account_pages().await?),
        BOOKINGS_CHUNK => Ok(load_bookings_pages().await?),
        SETTINGS_CHUNK => Ok(load_settings_page().await?),
        _ => Ok(()),
    }
}

/// Navigates by a full page load: after a deployment the old version's chunks are gone, and a new document names
/// the new ones. If the server can't be reached, the open page stays.
async fn full_page_navigation() {
    let requested = use_context::<ArcRwSignal<Url>>().map(|url| url.get_untracked());
    let answer: RequestResult<_> = server_fns::load_nav_state().await;
    let reached = !matches!(answer, Err(RequestError::Network | RequestError::TimedOut));
    if let Some(url) = requested.filter(|_| IN_BROWSER && reached) {
        let query = if url.search().is_empty() { String::new() } else { format!("?{}", url.search()) };
        // A path of this site is always a valid address.
        let _ = window().location().set_href(&format!("{}{query}", url.path()));
        // Waits for the new document.
        std::future::pending::<()>().await;
    }
}

/// Renders the load error. Retrying reloads the document: the page's view, with its resources, was never created.
fn load_error_view() -> AnyView {
    let live = Live::current();
    Effect::new(move |before: Option<()>| {
        live.reload_generation.track();
        if before.is_some() {
            // Reloading can't fail.
            let _ = window().location().reload();
        }
    });
    view! { <main class="page" id="content"><LoadError failure=RequestError::Network/></main> }.into_any()
}
