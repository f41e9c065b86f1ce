//! The inbox as its page shows it: filtered, searched, what needs the viewer first, with counts over all pages.

use super::{ConversationQuery, ConversationWithCursor, Party, query::has_unread};
use crate::{
    Error, Greenroom, Result, Viewer,
    bookings::{find_next_agreed, is_agreed, is_open_request, is_over},
    entity::{booking, conversation, event_sequence, person},
    page::PAGE_SIZE,
    realtime::last_seq,
    search_text::contains_folded,
};
use model::{ApiError, Day, FieldError, InboxCounts, InboxEntry, InboxFilter, InboxKey, InboxList, Role};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, FromQueryResult, JoinType, QueryFilter, QuerySelect,
    QueryTrait, RelationDef,
    sea_query::{Expr, SelectStatement},
};

/// Entries of a page and one more, which tells whether another page follows.
const LIMIT: u64 = PAGE_SIZE + 1;

impl Greenroom {
    /// Returns a page of the viewer's conversations for the page of the inbox.
    ///
    /// # Errors
    /// `Invalid` for a page token that can't be parsed, or a query that has more than 100 characters or a NUL.
    pub async fn load_inbox_list(
        &self,
        viewer: &Viewer,
        filter: InboxFilter,
        query: Option<&str>,
        page: Option<&str>,
    ) -> Result<InboxList> {
        let after = page.map(|page| page.parse::<InboxKey>()).transpose();
        let after = after.map_err(|_| Error::for_field("page", FieldError::Invalid))?;
        let query = query.map(str::trim).filter(|query| !query.is_empty());
        let today = self.today(viewer);
        let page = PageRequest { viewer, filter, query, after, today: today.day };
        let snapshot = self.store.snapshot().await?;
        let (mut entries, counts) = match query {
            Some(_) => (page.list_by_recency(&*snapshot).await?, uncounted(&*snapshot, viewer).await?),
            None => (page.list_needs_you_first(&*snapshot).await?, page.count(&*snapshot).await?),
        };
        let full = usize::try_from(PAGE_SIZE).unwrap_or(usize::MAX);
        let more = entries.len() > full;
        entries.truncate(full);
        let last = entries.last().filter(|_| more).map(|last| page.key_of(last));
        Ok(InboxList {
            filter,
            query: query.map(str::to_owned),
            today,
            next_up: find_next_agreed(&*snapshot, viewer, today.day).await?,
            entries,
            next_page: last,
            cursor: counts.cursor,
            counts,
        })
    }
}

/// Returns the counts of a search, which has none.
async fn uncounted(connection: &impl ConnectionTrait, viewer: &Viewer) -> Result<InboxCounts> {
    Ok(InboxCounts { needs_you: 0, agreed: 0, cursor: last_seq(connection, viewer.id()).await? })
}

/// The counts over all pages, each of the two reasons for which a conversation needs the viewer on its own.
#[derive(FromQueryResult)]
struct CountsRow {
    cursor: i64,
    unread: i64,
    requests: i64,
    agreed: i64,
}

/// Which page of which list.
struct PageRequest<'a> {
    viewer: &'a Viewer,
    filter: InboxFilter,
    query: Option<&'a str>,
    after: Option<InboxKey>,
    today: Day,
}

impl PageRequest<'_> {
    /// Returns the place of an entry in this list: a search doesn't put first what needs the viewer.
    fn key_of(&self, entry: &InboxEntry) -> InboxKey {
        let key = entry.key(self.viewer.id(), self.today);
        InboxKey { needs_you: key.needs_you && self.query.is_none(), ..key }
    }

    /// Returns the condition for conversations with unread messages.
    fn has_unread(&self) -> Condition {
        has_unread(self.viewer, Party::of(self.viewer))
    }

    /// Returns the condition for requests that need the viewer's answer; `None` for organizers, who answer none.
    fn needs_answer(&self) -> Option<Condition> {
        (self.viewer.role() == Role::Talent).then(|| is_open_request(self.viewer, self.today))
    }

    /// Returns the condition for conversations that need the viewer, as by `Conversation::needs`.
    fn needs_you(&self) -> Condition {
        Condition::any().add(self.has_unread()).add_option(self.needs_answer())
    }

    /// Counts over all pages, in one statement.
    async fn count(&self, connection: &impl ConnectionTrait) -> Result<InboxCounts> {
        let unread = conversation::Entity::find().filter(Party::of(self.viewer).owns(self.viewer));
        let unread = unread.filter(self.has_unread()).select_only().expr(conversation::Column::Id.count());
        let requests = self.needs_answer().map(|needs_answer| {
            let requests = booking::Entity::find().join(JoinType::InnerJoin, join_conversation()).filter(needs_answer);
            requests.filter(self.has_unread().not()).select_only().expr(booking::Column::Id.count()).into_query()
        });
        let agreed = booking::Entity::find().filter(is_agreed(self.viewer, self.today));
        let agreed = agreed.select_only().expr(booking::Column::Id.count()).into_query();
        let requests = requests.map_or_else(|| Expr::value(0_i64), Expr::expr::<SelectStatement>);
        let counts = event_sequence::Entity::find_by_id(self.viewer.id().0)
            .select_only()
            .column_as(event_sequence::Column::Seq, "cursor")
            .column_as(Expr::expr(unread.into_query()), "unread")
            .column_as(requests, "requests")
            .column_as(Expr::expr(agreed), "agreed");
        let row = counts.into_model::<CountsRow>().one(connection).await?.ok_or(ApiError::Unauthenticated)?;
        let CountsRow { cursor, unread, requests, agreed } = row;
        Ok(InboxCounts { needs_you: unread + requests, agreed, cursor })
    }

    /// Returns a page and one entry more: first the conversations that need the viewer, then the others.
    async fn list_needs_you_first(&self, connection: &impl ConnectionTrait) -> Result<Vec<InboxEntry>> {
        let mut entries = Vec::new();
        if self.after.is_none_or(|after| after.needs_you) {
            entries = self.list_needs_you(connection).await?;
        }
        let left = LIMIT - entries.len() as u64;
        if left > 0 && self.filter != InboxFilter::NeedsYou {
            entries.extend(self.list_others(connection, left).await?);
        }
        Ok(entries)
    }

    async fn list_needs_you(&self, connection: &impl ConnectionTrait) -> Result<Vec<InboxEntry>> {
        let query = self.select(self.after).filter(self.needs_you()).newest_first(LIMIT);
        Ok(query.all(connection).await?.into_iter().map(entry_of).collect())
    }

    async fn list_others(&self, connection: &impl ConnectionTrait, limit: u64) -> Result<Vec<InboxEntry>> {
        let query = self.select(self.after.filter(|after| !after.needs_you)).filter(self.needs_you().not());
        Ok(query.newest_first(limit).all(connection).await?.into_iter().map(entry_of).collect())
    }

    /// Returns conversations that the search found, the newest first.
    async fn list_by_recency(&self, connection: &impl ConnectionTrait) -> Result<Vec<InboxEntry>> {
        let mut query = self.select(self.after).filter(self.search_condition(Party::of(self.viewer))?);
        if self.filter == InboxFilter::NeedsYou {
            query = query.filter(self.needs_you());
        }
        Ok(query.newest_first(LIMIT).all(connection).await?.into_iter().map(entry_of).collect())
    }

    /// Selects the conversations after a place whose bookings the filter includes, as `InboxFilter::includes` does.
    fn select(&self, after: Option<InboxKey>) -> ConversationQuery {
        let mut query = ConversationQuery::of(self.viewer);
        if let Some(after) = after {
            query = query.filter(Party::of(self.viewer).is_after(after));
        }
        match self.filter {
            InboxFilter::All | InboxFilter::NeedsYou => query,
            InboxFilter::Agreed => query.filter(is_agreed(self.viewer, self.today)),
            InboxFilter::Past => query.filter(is_over(self.today)),
        }
    }

    /// Returns the condition that the counterpart's name or the booking's title contains the query.
    fn search_condition(&self, party: Party) -> Result<Condition> {
        let Some(query) = self.query else { return Ok(Condition::all()) };
        let title = Expr::col((booking::Entity, booking::Column::SearchTitle));
        let name = Expr::col((party.counterpart_alias(), person::Column::SearchName));
        Ok(Condition::any().add(contains_folded(name, query)?).add(contains_folded(title, query)?))
    }
}

fn entry_of(row: ConversationWithCursor) -> InboxEntry {
    InboxEntry { conversation: row.conversation, event_seq: row.event_seq }
}

/// Joins the conversation of a booking.
fn join_conversation() -> RelationDef {
    let relation = booking::Entity::belongs_to(conversation::Entity);
    relation.from(booking::Column::Id).to(conversation::Column::BookingId).into()
}
