use super::private;
use crate::{caller::SignedIn, input::JsonOrForm, problem::Problem, router::Shared};
use app::ssr::Caller;
use axum::{
    Extension, Router,
    extract::State,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use http::{StatusCode, header};
use model::{Fault, Faults, Refusal};
use serde::Deserialize;
use serde_json::json;
use services::accounts::{Credentials, Password};

pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route("/auth/callback/credentials", post(sign_in))
        .route("/auth/session", get(session))
        .route("/auth/signout", post(sign_out))
}

#[derive(Deserialize)]
struct Input {
    email: Option<String>,
    password: Option<String>,
}

impl Input {
    fn parse(self) -> Result<Credentials, Refusal> {
        match (self.email, self.password) {
            (Some(email), Some(password)) => {
                Ok(Credentials { email: email.parse().ok(), password: Password::new(password) })
            }
            (email, password) => {
                let missing = [("email", email.is_none()), ("password", password.is_none())];
                let fields = missing.into_iter().filter(|(_, missing)| *missing);
                let fields: Faults = fields.map(|(name, _)| (name.to_owned(), Fault::Required)).collect();
                Err(Refusal::Invalid { fields })
            }
        }
    }
}

async fn sign_in(
    State(shared): State<Shared>,
    Extension(caller): Extension<Caller>,
    JsonOrForm(input): JsonOrForm<Input>,
) -> Result<Response, Problem> {
    let credentials = input.parse()?;
    let signed_in = shared.greenroom.sign_in(credentials, caller.address, &caller.user_agent).await?;
    shared.greenroom.give_way(caller.viewer.as_ref(), &signed_in.user).await?;
    let cookie = shared.cookie.set(&signed_in.token).ok_or(Problem::INTERNAL)?;
    Ok(([(header::SET_COOKIE, cookie)], private(json!({ "user": signed_in.user }))).into_response())
}

async fn session(State(shared): State<Shared>, SignedIn(viewer): SignedIn) -> Result<Response, Problem> {
    let user = shared.greenroom.user(&viewer).await?;
    Ok(private(json!({ "user": user, "expiresAt": viewer.expires_at() })))
}

async fn sign_out(State(shared): State<Shared>, SignedIn(viewer): SignedIn) -> Result<Response, Problem> {
    shared.greenroom.sign_out(&viewer).await?;
    let cookie = shared.cookie.clear().ok_or(Problem::INTERNAL)?;
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie)]).into_response())
}
