use super::private;
use crate::{caller::SignedIn, document::refusals::Invalid, input::Pairs, problem::Problem, router::Shared};
use axum::{extract::State, response::Response};
use model::Notices;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::default().routes(routes!(notifications))
}

/// Your notifications
#[utoipa::path(get, path = "/notifications", tag = "Notifications",
    params(("page" = Option<String>, Query, description = "The `nextPage` of the page before.")),
    responses((status = 200, description = "Newest first, a page of them.", body = Notices), Invalid))]
async fn notifications(
    State(shared): State<Shared>,
    SignedIn(viewer): SignedIn,
    query: Pairs,
) -> Result<Response, Problem> {
    Ok(private(shared.greenroom.notifications(&viewer, query.text("page")).await?))
}
