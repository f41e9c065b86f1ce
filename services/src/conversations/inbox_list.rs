//! The inbox as its page shows it: filtered, searched, what waits for the viewer first, with counts over all pages.

use super::{ConversationQuery, ConversationWithCursor, Party, query::has_unread};
use crate::{
    Error, Greenroom, Result, Viewer,
    bookings::{count_agreed, find_next_agreed},
    entity::{booking, conversation, person},
    page::PAGE_SIZE,
    realtime::last_seq,
    store::statement_buckets,
    talents::{contains_folded, contains_lowercase},
};
use model::{
    BookingStatus, ConversationId, Day, FieldError, InboxCounts, InboxEntry, InboxFilter, InboxKey, InboxList, Role,
};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, FromQueryResult, JoinType, QueryFilter, QuerySelect,
    RelationDef,
    sea_query::{Expr, Func},
};
use std::{cmp::Reverse, collections::BTreeSet};
use uuid::Uuid;

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
        let snapshot = self.store.snapshot().await?;
        let waiting = list_waiting(&*snapshot, viewer, today.day).await?;
        let page = PageRequest { viewer, filter, query, after, today: today.day };
        let mut entries = match query {
            Some(_) => page.list_by_recency(&*snapshot).await?,
            None => page.list_waiting_first(&*snapshot, &waiting).await?,
        };
        let full = usize::try_from(PAGE_SIZE).unwrap_or(usize::MAX);
        let more = entries.len() > full;
        entries.truncate(full);
        let last = entries.last().filter(|_| more).map(|last| page.key_of(last));
        let cursor = last_seq(&*snapshot, viewer.id()).await?;
        let needs_you = i64::try_from(waiting.len()).unwrap_or(i64::MAX);
        Ok(InboxList {
            filter,
            query: query.map(str::to_owned),
            today,
            counts: InboxCounts { needs_you, agreed: count_agreed(&*snapshot, viewer, today.day).await?, cursor },
            next_up: find_next_agreed(&*snapshot, viewer, today.day).await?,
            entries,
            next_page: last,
            cursor,
        })
    }
}

/// A conversation in which something waits for the viewer.
#[derive(FromQueryResult)]
struct WaitingRow {
    id: Uuid,
    event_seq: i64,
    status: String,
    event_date: String,
}

impl WaitingRow {
    fn key(&self) -> InboxKey {
        InboxKey { needs_you: true, event_seq: self.event_seq, id: ConversationId(self.id) }
    }

    /// Returns whether the filter includes it.
    fn is_included(&self, filter: InboxFilter, today: Day) -> bool {
        let is_past = self.event_date < today.to_string();
        match filter {
            InboxFilter::All | InboxFilter::NeedsYou => true,
            InboxFilter::Agreed => self.status == BookingStatus::Accepted.as_str() && !is_past,
            InboxFilter::Past => is_past || final_statuses().any(|status| status == self.status),
        }
    }
}

fn final_statuses() -> impl Iterator<Item = &'static str> {
    BookingStatus::ALL.iter().filter(|status| status.is_final()).map(|status| status.as_str())
}

/// Returns the conversations in which something waits for the viewer: with unread messages, or with a request that they
/// haven't answered, for a day that isn't past. Two statements, because no index serves both.
async fn list_waiting(connection: &impl ConnectionTrait, viewer: &Viewer, today: Day) -> Result<Vec<WaitingRow>> {
    let party = Party::of(viewer);
    let about: RelationDef = conversation::Entity::belongs_to(booking::Entity)
        .from(conversation::Column::BookingId)
        .to(booking::Column::Id)
        .into();
    let select = conversation::Entity::find()
        .select_only()
        .join(JoinType::InnerJoin, about)
        .column(conversation::Column::Id)
        .column_as(party.event_seq(), "event_seq")
        .column(booking::Column::Status)
        .column(booking::Column::EventDate);
    let unread = select.clone().filter(party.owns(viewer)).filter(has_unread(viewer, party));
    let mut rows = unread.into_model::<WaitingRow>().all(connection).await?;
    if viewer.role() == Role::Talent {
        // By the booking's own column, so that the index of a talent's days serves.
        let own = booking::Column::TalentId.eq(viewer.id().0);
        let requests = select.filter(own).filter(is_open_request(today)).into_model::<WaitingRow>();
        let known: BTreeSet<Uuid> = rows.iter().map(|row| row.id).collect();
        rows.extend(requests.all(connection).await?.into_iter().filter(|row| !known.contains(&row.id)));
    }
    rows.sort_by_key(|row| Reverse(row.key()));
    Ok(rows)
}

fn is_open_request(today: Day) -> Condition {
    Condition::all()
        .add(booking::Column::EventDate.gte(today.to_string()))
        .add(booking::Column::Status.eq(BookingStatus::Inquiry.as_str()))
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
    /// Returns the place of an entry in this list: a search doesn't put first what waits.
    fn key_of(&self, entry: &InboxEntry) -> InboxKey {
        let key = entry.key(self.viewer.id(), self.today);
        InboxKey { needs_you: key.needs_you && self.query.is_none(), ..key }
    }

    /// Returns a page and one entry more: first the conversations in which something waits, then the others.
    async fn list_waiting_first(
        &self,
        connection: &impl ConnectionTrait,
        waiting: &[WaitingRow],
    ) -> Result<Vec<InboxEntry>> {
        let included = waiting.iter().filter(|row| row.is_included(self.filter, self.today));
        let here = included.filter(|row| self.after.is_none_or(|after| row.key() < after));
        let ids: Vec<Uuid> = here.map(|row| row.id).take(PAGE_SIZE as usize + 1).collect();
        let mut entries = self.load(connection, ids).await?;
        let left = PAGE_SIZE + 1 - entries.len() as u64;
        if left > 0 && self.filter != InboxFilter::NeedsYou {
            entries.extend(self.list_others(connection, left).await?);
        }
        Ok(entries)
    }

    async fn load(&self, connection: &impl ConnectionTrait, ids: Vec<Uuid>) -> Result<Vec<InboxEntry>> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let ids = conversation::Column::Id.is_in(statement_buckets::pad_to_bucket(ids));
        let rows = ConversationQuery::of(self.viewer).filter(ids).all(connection).await?;
        let mut entries: Vec<InboxEntry> = rows.into_iter().map(entry_of).collect();
        entries.sort_by_key(|entry| Reverse(self.key_of(entry)));
        Ok(entries)
    }

    /// Returns conversations in which nothing waits.
    async fn list_others(&self, connection: &impl ConnectionTrait, limit: u64) -> Result<Vec<InboxEntry>> {
        let party = Party::of(self.viewer);
        let mut query = ConversationQuery::of(self.viewer).filter(has_unread(self.viewer, party).not());
        if self.viewer.role() == Role::Talent {
            query = query.filter(is_open_request(self.today).not());
        }
        if let Some(after) = self.after.filter(|after| !after.needs_you) {
            query = query.filter(party.is_after(after));
        }
        if let Some(condition) = self.filter_condition() {
            query = query.filter(condition);
        }
        Ok(query.newest_first(limit).all(connection).await?.into_iter().map(entry_of).collect())
    }

    /// Returns conversations that the search found, the newest first.
    async fn list_by_recency(&self, connection: &impl ConnectionTrait) -> Result<Vec<InboxEntry>> {
        let party = Party::of(self.viewer);
        let mut query = ConversationQuery::of(self.viewer).filter(self.search_condition(party)?);
        if let Some(after) = self.after {
            query = query.filter(party.is_after(after));
        }
        if self.filter == InboxFilter::NeedsYou {
            let needs_you = Condition::any().add(has_unread(self.viewer, party));
            let is_talent = self.viewer.role() == Role::Talent;
            query = query.filter(if is_talent { needs_you.add(is_open_request(self.today)) } else { needs_you });
        }
        if let Some(condition) = self.filter_condition() {
            query = query.filter(condition);
        }
        Ok(query.newest_first(PAGE_SIZE + 1).all(connection).await?.into_iter().map(entry_of).collect())
    }

    /// Returns the condition that the filter sets on the booking.
    fn filter_condition(&self) -> Option<Condition> {
        let (today, day) = (self.today.to_string(), booking::Column::EventDate);
        match self.filter {
            InboxFilter::All | InboxFilter::NeedsYou => None,
            InboxFilter::Agreed => Some(
                Condition::all().add(booking::Column::Status.eq(BookingStatus::Accepted.as_str())).add(day.gte(today)),
            ),
            InboxFilter::Past => {
                Some(Condition::any().add(day.lt(today)).add(booking::Column::Status.is_in(final_statuses())))
            }
        }
    }

    /// Returns the condition that the counterpart's name or the booking's title contains the query.
    fn search_condition(&self, party: Party) -> Result<Condition> {
        let Some(query) = self.query else { return Ok(Condition::all()) };
        let title = Expr::expr(Func::lower(Expr::col((booking::Entity, booking::Column::Title))));
        let name = Expr::col((party.counterpart_alias(), person::Column::SearchName));
        Ok(Condition::any().add(contains_folded(name, query)?).add(contains_lowercase(title, query)))
    }
}

fn entry_of(row: ConversationWithCursor) -> InboxEntry {
    InboxEntry { conversation: row.conversation, event_seq: row.event_seq }
}
