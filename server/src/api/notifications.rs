use super::private_json::private_json;
use crate::{
    input::{JsonBody, QueryParams},
    middleware::auth::CurrentViewer,
    openapi::errors::{Invalid, RateLimited},
    problem::Problem,
    state::AppState,
};
use axum::{extract::State, response::Response};
use http::StatusCode;
use model::{ApiError, FieldError, NotificationId, NotificationList, text};
use serde::Deserialize;
use services::notifications::NotificationSelection;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default().routes(routes!(list_notifications)).routes(routes!(mark_notifications_read))
}

/// List your notifications
///
/// Returns up to 30 of your notifications, newest first, and the number of unread ones. Listing them doesn't mark them
/// as read.
#[utoipa::path(get, path = "/notifications", tag = "Notifications",
    params(("page" = Option<String>, Query, description = "The `nextPage` of the previous page.")),
    responses((status = 200, description = "A page of notifications.", body = NotificationList), Invalid))]
async fn list_notifications(
    State(state): State<AppState>,
    CurrentViewer(viewer): CurrentViewer,
    query: QueryParams,
) -> Result<Response, Problem> {
    Ok(private_json(state.greenroom.list_notifications(&viewer, query.get("page")).await?))
}

/// The most ids in one request.
const MAX_IDS: usize = 100;

/// Selects notifications by exactly one of `ids` and `all`.
#[derive(Deserialize, ToSchema)]
struct MarkReadRequest {
    /// The notifications to mark. Ids of other people's notifications are ignored.
    #[schema(value_type = Option<Vec<NotificationId>>, max_items = 100)]
    ids: Option<Vec<String>>,
    /// Marks all of them, if `true`.
    all: Option<bool>,
}

impl MarkReadRequest {
    fn parse(self) -> Result<NotificationSelection, ApiError> {
        let wrong = |error| ApiError::for_field("ids", error);
        match (self.ids, self.all) {
            (None, Some(true)) => Ok(NotificationSelection::All),
            (Some(ids), None | Some(false)) if ids.len() > MAX_IDS => Err(wrong(FieldError::TooLong)),
            (Some(ids), None | Some(false)) => {
                let ids: Result<_, _> = ids.iter().map(|id| text::parse_value(Some(id))).collect();
                ids.map(NotificationSelection::Ids).map_err(wrong)
            }
            (None, None | Some(false)) => Err(wrong(FieldError::Required)),
            (Some(_), Some(true)) => Err(wrong(FieldError::Invalid)),
        }
    }
}

/// Mark notifications as read
///
/// Marks either the given notifications, at most 100, or all of them as read, on all your devices. Notifications that
/// are already read keep their `readAt`.
#[utoipa::path(post, path = "/notifications/read", tag = "Notifications", request_body = MarkReadRequest,
    responses((status = 204, description = "The notifications are marked."), RateLimited))]
async fn mark_notifications_read(
    State(state): State<AppState>,
    CurrentViewer(viewer): CurrentViewer,
    JsonBody(input): JsonBody<MarkReadRequest>,
) -> Result<StatusCode, Problem> {
    state.greenroom.mark_notifications_seen(&viewer, input.parse()?).await?;
    Ok(StatusCode::NO_CONTENT)
}
