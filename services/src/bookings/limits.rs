use crate::{Limits, Result, clock::CLOCK_SKEW, entity::booking, store::Transaction};
use model::{ApiError, BookingStatus, PersonId, Timestamp};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};

const DAY: i64 = 24 * 60 * 60 * 1_000;
/// Seconds after which it is worth looking whether the talent has answered.
const UNANSWERED_RETRY_AFTER: u64 = 60 * 60;

/// Refuses one more inquiry of an organizer to a talent where either limit is reached.
///
/// Counts in the database, because several nodes share it. The organizer's row must be locked, so that of inquiries at
/// once each counts those before it.
pub(super) async fn check_inquiry_limits(
    tx: &Transaction,
    organizer: PersonId,
    talent: PersonId,
    limits: &Limits,
    now: Timestamp,
) -> Result<()> {
    let unanswered = booking::Entity::find()
        .filter(booking::Column::OrganizerId.eq(organizer.0))
        .filter(booking::Column::TalentId.eq(talent.0))
        .filter(booking::Column::Status.eq(BookingStatus::Inquiry.as_str()))
        // What was never answered and is over by now keeps nobody from asking again. The day before counts as well: it
        // isn't over everywhere on earth.
        .filter(booking::Column::EventDate.gte(Timestamp::from_millis(now.millis() - DAY).day().to_string()));
    if unanswered.count(tx).await? >= limits.open_inquiries_per_pair {
        return Err(ApiError::OpenInquiryLimit { retry_after: UNANSWERED_RETRY_AFTER }.into());
    }
    // The one that has to be a day old before the next: found by its place, so that old ones cost nothing.
    let oldest_counted: Option<i64> = booking::Entity::find()
        .filter(booking::Column::OrganizerId.eq(organizer.0))
        .filter(booking::Column::CreatedAt.gt(now.millis() - DAY))
        .filter(booking::Column::CreatedAt.lte(now.millis() + CLOCK_SKEW))
        .order_by_desc(booking::Column::CreatedAt)
        .offset(limits.inquiries_per_day.saturating_sub(1))
        .limit(1)
        .select_only()
        .column(booking::Column::CreatedAt)
        .into_tuple()
        .one(tx)
        .await?;
    match oldest_counted {
        None => Ok(()),
        Some(created_at) => {
            let left = u64::try_from(created_at + DAY - now.millis()).unwrap_or_default();
            Err(ApiError::InquiryLimit { retry_after: left.div_ceil(1_000).max(1) }.into())
        }
    }
}
