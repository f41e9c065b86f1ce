//! Reports the time zone of the device if the document was rendered in another one, so that the next document shows the
//! right times from its first byte.

use super::Live;
use crate::{browser, page_time_zone::PageTimeZone, reactive::effect, server_fns};
use leptos::{prelude::*, task::spawn_local};

/// Reports it once for each document of a signed-in person. After a failure, the next document does it.
pub(super) fn report_once(live: Live) {
    effect(move || {
        let zone = browser::time_zone().filter(|_| live.me().is_some());
        let Some(zone) = zone.filter(|zone| PageTimeZone::current().name.as_ref() != Some(zone)) else { return };
        spawn_local(async move {
            if server_fns::set_time_zone(zone.to_string()).await.is_ok() {
                // What was loaded may have ended its day at another midnight.
                live.needs_reload.update(|times| *times += 1);
            }
        });
    });
}
