//! The live connection of a page: the event stream, the views that it keeps up to date, and the outbox.
//!
//! Nothing here runs on the server, but what a document needs of `clashes`: all of it starts from effects.
//!
//! # Layout
//! - `state`: what pages read; `subscriptions`: the views that events keep up to date
//! - `stream`: the event sources of this page, their reconnects at pauses of `backoff`, and the election of the tab that
//!   has the one stream of all tabs, by `locks`: a state machine (`stream/tab.rs`), and what executes its effects
//! - `tab_channel`: the channel between tabs, which carries each `tab_message`
//! - [`outbox`]: messages that aren't delivered yet, persisted in its `storage`; [`drafts`]: unsent text;
//!   `browser_key`: the key that encrypts both
//! - `thread_cache`: threads that were open before; `inbox_cache`: the inbox as it was last shown
//! - `read_only`: pages whose person is no longer signed in; `sign_out`, `account_deletion`: two causes of it
//! - `clashes`: bookings on the day of a request
//! - `device_time_zone`: reports the time zone of the device; `day_end`: reloads lists when their day ends
//! - `delivery_receipts`: reports what reached this browser; [`ephemeral`]: typing indicators and presence

mod account_deletion;
mod backoff;
mod browser_key;
mod clashes;
mod day_end;
mod delivery_receipts;
mod device_time_zone;
pub mod drafts;
pub mod ephemeral;
mod inbox_cache;
mod locks;
pub mod outbox;
mod read_only;
mod sign_out;
mod state;
mod stream;
mod subscriptions;
mod tab_channel;
mod tab_message;
#[cfg(test)]
mod tests;
mod thread_cache;

pub use clashes::{ClashCheck, Clashes, WithClashes};
pub use inbox_cache::ShownInbox;
pub use outbox::Outbox;
pub use state::{Connection, Live, ReadOnlyReason};

use crate::{components::locale::Locale, platform::IN_BROWSER};

/// Creates the connection and the outbox of this page, and stores both in the context.
///
/// In the browser it also starts the effects that watch the session. They come before those of any view, so that an
/// intended sign-out stops the page before it sends a request.
pub fn provide(locale: Locale) {
    let live = Live::provide(locale);
    let outbox = Outbox::provide(live);
    if IN_BROWSER {
        outbox.drafts.watch_other_tabs();
        browser_key::watch_session(outbox);
        read_only::enforce_read_only(outbox);
        sign_out::watch_intent(outbox);
        account_deletion::clear_stale_intent();
        device_time_zone::report_once(live);
    }
}
