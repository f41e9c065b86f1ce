use super::{BookingRow, is_own};
use crate::{Error, Greenroom, Result, Viewer, entity::booking, realtime::last_seq};
use model::{Agenda, Booking, Day, Month};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, Order, QueryFilter, QueryOrder, QuerySelect,
    sea_query::SimpleExpr,
};

/// Maximum number of bookings in an agenda; those of later days are on the pages of their months.
const MAX_BOOKINGS: u64 = 300;

impl Greenroom {
    /// Returns the viewer's bookings of a month, or all from the current month on, by day.
    ///
    /// # Errors
    /// When the database can't be read.
    pub async fn load_agenda(&self, viewer: &Viewer, month: Option<Month>) -> Result<Agenda> {
        let today = self.today(viewer);
        let from = month.unwrap_or(today.day.month()).first_day();
        let mut until = month.map(|month| month.next().first_day());
        let snapshot = self.store.snapshot().await?;
        let bookings = list_bookings(&*snapshot, viewer, from, until).await?;
        let (bookings, cut_at) = cut_after_whole_days(bookings);
        until = cut_at.or(until);
        let before = booking::Column::EventDate.lt(from.to_string());
        let earlier = find_day(&*snapshot, viewer, before, Order::Desc).await?;
        let later = match until {
            Some(until) => {
                let after = booking::Column::EventDate.gte(until.to_string());
                find_day(&*snapshot, viewer, after, Order::Asc).await?
            }
            None => None,
        };
        let cursor = last_seq(&*snapshot, viewer.id()).await?;
        Ok(Agenda { from, until, today, bookings, earlier, later, cursor })
    }
}

/// Returns the bookings of these days, and one more than an agenda has.
async fn list_bookings(
    connection: &impl ConnectionTrait,
    viewer: &Viewer,
    from: Day,
    until: Option<Day>,
) -> Result<Vec<Booking>> {
    let mut days = Condition::all().add(booking::Column::EventDate.gte(from.to_string()));
    if let Some(until) = until {
        days = days.add(booking::Column::EventDate.lt(until.to_string()));
    }
    let rows = BookingRow::select_all()
        .filter(is_own(viewer))
        .filter(days)
        .order_by_asc(booking::Column::EventDate)
        .order_by_asc(booking::Column::Id)
        .limit(MAX_BOOKINGS + 1)
        .into_model::<BookingRow>()
        .all(connection)
        .await?;
    rows.into_iter().map(BookingRow::into_model).collect()
}

/// Leaves out the last day if there are too many bookings, and returns it: the agenda ends before it. A single day is
/// kept, as far as it fits.
fn cut_after_whole_days(mut bookings: Vec<Booking>) -> (Vec<Booking>, Option<Day>) {
    if bookings.len() as u64 <= MAX_BOOKINGS {
        return (bookings, None);
    }
    let Some(last) = bookings.pop().map(|booking| booking.event_date) else { return (bookings, None) };
    if bookings.first().is_some_and(|booking| booking.event_date < last) {
        bookings.retain(|booking| booking.event_date < last);
        (bookings, Some(last))
    } else {
        (bookings, Some(last.plus_days(1)))
    }
}

/// Returns the first day, in this order, that has a booking of the viewer.
async fn find_day(
    connection: &impl ConnectionTrait,
    viewer: &Viewer,
    days: SimpleExpr,
    order: Order,
) -> Result<Option<Day>> {
    let day: Option<String> = booking::Entity::find()
        .filter(is_own(viewer))
        .filter(days)
        .order_by(booking::Column::EventDate, order)
        .limit(1)
        .select_only()
        .column(booking::Column::EventDate)
        .into_tuple()
        .one(connection)
        .await?;
    day.map(|day| day.parse().map_err(|_| Error::corrupt("event date"))).transpose()
}
