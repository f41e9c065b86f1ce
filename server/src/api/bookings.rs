use super::private_json::private_json;
use crate::{
    input::{JsonBody, PathId, QueryParams},
    middleware::auth::CurrentViewer,
    openapi::errors::{ClientIdReused, Invalid, InvalidBody, InvalidTerms, RateLimited, WrongRole, WrongStatus},
    problem::Problem,
    state::AppState,
};
use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use http::StatusCode;
use model::{Booking, BookingAction, BookingId, BookingInput, Conversation, Role};
use serde::Serialize;
use services::Viewer;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default()
        .routes(routes!(list_bookings, open_booking))
        .routes(routes!(get_booking))
        .routes(routes!(accept_booking))
        .routes(routes!(decline_booking))
        .routes(routes!(cancel_booking))
}

#[derive(Serialize, ToSchema)]
struct BookingResponse {
    booking: Booking,
    conversation: Conversation,
}

impl From<Conversation> for BookingResponse {
    fn from(conversation: Conversation) -> Self {
        Self { booking: conversation.booking.clone(), conversation }
    }
}

/// Open an inquiry
///
/// For organisers: creates a booking and its conversation, which begins with the message. By default an organiser may
/// open 20 inquiries per day and have 3 unanswered ones with the same talent; further ones get `rate_limited` with
/// `Retry-After`. A retry with the same `clientId` returns the same booking, regardless of limits.
#[utoipa::path(post, path = "/bookings", tag = "Bookings", request_body = BookingInput,
    responses(
        (status = 201, description = "The booking and its conversation.", body = BookingResponse),
        InvalidBody, ClientIdReused, RateLimited, InvalidTerms, WrongRole,
    ))]
async fn open_booking(
    State(state): State<AppState>,
    signed_in: CurrentViewer,
    JsonBody(input): JsonBody<BookingInput>,
) -> Result<Response, Problem> {
    let viewer = signed_in.require_role(Role::Organizer)?;
    let draft = input.parse(state.greenroom.now())?;
    let opened = state.greenroom.open_booking(&viewer, draft).await?;
    Ok((StatusCode::CREATED, private_json(BookingResponse::from(opened))).into_response())
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct BookingListResponse {
    /// Newest first.
    bookings: Vec<Booking>,
    /// The next page, if there is one.
    #[schema(required = true)]
    next_page: Option<String>,
}

/// List your bookings
///
/// Returns up to 30 of your bookings in any status, newest first. Organisers get the bookings they opened, talent those
/// they were asked for.
#[utoipa::path(get, path = "/bookings", tag = "Bookings",
    params(("page" = Option<String>, Query, description = "The `nextPage` of the previous page.")),
    responses((status = 200, description = "A page of bookings.", body = BookingListResponse), Invalid))]
async fn list_bookings(
    State(state): State<AppState>,
    CurrentViewer(viewer): CurrentViewer,
    query: QueryParams,
) -> Result<Response, Problem> {
    let (bookings, next_page) = state.greenroom.list_bookings(&viewer, query.get("page")).await?;
    Ok(private_json(BookingListResponse { bookings, next_page }))
}

/// Get a booking
///
/// Returns a booking with its conversation. Only its organiser and its talent can read it; other people get
/// `not_found`.
#[utoipa::path(get, path = "/bookings/{id}", tag = "Bookings", params(("id" = BookingId, Path)),
    responses((status = 200, description = "The booking and its conversation.", body = BookingResponse)))]
async fn get_booking(
    State(state): State<AppState>,
    CurrentViewer(viewer): CurrentViewer,
    PathId(id): PathId<BookingId>,
) -> Result<Response, Problem> {
    Ok(private_json(BookingResponse::from(state.greenroom.load_booking(&viewer, id).await?)))
}

#[derive(Serialize, ToSchema)]
struct BookingActionResponse {
    booking: Booking,
}

type ApiResult = Result<Response, Problem>;

/// Accept an inquiry
///
/// Changes the status from `inquiry` to `accepted`, and adds a message about it to the conversation. Only the booking's
/// talent can accept. In any other status the response is `wrong_status`.
#[utoipa::path(post, path = "/bookings/{id}/accept", tag = "Bookings", params(("id" = BookingId, Path)),
    responses((status = 200, description = "The booking.", body = BookingActionResponse), WrongStatus, RateLimited, WrongRole))]
async fn accept_booking(
    State(state): State<AppState>,
    CurrentViewer(viewer): CurrentViewer,
    PathId(id): PathId<BookingId>,
) -> ApiResult {
    apply_action(state, viewer, id, BookingAction::Accept).await
}

/// Decline an inquiry
///
/// Changes the status from `inquiry` to `declined`, and adds a message about it to the conversation. Only the booking's
/// talent can decline. In any other status the response is `wrong_status`.
#[utoipa::path(post, path = "/bookings/{id}/decline", tag = "Bookings", params(("id" = BookingId, Path)),
    responses((status = 200, description = "The booking.", body = BookingActionResponse), WrongStatus, RateLimited, WrongRole))]
async fn decline_booking(
    State(state): State<AppState>,
    CurrentViewer(viewer): CurrentViewer,
    PathId(id): PathId<BookingId>,
) -> ApiResult {
    apply_action(state, viewer, id, BookingAction::Decline).await
}

/// Cancel a booking
///
/// Changes the status to `cancelled`, and adds a message about it to the conversation. Both people can cancel while the
/// booking is an inquiry or accepted. In any other status the response is `wrong_status`.
#[utoipa::path(post, path = "/bookings/{id}/cancel", tag = "Bookings", params(("id" = BookingId, Path)),
    responses((status = 200, description = "The booking.", body = BookingActionResponse), WrongStatus, RateLimited))]
async fn cancel_booking(
    State(state): State<AppState>,
    CurrentViewer(viewer): CurrentViewer,
    PathId(id): PathId<BookingId>,
) -> ApiResult {
    apply_action(state, viewer, id, BookingAction::Cancel).await
}

async fn apply_action(state: AppState, viewer: Viewer, id: BookingId, action: BookingAction) -> ApiResult {
    Ok(private_json(BookingActionResponse {
        booking: state.greenroom.apply_booking_action(&viewer, id, action).await?,
    }))
}
