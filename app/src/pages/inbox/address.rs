//! What the address of the inbox asks for.

use crate::{
    paths::{INBOX, is_conversation},
    reactive::memo,
};
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

    /// Returns the address of the same search with another filter.
    pub(super) fn with_filter(&self, filter: InboxFilter) -> Self {
        Self { filter, page: None, ..self.clone() }
    }

    /// Returns the address of another search with the same filter.
    pub(super) fn with_query(&self, query: &str) -> Self {
        let query = Some(query.trim().to_owned()).filter(|query| !query.is_empty());
        Self { query, page: None, ..self.clone() }
    }

    /// Returns the path with its query. It keeps the thread that is open beside the inbox.
    pub(super) fn href(&self, thread: Option<&str>) -> String {
        let encode = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
        let show = (thread.is_some() || self.filter != InboxFilter::All).then(|| self.filter.as_str().to_owned());
        let query = self.query.as_deref().map(encode);
        let pairs = [(SHOW, show), (QUERY, query), (PAGE, self.page.clone())];
        let pairs: Vec<_> = pairs.into_iter().filter_map(|(name, value)| Some(format!("{name}={}", value?))).collect();
        let path = thread.unwrap_or(INBOX);
        if pairs.is_empty() { path.to_owned() } else { format!("{path}?{}", pairs.join("&")) }
    }
}

/// Returns the path of the thread that is open beside the inbox.
pub(super) fn open_thread() -> Memo<Option<String>> {
    let location = use_location();
    memo(move || location.pathname.with(|path| is_conversation(path).then(|| path.clone())))
}

/// Returns what the address asks for. The address of a thread asks for nothing: the list stays as it is.
pub(super) fn follow_address() -> Memo<InboxAddress> {
    let (query, thread) = (use_query_map(), open_thread());
    Memo::new(move |last: Option<&InboxAddress>| {
        let (show, wanted) = query.with(|query| {
            let field = |name: &str| query.get(name).filter(|text| !text.is_empty());
            let show = field(SHOW).and_then(|show| show.parse().ok());
            let filter = show.unwrap_or(InboxFilter::All);
            (show, InboxAddress { filter, query: field(QUERY), page: field(PAGE) })
        });
        if thread.with(Option::is_none) || show.is_some() {
            return wanted;
        }
        last.cloned().unwrap_or_else(|| InboxAddress::of(InboxFilter::All))
    })
}

#[cfg(test)]
mod tests {
    use super::{InboxAddress, InboxFilter};

    #[test]
    fn an_address_names_only_what_it_asks_for() {
        let all = InboxAddress::of(InboxFilter::All);
        assert_eq!(all.href(None), "/inbox");
        assert_eq!(all.href(Some("/conversations/1")), "/conversations/1?show=all");
        let found = InboxAddress {
            filter: InboxFilter::NeedsYou,
            query: Some("a & b".to_owned()),
            page: Some("1.5.7".to_owned()),
        };
        assert_eq!(found.href(None), "/inbox?show=needs-you&q=a%20%26%20b&page=1.5.7");
    }

    #[test]
    fn a_filter_keeps_the_search_and_a_search_keeps_the_filter() {
        let found = InboxAddress { page: Some("1.5.7".to_owned()), ..InboxAddress::of(InboxFilter::Past) };
        let found = found.with_query(" asha ");
        assert_eq!(found.href(None), "/inbox?show=past&q=asha");
        assert_eq!(found.with_filter(InboxFilter::Agreed).href(None), "/inbox?show=agreed&q=asha");
        assert_eq!(found.with_query("  ").href(None), "/inbox?show=past");
    }
}
