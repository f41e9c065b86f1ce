use super::{BookingRow, is_own};
use crate::{Error, Greenroom, Result, Viewer, entity::booking, realtime::last_seq};
use model::{Agenda, AgendaPeriod, AgendaPosition, Booking, Day};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait, Order, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, SimpleExpr},
};

/// Maximum number of bookings in an agenda; the others are on the page that begins where it ends.
const MAX_BOOKINGS: u64 = 300;

impl Greenroom {
    /// Returns the viewer's bookings of a period, by day.
    ///
    /// # Errors
    /// When the database can't be read.
    pub async fn load_agenda(&self, viewer: &Viewer, period: AgendaPeriod) -> Result<Agenda> {
        let today = self.today(viewer);
        let (from, end) = match period {
            AgendaPeriod::Upcoming => (AgendaPosition::start_of(today.day.month().first_day()), None),
            AgendaPeriod::Month(month) => (AgendaPosition::start_of(month.first_day()), Some(month.next().first_day())),
            AgendaPeriod::From(position) => (position, None),
        };
        let snapshot = self.store.snapshot().await?;
        let (bookings, cut_at) = cut(list_bookings(&*snapshot, viewer, from, end).await?);
        let until = cut_at.or(end.map(AgendaPosition::start_of));
        let earlier = find_day(&*snapshot, viewer, is_before(from), Order::Desc).await?;
        let later = match until {
            Some(until) => find_day(&*snapshot, viewer, is_after(until), Order::Asc).await?,
            None => None,
        };
        let cursor = last_seq(&*snapshot, viewer.id()).await?;
        Ok(Agenda { from, until, today, bookings, earlier, later, cursor })
    }
}

/// Returns the condition for bookings after a position.
fn is_after(position: AgendaPosition) -> SimpleExpr {
    match position.after {
        None => booking::Column::EventDate.gte(position.day.to_string()),
        Some(last) => day_and_id().gt(Expr::tuple([Expr::value(position.day.to_string()), Expr::value(last.0)])),
    }
}

/// Returns the condition for bookings before a position. No negation of the other, for which no index serves.
fn is_before(position: AgendaPosition) -> SimpleExpr {
    match position.after {
        None => booking::Column::EventDate.lt(position.day.to_string()),
        Some(last) => day_and_id().lte(Expr::tuple([Expr::value(position.day.to_string()), Expr::value(last.0)])),
    }
}

fn day_and_id() -> SimpleExpr {
    Expr::tuple([booking::Column::EventDate, booking::Column::Id].map(|column| column.into_expr()))
}

/// Returns the bookings from a position until the day `end`, and one more than an agenda has.
async fn list_bookings(
    connection: &impl ConnectionTrait,
    viewer: &Viewer,
    from: AgendaPosition,
    end: Option<Day>,
) -> Result<Vec<Booking>> {
    let mut period = Condition::all().add(is_after(from));
    if let Some(end) = end {
        period = period.add(booking::Column::EventDate.lt(end.to_string()));
    }
    let rows = BookingRow::select_all()
        .filter(is_own(viewer))
        .filter(period)
        .order_by_asc(booking::Column::EventDate)
        .order_by_asc(booking::Column::Id)
        .limit(MAX_BOOKINGS + 1)
        .into_model::<BookingRow>()
        .all(connection)
        .await?;
    rows.into_iter().map(BookingRow::into_model).collect()
}

/// Cuts a list that is too long, and returns where: between two days, or within a day that doesn't fit.
fn cut(mut bookings: Vec<Booking>) -> (Vec<Booking>, Option<AgendaPosition>) {
    if bookings.len() as u64 <= MAX_BOOKINGS {
        return (bookings, None);
    }
    let day = bookings.pop().map(|surplus| surplus.event_date);
    let whole = bookings.partition_point(|booking| Some(booking.event_date) < day);
    if whole > 0 {
        bookings.truncate(whole);
        return (bookings, day.map(AgendaPosition::start_of));
    }
    let last = bookings.last().map(|last| AgendaPosition::after(last.event_date, last.id));
    (bookings, last)
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
