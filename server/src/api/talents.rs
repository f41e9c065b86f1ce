use super::private;
use crate::{caller::SignedIn, input::Pairs, problem::Problem, router::Shared};
use axum::{Router, extract::State, response::Response, routing::get};
use model::Fault;
use services::talents::Search;

pub(super) fn routes() -> Router<Shared> {
    Router::new().route("/talents", get(search))
}

async fn search(State(shared): State<Shared>, SignedIn(viewer): SignedIn, query: Pairs) -> Result<Response, Problem> {
    let craft = query.text("craft").filter(|craft| !craft.is_empty());
    let craft = craft.map(|craft| craft.parse().map_err(|()| Problem::field("craft", Fault::Invalid))).transpose()?;
    let search =
        Search { query: query.text("query").map(str::to_owned), craft, page: query.text("page").map(str::to_owned) };
    Ok(private(shared.greenroom.talents(&viewer, search).await?))
}
