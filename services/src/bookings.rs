//! Bookings: opening, listing, and the actions accept, decline and cancel.

mod action;
mod agenda;
mod clashes;
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
use model::{ApiError, Booking, BookingId, BookingStatus, BookingView, Conversation, Day, Role};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect,
    sea_query::SimpleExpr,
};

impl Greenroom {
    /// Returns the conversation of one of the viewer's bookings.
    ///
    /// # Errors
    /// `NotFound` if the viewer has no booking with this id.
    pub async fn load_booking(&self, viewer: &Viewer, id: BookingId) -> Result<Conversation> {
        Ok(self.load_booking_view(viewer, id).await?.conversation)
    }

    /// Like [`load_booking`](Self::load_booking), with the sequence number of the last event it includes, after which a
    /// client applies further events.
    ///
    /// # Errors
    /// `NotFound` if the viewer has no booking with this id.
    pub async fn load_booking_view(&self, viewer: &Viewer, id: BookingId) -> Result<BookingView> {
        let ConversationWithCursor { conversation, cursor, .. } =
            ConversationQuery::of(viewer).find_by_booking(self.store.reader(), id).await?.ok_or(ApiError::NotFound)?;
        Ok(BookingView { conversation, cursor })
    }

    /// Returns a page of the viewer's bookings, newest first, and the token of the next page.
    ///
    /// # Errors
    /// `Invalid` for a page token that can't be parsed.
    pub async fn list_bookings(&self, viewer: &Viewer, page: Option<&str>) -> Result<(Vec<Booking>, Option<String>)> {
        let event_seq = match viewer.role() {
            Role::Organizer => booking::Column::OrganizerEventSeq,
            Role::Talent => booking::Column::TalentEventSeq,
        };
        let mut query = BookingRow::select_all().column_as(event_seq, "event_seq").filter(is_own(viewer));
        if let Some(page_cursor) = PageCursor::parse(page)? {
            query = query.filter(page_cursor.after_descending([event_seq, booking::Column::Id])?);
        }
        // By the sequence numbers of their events, which changes of the clock don't affect.
        let newest = query.order_by_desc(event_seq).order_by_desc(booking::Column::Id).limit(PAGE_SIZE + 1);
        let mut rows = newest.into_model::<ListedBooking>().all(self.store.reader()).await?;
        let next_page = page::truncate_page(&mut rows, |last| PageCursor::new(last.event_seq, last.booking.booking_id));
        let bookings = rows.into_iter().map(|row| row.booking.into_model()).collect::<Result<_>>()?;
        Ok((bookings, next_page))
    }
}

/// A booking with its sort key in the viewer's list.
#[derive(FromQueryResult)]
struct ListedBooking {
    #[sea_orm(nested)]
    booking: BookingRow,
    event_seq: i64,
}

/// Returns the condition for the viewer's own bookings.
fn is_own(viewer: &Viewer) -> SimpleExpr {
    match viewer.role() {
        Role::Organizer => booking::Column::OrganizerId.eq(viewer.id().0),
        Role::Talent => booking::Column::TalentId.eq(viewer.id().0),
    }
}

/// Returns the condition for the viewer's bookings that are agreed, as by `Booking::is_agreed`.
pub(crate) fn is_agreed(viewer: &Viewer, today: Day) -> Condition {
    is_to_come(viewer, today, BookingStatus::Accepted)
}

/// Returns the condition for the viewer's bookings that are unanswered requests, for a day that isn't past: those that
/// wait for a talent's answer, as by `Booking::waits_for_answer_of`.
pub(crate) fn is_open_request(viewer: &Viewer, today: Day) -> Condition {
    is_to_come(viewer, today, BookingStatus::Inquiry)
}

/// Returns the condition for bookings that are over, as by `Booking::is_over`.
pub(crate) fn is_over(today: Day) -> Condition {
    let is_final = BookingStatus::ALL.iter().filter(|status| status.is_final()).map(|status| status.as_str());
    Condition::any().add(booking::Column::EventDate.lt(today.to_string())).add(booking::Column::Status.is_in(is_final))
}

fn is_to_come(viewer: &Viewer, today: Day, status: BookingStatus) -> Condition {
    // By the booking's own column of the person, so that the index of their days serves.
    Condition::all()
        .add(is_own(viewer))
        .add(booking::Column::EventDate.gte(today.to_string()))
        .add(booking::Column::Status.eq(status.as_str()))
}

/// Returns the viewer's next agreed booking.
pub(crate) async fn find_next_agreed(
    connection: &impl ConnectionTrait,
    viewer: &Viewer,
    today: Day,
) -> Result<Option<Booking>> {
    let next = BookingRow::select_all()
        .filter(is_agreed(viewer, today))
        .order_by_asc(booking::Column::EventDate)
        .order_by_asc(booking::Column::Id)
        .limit(1)
        .into_model::<BookingRow>()
        .one(connection)
        .await?;
    next.map(BookingRow::into_model).transpose()
}

/// Returns whether the viewer has ever sent or received a booking.
pub(crate) async fn has_bookings(connection: &impl ConnectionTrait, viewer: &Viewer) -> Result<bool> {
    let own = Condition::any()
        .add(booking::Column::OrganizerId.eq(viewer.id().0))
        .add(booking::Column::TalentId.eq(viewer.id().0));
    Ok(booking::Entity::find().filter(own).limit(1).one(connection).await?.is_some())
}
