use super::private_json::private_json;
use crate::{
    input::QueryParams, middleware::auth::CurrentViewer, openapi::errors::Invalid, problem::Problem, state::AppState,
};
use axum::{extract::State, response::Response};
use model::{Craft, Directory, FieldError};
use services::talents::TalentSearch;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ObjectBuilder, RefOr, Schema, schema::Type},
};
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default().routes(routes!(search_talents))
}

/// A craft, or the empty string that a form sends if no craft is chosen.
enum CraftOrAny {}

impl PartialSchema for CraftOrAny {
    fn schema() -> RefOr<Schema> {
        let words = Craft::ALL.iter().map(|craft| craft.as_str()).chain([""]);
        ObjectBuilder::new().schema_type(Type::String).enum_values(Some(words)).into()
    }
}

impl ToSchema for CraftOrAny {}

/// Search for talent
///
/// Returns up to 30 people of the directory, sorted by name. With `query` and `craft`, only those who match both.
/// Talent who haven't confirmed their e-mail address are not listed.
#[utoipa::path(get, path = "/talents", tag = "Talent",
    params(
        ("query" = Option<String>, Query, max_length = 100, description = "Part of a name, ignoring case and accents."),
        ("craft" = inline(Option<CraftOrAny>), Query, description = "Only talent with this craft."),
        ("page" = Option<String>, Query, description = "The `nextPage` of the previous page."),
    ),
    responses((status = 200, description = "A page of talent.", body = Directory), Invalid))]
async fn search_talents(
    State(state): State<AppState>,
    CurrentViewer(viewer): CurrentViewer,
    query: QueryParams,
) -> Result<Response, Problem> {
    let craft = query.get("craft").filter(|craft| !craft.is_empty());
    let craft =
        craft.map(|craft| craft.parse().map_err(|()| Problem::for_field("craft", FieldError::Invalid))).transpose()?;
    let search = TalentSearch {
        query: query.get("query").map(str::to_owned),
        craft,
        page: query.get("page").map(str::to_owned),
    };
    Ok(private_json(state.greenroom.search_talents(&viewer, search).await?))
}
