use crate::live::tab_message::{StreamMessage, TabMessage};

use super::effect::Timer;

/// What has happened.
#[derive(Clone, Debug)]
#[allow(clippy::large_enum_variant, reason = "inputs are handled one at a time and not stored")]
pub(in crate::live) enum Input {
    /// The page takes part from now on: it has started, or has come back from the back/forward cache.
    Joined,
    /// The page has come back from the back/forward cache. Follows `Joined`.
    Resumed,
    /// The page is being left. It may come back.
    Left,
    /// The person leaves the page on purpose. No error is shown.
    Disconnected,
    /// A view was loaded at this sequence number, and the events after it aren't buffered.
    ViewLoaded(i64),
    /// The browser has a network again.
    WentOnline,
    WentOffline,
    BecameVisible,
    /// The session has ended, or may have: the page finds out.
    SessionEnded,
    /// The person wants to sign out: the page stops.
    SignOutRequested,
    /// The page's person is signed in, after the session seemed to have ended or the person wanted to sign out.
    SessionConfirmed,
    /// The server couldn't say who is signed in.
    CurrentPersonUnknown,
    /// The diagnosis of a closed source found no end of the session.
    DiagnosisInconclusive,
    TimerElapsed(Timer),
    /// The leader had time to answer a ping. Carries what [`Effect::AwaitPong`](super::effect::Effect::AwaitPong) did.
    PongTimedOut(u32),
    /// A source has delivered a message; `None` if the message can't be parsed.
    SourceDelivered(u32, Option<StreamMessage>),
    /// A source has failed: it reconnects, or the browser has given up.
    SourceFailed {
        id: u32,
        closed_for_good: bool,
    },
    /// The browser can't open this source.
    SourceUnsupported(u32),
    /// Another tab has sent this.
    TabMessageReceived(TabMessage),
    LockGranted(u32),
    LockStolen(u32),
    /// The browser grants no locks to this page, or its tabs have no channel.
    LockRefused(u32),
}

/// What the page reads from the browser for each input.
#[derive(Clone, Copy, Debug)]
pub(in crate::live::stream) struct Now {
    /// Milliseconds of the wall clock: unlike a monotonic clock it advances while the machine sleeps. It may jump.
    pub(in crate::live::stream) time: f64,
    /// A random factor by which a pause is shortened, so that browsers don't retry together.
    pub(in crate::live::stream) jitter: f64,
    pub(in crate::live::stream) is_online: bool,
    pub(in crate::live::stream) is_visible: bool,
}

impl Now {
    /// Returns the milliseconds since `then`; infinity if the clock was moved back: one probe too many does no harm.
    pub(super) fn elapsed_since(self, then: f64) -> f64 {
        let passed = self.time - then;
        if passed < 0.0 { f64::INFINITY } else { passed }
    }
}
