//! The time zone in which a document was rendered, and when.
//!
//! The document carries both, so that the first render in the browser equals the server's HTML.

use crate::platform::IN_BROWSER;
use leptos::prelude::*;
use model::{TimeZoneName, Timestamp, UtcOffsets};
use std::str::FromStr;

/// Attributes of the root element, which `shell` writes.
const ZONE: &str = "data-time-zone";
const OFFSETS: &str = "data-utc-offsets";
const RENDERED_AT: &str = "data-rendered-at";

/// The time zone of a document: that of its session's device, else the site's. The server stores it in the context.
#[derive(Clone, Debug)]
pub struct PageTimeZone {
    /// The IANA name; `None` where the server lists its routes, and where the document lost its attributes.
    pub name: Option<TimeZoneName>,
    /// The offsets in the years around [`rendered_at`](Self::rendered_at).
    pub offsets: UtcOffsets,
    /// The server's time.
    pub rendered_at: Timestamp,
}

impl PageTimeZone {
    /// Returns that of this document.
    pub fn current() -> Self {
        if IN_BROWSER { Self::from_document() } else { use_context().unwrap_or_else(Self::unknown) }
    }

    fn from_document() -> Self {
        Self {
            name: root_attribute(ZONE),
            offsets: root_attribute(OFFSETS).unwrap_or_default(),
            rendered_at: root_attribute(RENDERED_AT).map_or(Self::unknown().rendered_at, Timestamp::from_millis),
        }
    }

    fn unknown() -> Self {
        Self { name: None, offsets: UtcOffsets::default(), rendered_at: Timestamp::from_millis(0) }
    }
}

fn root_attribute<T: FromStr>(name: &str) -> Option<T> {
    document().document_element()?.get_attribute(name)?.parse().ok()
}
