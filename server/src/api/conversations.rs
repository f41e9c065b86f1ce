use super::private_json;
use crate::{
    input::{JsonBody, PathId, QueryParams},
    middleware::auth::CurrentViewer,
    openapi::errors::{Invalid, RateLimited},
    problem::Problem,
    state::AppState,
};
use axum::{extract::State, response::Response};
use http::StatusCode;
use model::{ApiError, Conversation, ConversationId, FieldError, Message, Presence, ValidationErrors};
use serde::{Deserialize, Serialize};
use services::messages::{Messages, Window};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default()
        .routes(routes!(get_conversation))
        .routes(routes!(list_messages))
        .routes(routes!(mark_read))
        .routes(routes!(mark_unread))
        .routes(routes!(mark_delivered))
        .routes(routes!(send_typing))
        .routes(routes!(get_presence))
}

#[derive(Serialize, ToSchema)]
struct ConversationResponse {
    conversation: Conversation,
    /// The last event counted in.
    cursor: i64,
}

/// One of your conversations
#[utoipa::path(get, path = "/conversations/{id}", tag = "Messages", params(("id" = ConversationId, Path)),
    responses((status = 200, description = "The conversation.", body = ConversationResponse)))]
async fn get_conversation(
    State(state): State<AppState>,
    CurrentViewer(viewer): CurrentViewer,
    PathId(id): PathId<ConversationId>,
) -> Result<Response, Problem> {
    let (conversation, cursor) = state.greenroom.load_conversation(&viewer, id).await?;
    Ok(private_json(ConversationResponse { conversation, cursor }))
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct MessageListResponse {
    /// Ascending by `seq`.
    messages: Vec<Message>,
    /// Whether there are more in the direction that was asked for.
    has_more: bool,
    /// The last event counted in.
    cursor: i64,
}

/// What was said
///
/// The newest messages, or those just before `before`, or just after `after`.
#[utoipa::path(get, path = "/conversations/{id}/messages", tag = "Messages",
    params(
        ("id" = ConversationId, Path),
        ("before" = Option<i64>, Query, description = "A `seq`. Not together with `after`."),
        ("after" = Option<i64>, Query, description = "A `seq`. Not together with `before`."),
        ("limit" = Option<u64>, Query, minimum = 1, maximum = 100, description = "How many; 50 if nothing is said."),
    ),
    responses((status = 200, description = "A window of them.", body = MessageListResponse), Invalid))]
async fn list_messages(
    State(state): State<AppState>,
    CurrentViewer(viewer): CurrentViewer,
    PathId(id): PathId<ConversationId>,
    query: QueryParams,
) -> Result<Response, Problem> {
    let window = match (query.parse("before")?, query.parse("after")?) {
        (None, None) => Window::Newest,
        (Some(before), None) => Window::Before(before),
        (None, Some(after)) => Window::After(after),
        (Some(_), Some(_)) => {
            let both = ["before", "after"].map(|name| (name.to_owned(), FieldError::Invalid));
            return Err(ApiError::Invalid { fields: ValidationErrors::from(both) }.into());
        }
    };
    let Messages { messages, has_more, cursor } =
        state.greenroom.list_messages(&viewer, id, window, query.parse("limit")?).await?;
    Ok(private_json(MessageListResponse { messages, has_more, cursor }))
}

#[derive(Deserialize, ToSchema)]
struct MarkerRequest {
    /// The place of a message.
    #[schema(value_type = i64, required = true)]
    seq: Option<i64>,
}

impl MarkerRequest {
    fn parse(self) -> Result<i64, Problem> {
        self.seq.ok_or_else(|| Problem::field("seq", FieldError::Required))
    }
}

/// Read on
///
/// Marks messages as read up to `seq`: never backwards, never past the last.
#[utoipa::path(put, path = "/conversations/{id}/read", tag = "Messages", params(("id" = ConversationId, Path)),
    request_body = MarkerRequest, responses((status = 204, description = "Marked."), RateLimited))]
async fn mark_read(
    State(state): State<AppState>,
    CurrentViewer(viewer): CurrentViewer,
    PathId(id): PathId<ConversationId>,
    JsonBody(marker): JsonBody<MarkerRequest>,
) -> Result<StatusCode, Problem> {
    state.greenroom.mark_read(&viewer, id, marker.parse()?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Mark as unread
///
/// Counts messages from `seq` on as unread again, on all your devices. The other isn't told.
#[utoipa::path(put, path = "/conversations/{id}/unread", tag = "Messages", params(("id" = ConversationId, Path)),
    request_body = MarkerRequest, responses((status = 204, description = "Marked."), RateLimited))]
async fn mark_unread(
    State(state): State<AppState>,
    CurrentViewer(viewer): CurrentViewer,
    PathId(id): PathId<ConversationId>,
    JsonBody(marker): JsonBody<MarkerRequest>,
) -> Result<StatusCode, Problem> {
    state.greenroom.mark_unread(&viewer, id, marker.parse()?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Say what arrived
///
/// Messages up to `seq` have reached a device of yours: never backwards, never past the last.
#[utoipa::path(put, path = "/conversations/{id}/delivered", tag = "Messages", params(("id" = ConversationId, Path)),
    request_body = MarkerRequest, responses((status = 204, description = "Noted."), RateLimited))]
async fn mark_delivered(
    State(state): State<AppState>,
    CurrentViewer(viewer): CurrentViewer,
    PathId(id): PathId<ConversationId>,
    JsonBody(marker): JsonBody<MarkerRequest>,
) -> Result<StatusCode, Problem> {
    state.greenroom.mark_delivered(&viewer, id, marker.parse()?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Say that you are writing
///
/// Lasts 5 seconds, and is told at most once in 3, as far as both want it said.
#[utoipa::path(put, path = "/conversations/{id}/typing", tag = "Messages", params(("id" = ConversationId, Path)),
    responses((status = 204, description = "Told, or kept to ourselves.")))]
async fn send_typing(
    State(state): State<AppState>,
    CurrentViewer(viewer): CurrentViewer,
    PathId(id): PathId<ConversationId>,
) -> Result<StatusCode, Problem> {
    state.greenroom.notify_typing(&viewer, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Whether the other is here
///
/// As far as both want it said; otherwise neither online nor ever active.
#[utoipa::path(get, path = "/conversations/{id}/presence", tag = "Messages", params(("id" = ConversationId, Path)),
    responses((status = 200, description = "As of now.", body = Presence)))]
async fn get_presence(
    State(state): State<AppState>,
    CurrentViewer(viewer): CurrentViewer,
    PathId(id): PathId<ConversationId>,
) -> Result<Response, Problem> {
    Ok(private_json(state.greenroom.load_presence(&viewer, id).await?))
}
