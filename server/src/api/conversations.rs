use super::private_json::private_json;
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
    /// The number of the last event that this response includes.
    cursor: i64,
}

/// Get a conversation
///
/// Returns one of your conversations with its booking, its last message, and the read markers of both people. Other
/// people's conversations get `not_found`.
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
    /// Whether there are more messages in the requested direction.
    has_more: bool,
    /// The number of the last event that this response includes.
    cursor: i64,
}

/// List messages
///
/// Returns the newest messages of a conversation, or those directly before `before` or after `after`, in ascending
/// order. Listing messages doesn't mark them as read.
#[utoipa::path(get, path = "/conversations/{id}/messages", tag = "Messages",
    params(
        ("id" = ConversationId, Path),
        ("before" = Option<i64>, Query, description = "A `seq`. Not together with `after`."),
        ("after" = Option<i64>, Query, description = "A `seq`. Not together with `before`."),
        ("limit" = Option<u64>, Query, minimum = 1, maximum = 100, description = "The page size; 50 by default."),
    ),
    responses((status = 200, description = "A window of messages.", body = MessageListResponse), Invalid))]
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
    /// The sequence number of a message.
    #[schema(value_type = i64, required = true)]
    seq: Option<i64>,
}

impl MarkerRequest {
    fn parse(self) -> Result<i64, Problem> {
        self.seq.ok_or_else(|| Problem::for_field("seq", FieldError::Required))
    }
}

/// Mark messages as read
///
/// Moves your read marker to `seq`, but never backwards or past the last message. Notifications about these messages
/// are marked as read too. The other person gets an event if both people show receipts.
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

/// Mark messages as unread
///
/// Counts messages from `seq` on as unread again, on all your devices. The other person gets no event, and their
/// receipts stay.
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

/// Confirm delivery
///
/// Records that messages up to `seq` have reached one of your devices, and sends the other person an event. The marker
/// never moves backwards or past the last message. It doesn't move unless both people show receipts.
#[utoipa::path(put, path = "/conversations/{id}/delivered", tag = "Messages", params(("id" = ConversationId, Path)),
    request_body = MarkerRequest, responses((status = 204, description = "Recorded."), RateLimited))]
async fn mark_delivered(
    State(state): State<AppState>,
    CurrentViewer(viewer): CurrentViewer,
    PathId(id): PathId<ConversationId>,
    JsonBody(marker): JsonBody<MarkerRequest>,
) -> Result<StatusCode, Problem> {
    state.greenroom.mark_delivered(&viewer, id, marker.parse()?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Send a typing indicator
///
/// Shows the other person for 5 seconds that you are typing, if both people show their presence. Sent at most once per
/// 3 seconds; further calls have no effect.
#[utoipa::path(put, path = "/conversations/{id}/typing", tag = "Messages", params(("id" = ConversationId, Path)),
    responses((status = 204, description = "Accepted, whether or not it was sent.")))]
async fn send_typing(
    State(state): State<AppState>,
    CurrentViewer(viewer): CurrentViewer,
    PathId(id): PathId<ConversationId>,
) -> Result<StatusCode, Problem> {
    state.greenroom.notify_typing(&viewer, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Get the other person's presence
///
/// Returns whether the other person is online, and when they last were. Unless both people show their presence, the
/// other person counts as offline and never active.
#[utoipa::path(get, path = "/conversations/{id}/presence", tag = "Messages", params(("id" = ConversationId, Path)),
    responses((status = 200, description = "The current presence.", body = Presence)))]
async fn get_presence(
    State(state): State<AppState>,
    CurrentViewer(viewer): CurrentViewer,
    PathId(id): PathId<ConversationId>,
) -> Result<Response, Problem> {
    Ok(private_json(state.greenroom.load_presence(&viewer, id).await?))
}
