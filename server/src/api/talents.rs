use super::private_json::private_json;
use crate::{
    input::{PathId, QueryParams},
    middleware::auth::CurrentViewer,
    openapi::errors::Invalid,
    problem::Problem,
    state::AppState,
};
use app::ssr::RequestContext;
use axum::{Extension, extract::State, response::Response};
use model::{Craft, Directory, FieldError, PersonId, Talent};
use serde::Serialize;
use services::talents::{ProfileKey, TalentSearch};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ObjectBuilder, RefOr, Schema, schema::Type},
};
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default().routes(routes!(search_talents)).routes(routes!(get_talent))
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
/// Returns up to 30 people of the directory with their profiles, sorted by name. With `query` and `craft`, only those who match both.
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

#[derive(Serialize, ToSchema)]
struct GetTalentResponse {
    talent: Talent,
}

/// Get a talent's profile
///
/// Returns name, craft and bio. A public profile needs no session; any other one does, and without a session is answered
/// like one that doesn't exist. Its page is `/t/{slug}`.
#[utoipa::path(get, path = "/talents/{id}", tag = "Talent", security(()), params(("id" = PersonId, Path)),
    responses((status = 200, description = "The profile.", body = GetTalentResponse)))]
async fn get_talent(
    State(state): State<AppState>,
    Extension(context): Extension<RequestContext>,
    PathId(id): PathId<PersonId>,
) -> Result<Response, Problem> {
    let talent = state.greenroom.load_profile(context.viewer.as_ref(), &ProfileKey::Id(id)).await?;
    Ok(private_json(GetTalentResponse { talent }))
}
