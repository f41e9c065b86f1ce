use crate::{Limits, Result, clock::CLOCK_SKEW, entity::booking, store::Transaction};
use model::{ApiError, BookingStatus, PersonId, Timestamp};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};

const DAY: i64 = 24 * 60 * 60 * 1_000;
/// `Retry-After` in seconds while an organizer waits for a talent's answer, which can't be predicted.
const UNANSWERED_RETRY_AFTER: u64 = 60 * 60;

/// Checks whether an organizer may send a talent one more inquiry.
///
/// Counts in the database, because several nodes share it. The caller must have locked the organizer's row, so that
/// each of several concurrent inquiries counts the earlier ones.
///
/// # Errors
/// `OpenInquiryLimit` for too many unanswered inquiries to this talent; `InquiryLimit` for too many within 24 hours.
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
        // Unanswered inquiries for past events don't count. Yesterday's do, because that day hasn't ended in all time
        // zones.
        .filter(booking::Column::EventDate.gte(Timestamp::from_millis(now.millis() - DAY).day().to_string()));
    if unanswered.count(tx).await? >= limits.open_inquiries_per_pair {
        return Err(ApiError::OpenInquiryLimit { retry_after: UNANSWERED_RETRY_AFTER }.into());
    }
    // The next inquiry is allowed when this one is a day old. Found by its offset, so that older ones cost nothing.
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
