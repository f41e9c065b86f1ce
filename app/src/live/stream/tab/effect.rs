use crate::live::{state::Connection, tab_message::TabMessage};
use model::{Envelope, PresenceUpdate, Timestamp, Typing};
use std::time::Duration;

/// What the page must do.
#[derive(Clone, Debug)]
#[allow(clippy::large_enum_variant, reason = "effects are executed at once")]
pub(in crate::live::stream) enum Effect {
    /// Open an event source that continues after this sequence number.
    OpenSource {
        id: u32,
        after: i64,
    },
    CloseSource(u32),
    /// Set a timer in place of its earlier setting.
    SetTimer(Timer, Duration),
    ClearTimer(Timer),
    /// Send a message to the other tabs.
    Broadcast(TabMessage),
    /// Leave the channel of the tabs.
    CloseChannel,
    /// Give [`Input::PongTimedOut`](super::input::Input::PongTimedOut) with this number when the leader had time to
    /// answer a ping.
    AwaitPong(u32),
    /// Request the lock of the leader, or steal it.
    RequestLock {
        id: u32,
        steal: bool,
    },
    /// Release the lock, or withdraw the request for it.
    ReleaseLock,
    /// Find out why the browser has given up on the stream.
    Diagnose,
    /// Find out who is signed in. Give [`Input::CurrentPersonUnknown`](super::input::Input::CurrentPersonUnknown) if
    /// the request fails.
    LoadCurrentPerson,
    SetConnection(Connection),
    /// The stream is open: what waits for a connection can go on.
    ReportOpened,
    /// Apply the event to all views. The leader also reports it as delivered.
    ApplyEvent {
        envelope: Envelope,
        is_leader: bool,
    },
    /// Reload all views.
    ReloadViews,
    SetClock(Timestamp),
    ShowTyping(Typing),
    ShowPresence(PresenceUpdate),
}

/// A timer of which one runs at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::live) enum Timer {
    /// Opens the stream, or requests a replay.
    Open,
    /// Checks whether the stream is alive.
    Watch,
    /// Asks again who is signed in.
    CurrentPerson,
}
