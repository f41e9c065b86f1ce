//! Bookings: opening one, seeing one's own, and the steps from there.

mod action;
mod limits;
mod open;
mod row;

pub(crate) use action::cancellable_bookings;
pub(crate) use row::BookingRow;

use crate::{
    Greenroom, Result, Viewer,
    conversations::{ConversationQuery, ConversationWithCursor},
    entity::booking,
    page::{self, PAGE_SIZE, PageCursor},
};
use model::{ApiError, Booking, BookingId, BookingView, Conversation, Role};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect,
};

impl Greenroom {
    /// One booking of the viewer's, with its conversation.
    ///
    /// # Errors
    /// `NotFound` where it isn't theirs.
    pub async fn load_booking(&self, viewer: &Viewer, id: BookingId) -> Result<Conversation> {
        Ok(self.load_booking_view(viewer, id).await?.conversation)
    }

    /// The same with the number of the last event counted in, to be kept up to date from there.
    ///
    /// # Errors
    /// `NotFound` where it isn't theirs.
    pub async fn load_booking_view(&self, viewer: &Viewer, id: BookingId) -> Result<BookingView> {
        let ConversationWithCursor { conversation, cursor, .. } =
            ConversationQuery::of(viewer).find_by_booking(self.store.reader(), id).await?.ok_or(ApiError::NotFound)?;
        Ok(BookingView { conversation, cursor })
    }

    /// The viewer's bookings, newest first, a page at a time, and where the next page starts.
    ///
    /// # Errors
    /// `Invalid` for a page that wasn't given out.
    pub async fn list_bookings(&self, viewer: &Viewer, page: Option<&str>) -> Result<(Vec<Booking>, Option<String>)> {
        let (own, event_seq) = match viewer.role() {
            Role::Organizer => (booking::Column::OrganizerId, booking::Column::OrganizerEventSeq),
            Role::Talent => (booking::Column::TalentId, booking::Column::TalentEventSeq),
        };
        let mut query = BookingRow::select_all().column_as(event_seq, "event_seq").filter(own.eq(viewer.id().0));
        if let Some(page_cursor) = PageCursor::parse(page)? {
            query = query.filter(page_cursor.after_descending([event_seq, booking::Column::Id])?);
        }
        // By the events that told of them, which no clock moves.
        let newest = query.order_by_desc(event_seq).order_by_desc(booking::Column::Id).limit(PAGE_SIZE + 1);
        let mut rows = newest.into_model::<ListedBooking>().all(self.store.reader()).await?;
        let next_page = page::truncate_page(&mut rows, |last| PageCursor::new(last.event_seq, last.booking.booking_id));
        let bookings = rows.into_iter().map(|row| row.booking.into_model()).collect::<Result<_>>()?;
        Ok((bookings, next_page))
    }
}

/// A booking, and its place in the viewer's list.
#[derive(FromQueryResult)]
struct ListedBooking {
    #[sea_orm(nested)]
    booking: BookingRow,
    event_seq: i64,
}

/// Whether the viewer was ever asked for a booking, or asked for one.
pub(crate) async fn has_bookings(connection: &impl ConnectionTrait, viewer: &Viewer) -> Result<bool> {
    let own = Condition::any()
        .add(booking::Column::OrganizerId.eq(viewer.id().0))
        .add(booking::Column::TalentId.eq(viewer.id().0));
    Ok(booking::Entity::find().filter(own).limit(1).one(connection).await?.is_some())
}
