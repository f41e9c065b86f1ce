use super::private;
use crate::{
    caller::SignedIn,
    document::refusals::Invalid,
    input::{JsonBody, Pairs, PathId},
    problem::Problem,
    router::Shared,
};
use axum::{extract::State, response::Response};
use http::StatusCode;
use model::{Conversation, ConversationId, Fault, Faults, Message, Refusal};
use serde::{Deserialize, Serialize};
use services::messages::{Messages, Window};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::default().routes(routes!(conversation)).routes(routes!(history)).routes(routes!(read))
}

#[derive(Serialize, ToSchema)]
struct OneConversation {
    conversation: Conversation,
    /// The last event counted in.
    cursor: i64,
}

/// One of your conversations
#[utoipa::path(get, path = "/conversations/{id}", tag = "Messages", params(("id" = ConversationId, Path)),
    responses((status = 200, description = "The conversation.", body = OneConversation)))]
async fn conversation(
    State(shared): State<Shared>,
    SignedIn(viewer): SignedIn,
    PathId(id): PathId<ConversationId>,
) -> Result<Response, Problem> {
    let (conversation, cursor) = shared.greenroom.conversation(&viewer, id).await?;
    Ok(private(OneConversation { conversation, cursor }))
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct History {
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
    responses((status = 200, description = "A window of them.", body = History), Invalid))]
async fn history(
    State(shared): State<Shared>,
    SignedIn(viewer): SignedIn,
    PathId(id): PathId<ConversationId>,
    query: Pairs,
) -> Result<Response, Problem> {
    let window = match (query.parsed("before")?, query.parsed("after")?) {
        (None, None) => Window::Newest,
        (Some(before), None) => Window::Before(before),
        (None, Some(after)) => Window::After(after),
        (Some(_), Some(_)) => {
            let both = ["before", "after"].map(|name| (name.to_owned(), Fault::Invalid));
            return Err(Refusal::Invalid { fields: Faults::from(both) }.into());
        }
    };
    let Messages { messages, has_more, cursor } =
        shared.greenroom.history(&viewer, id, window, query.parsed("limit")?).await?;
    Ok(private(History { messages, has_more, cursor }))
}

#[derive(Deserialize, ToSchema)]
struct Mark {
    /// Up to which message.
    #[schema(value_type = i64, required = true)]
    seq: Option<i64>,
}

/// Read on
///
/// Marks messages as read: never backwards, never past the last.
#[utoipa::path(put, path = "/conversations/{id}/read", tag = "Messages", params(("id" = ConversationId, Path)),
    request_body = Mark, responses((status = 204, description = "Marked.")))]
async fn read(
    State(shared): State<Shared>,
    SignedIn(viewer): SignedIn,
    PathId(id): PathId<ConversationId>,
    JsonBody(Mark { seq }): JsonBody<Mark>,
) -> Result<StatusCode, Problem> {
    let seq = seq.ok_or_else(|| Problem::field("seq", Fault::Required))?;
    shared.greenroom.read_on(&viewer, id, seq).await?;
    Ok(StatusCode::NO_CONTENT)
}
