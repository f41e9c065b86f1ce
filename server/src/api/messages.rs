use super::private;
use crate::{
    caller::SignedIn,
    input::{JsonBody, Pairs},
    problem::Problem,
    router::Shared,
};
use axum::{
    Router,
    extract::State,
    response::{IntoResponse, Response},
    routing::get,
};
use http::StatusCode;
use model::{MessageInput, Role};
use serde_json::json;
use services::{Viewer, messages::Posted};

pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route("/messages", get(inbox).post(send))
        .route("/talent/messages", get(talent_inbox).post(talent_send))
        .route("/organizer/messages", get(organizer_inbox).post(organizer_send))
}

type Answer = Result<Response, Problem>;

async fn inbox(State(shared): State<Shared>, SignedIn(viewer): SignedIn, query: Pairs) -> Answer {
    inbox_of(shared, viewer, query).await
}

async fn talent_inbox(State(shared): State<Shared>, signed_in: SignedIn, query: Pairs) -> Answer {
    inbox_of(shared, signed_in.only(Role::Talent)?, query).await
}

async fn organizer_inbox(State(shared): State<Shared>, signed_in: SignedIn, query: Pairs) -> Answer {
    inbox_of(shared, signed_in.only(Role::Organizer)?, query).await
}

async fn send(
    State(shared): State<Shared>,
    SignedIn(viewer): SignedIn,
    JsonBody(input): JsonBody<MessageInput>,
) -> Answer {
    send_as(shared, viewer, input).await
}

async fn talent_send(
    State(shared): State<Shared>,
    signed_in: SignedIn,
    JsonBody(input): JsonBody<MessageInput>,
) -> Answer {
    send_as(shared, signed_in.only(Role::Talent)?, input).await
}

async fn organizer_send(
    State(shared): State<Shared>,
    signed_in: SignedIn,
    JsonBody(input): JsonBody<MessageInput>,
) -> Answer {
    send_as(shared, signed_in.only(Role::Organizer)?, input).await
}

async fn inbox_of(shared: Shared, viewer: Viewer, query: Pairs) -> Answer {
    Ok(private(shared.greenroom.inbox(&viewer, query.text("page")).await?))
}

async fn send_as(shared: Shared, viewer: Viewer, input: MessageInput) -> Answer {
    let posted = shared.greenroom.post(&viewer, input.parse()?).await?;
    let status = match posted {
        Posted::New(_) => StatusCode::CREATED,
        Posted::Again(_) => StatusCode::OK,
    };
    Ok((status, private(json!({ "message": posted.into_message() }))).into_response())
}
