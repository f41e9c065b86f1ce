//! The inbox as it was last shown in this tab, for when the server can't be reached. Kept in the page's memory only, so
//! that nothing remains on a shared phone.

use crate::request_error::{ForPerson, RequestError, RequestResult};
use leptos::prelude::*;
use model::{InboxFilter, InboxList, PersonId};

/// An inbox to show.
pub struct ShownInbox {
    /// The list and whose it is.
    pub for_person: ForPerson<InboxList>,
    /// Whether the server couldn't be reached, so that this is the list that was last shown.
    pub is_stale: bool,
}

/// The lists that were last shown, one for each filter. Cheap to copy; part of [`Live`](super::Live).
#[derive(Clone, Copy, Default)]
pub struct InboxCache(StoredValue<Vec<ForPerson<InboxList>>>);

impl InboxCache {
    /// Keeps a list that is shown. Skips results of a search.
    pub fn insert(self, for_person: ForPerson<InboxList>) {
        if for_person.view.query.is_none() {
            self.0.update_value(|lists| {
                lists.retain(|known| known.view.filter != for_person.view.filter && known.me == for_person.me);
                lists.push(for_person);
            });
        }
    }

    /// Returns the server's answer; if the server can't be reached, the list of this person that was last shown. There is
    /// none without a filter: what a search found before isn't kept.
    pub fn or_last_shown(
        self,
        answer: RequestResult<ForPerson<InboxList>>,
        me: Option<PersonId>,
        filter: Option<InboxFilter>,
    ) -> RequestResult<ShownInbox> {
        match answer {
            Ok(for_person) => Ok(ShownInbox { for_person, is_stale: false }),
            Err(failure @ (RequestError::Network | RequestError::TimedOut)) => {
                let last = me.zip(filter).and_then(|(me, filter)| self.restore(me, filter)).ok_or(failure)?;
                Ok(ShownInbox { for_person: last, is_stale: true })
            }
            Err(failure) => Err(failure),
        }
    }

    /// Returns the list of this filter, or what the filter includes of the list of all conversations.
    fn restore(self, me: PersonId, filter: InboxFilter) -> Option<ForPerson<InboxList>> {
        let find = |filter| {
            let is_it = move |known: &&ForPerson<InboxList>| known.me == me && known.view.filter == filter;
            self.0.with_value(|lists| lists.iter().find(is_it).cloned())
        };
        find(filter).or_else(|| {
            let mut all = find(InboxFilter::All)?;
            all.view.refine(me, filter);
            Some(all)
        })
    }
}
