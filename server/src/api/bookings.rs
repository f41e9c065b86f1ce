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
    response::{IntoResponse, Response},
    routing::get,
};
use http::StatusCode;
use model::{BookingId, BookingInput, Conversation, Role};
use serde_json::{Value, json};

pub(super) fn routes() -> Router<Shared> {
    Router::new().route("/bookings", get(list).post(open)).route("/bookings/{id}", get(one))
}

async fn open(
    State(shared): State<Shared>,
    signed_in: SignedIn,
    JsonBody(input): JsonBody<BookingInput>,
) -> Result<Response, Problem> {
    let viewer = signed_in.only(Role::Organizer)?;
    let opened = shared.greenroom.open_booking(&viewer, input.parse()?).await?;
    Ok((StatusCode::CREATED, private(told(opened))).into_response())
}

async fn list(State(shared): State<Shared>, SignedIn(viewer): SignedIn, query: Pairs) -> Result<Response, Problem> {
    let (bookings, next_page) = shared.greenroom.bookings(&viewer, query.text("page")).await?;
    Ok(private(json!({ "bookings": bookings, "nextPage": next_page })))
}

async fn one(
    State(shared): State<Shared>,
    SignedIn(viewer): SignedIn,
    PathId(id): PathId<BookingId>,
) -> Result<Response, Problem> {
    Ok(private(told(shared.greenroom.booking(&viewer, id).await?)))
}

fn told(conversation: Conversation) -> Value {
    json!({ "booking": conversation.booking, "conversation": conversation })
}
