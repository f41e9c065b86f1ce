//! What the address of the inbox asks for.

use crate::reactive::memo;
use leptos::prelude::*;
use leptos_router::hooks::{use_location, use_query_map};
use model::InboxFilter;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

/// The names of the fields in the query.
pub(super) const SHOW: &str = "show";
pub(super) const QUERY: &str = "q";
const PAGE: &str = "page";

/// Which part of the inbox is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct InboxAddress {
    pub(super) filter: InboxFilter,
    /// The text to search for.
    pub(super) query: Option<String>,
    /// The page of older conversations; `None` for the newest.
    pub(super) page: Option<String>,
}

impl InboxAddress {
    pub(super) fn of(filter: InboxFilter) -> Self {
        Self { filter, query: None, page: None }
    }

    /// Returns the filter, if nothing else is asked for.
    pub(super) fn only_filter(&self) -> Option<InboxFilter> {
        (self.query.is_none() && self.page.is_none()).then_some(self.filter)
    }

    /// Returns the path with its query. Beside a thread, a link keeps the thread: it has no path.
    pub(super) fn href(&self, in_thread: bool) -> String {
        let encode = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
        let show = (in_thread || self.filter != InboxFilter::All).then(|| self.filter.as_str().to_owned());
        let query = self.query.as_deref().map(encode);
        let pairs = [(SHOW, show), (QUERY, query), (PAGE, self.page.clone())];
        let pairs: Vec<_> = pairs.into_iter().filter_map(|(name, value)| Some(format!("{name}={}", value?))).collect();
        match (in_thread, pairs.is_empty()) {
            (true, _) => format!("?{}", pairs.join("&")),
            (false, true) => "/inbox".to_owned(),
            (false, false) => format!("/inbox?{}", pairs.join("&")),
        }
    }
}

/// Returns whether a thread is open beside the inbox.
pub(super) fn is_in_thread() -> Memo<bool> {
    let location = use_location();
    memo(move || location.pathname.with(|path| path.starts_with("/conversations/")))
}

/// Returns what the address asks for. The address of a thread asks for nothing: the list stays as it is.
pub(super) fn follow_address() -> Memo<InboxAddress> {
    let (query, in_thread) = (use_query_map(), is_in_thread());
    let last = StoredValue::new(InboxAddress::of(InboxFilter::All));
    memo(move || {
        let (show, wanted) = query.with(|query| {
            let field = |name: &str| query.get(name).filter(|text| !text.is_empty());
            let show = field(SHOW).and_then(|show| show.parse().ok());
            let filter = show.unwrap_or(InboxFilter::All);
            (show, InboxAddress { filter, query: field(QUERY), page: field(PAGE) })
        });
        if !in_thread.get() || show.is_some() {
            last.set_value(wanted);
        }
        last.get_value()
    })
}

#[cfg(test)]
mod tests {
    use super::{InboxAddress, InboxFilter};

    #[test]
    fn an_address_names_only_what_it_asks_for() {
        let all = InboxAddress::of(InboxFilter::All);
        assert_eq!((all.href(false), all.href(true)), ("/inbox".to_owned(), "?show=all".to_owned()));
        let found = InboxAddress {
            filter: InboxFilter::NeedsYou,
            query: Some("a & b".to_owned()),
            page: Some("1.5.7".to_owned()),
        };
        assert_eq!(found.href(false), "/inbox?show=needs-you&q=a%20%26%20b&page=1.5.7");
    }
}
