use super::private;
use crate::{
    caller::SignedIn,
    input::{JsonBody, Pairs, PathId},
    problem::Problem,
    router::Shared,
};
use axum::{
    Router,
    extract::State,
    response::Response,
    routing::{get, put},
};
use http::StatusCode;
use model::{ConversationId, Fault, Faults, Refusal};
use serde::Deserialize;
use serde_json::json;
use services::messages::{Messages, Window};

pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route("/conversations/{id}", get(one))
        .route("/conversations/{id}/messages", get(history))
        .route("/conversations/{id}/read", put(read))
}

async fn one(
    State(shared): State<Shared>,
    SignedIn(viewer): SignedIn,
    PathId(id): PathId<ConversationId>,
) -> Result<Response, Problem> {
    let (conversation, cursor) = shared.greenroom.conversation(&viewer, id).await?;
    Ok(private(json!({ "conversation": conversation, "cursor": cursor })))
}

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
    Ok(private(json!({ "messages": messages, "hasMore": has_more, "cursor": cursor })))
}

#[derive(Deserialize)]
struct Mark {
    seq: Option<i64>,
}

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
