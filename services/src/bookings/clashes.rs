use super::{BookingRow, is_own};
use crate::{Greenroom, Result, Viewer, entity::booking};
use model::{ApiError, Booking, BookingId, BookingStatus, Role};
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder, QuerySelect};

/// The most clashing bookings that are returned: a warning names a few.
const MAX_CLASHES: u64 = 5;

impl Greenroom {
    /// Returns the accepted bookings that a talent already has on the day of an unanswered request. Empty for the
    /// organizer, who must not learn about the talent's other bookings, and for a request that is answered.
    ///
    /// # Errors
    /// `NotFound` if the viewer has no booking with this id.
    pub async fn find_clashes(&self, viewer: &Viewer, id: BookingId) -> Result<Vec<Booking>> {
        let own = BookingRow::select_all().filter(is_own(viewer));
        let request = own.clone().filter(booking::Column::Id.eq(id.0));
        let request = request.into_model::<BookingRow>().one(self.store.reader()).await?.ok_or(ApiError::NotFound)?;
        let request = request.into_model()?;
        if viewer.role() != Role::Talent || request.status != BookingStatus::Inquiry {
            return Ok(Vec::new());
        }
        let same_day = own
            .filter(booking::Column::EventDate.eq(request.event_date.to_string()))
            .filter(booking::Column::Status.eq(BookingStatus::Accepted.as_str()))
            .order_by_asc(booking::Column::Id)
            .limit(MAX_CLASHES);
        let rows = same_day.into_model::<BookingRow>().all(self.store.reader()).await?;
        rows.into_iter().map(BookingRow::into_model).collect()
    }
}
