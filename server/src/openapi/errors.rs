//! The refusals that operations name in the document. Status and code are those of the problem itself.

use crate::problem::Problem;
use model::{ApiError, FieldError};
use std::collections::BTreeMap;
use utoipa::{
    IntoResponses, PartialSchema,
    openapi::{HeaderBuilder, RefOr, Response, ResponseBuilder},
};

/// Names refusals for `responses(…)`. Several may share a status, so each stands under its status and its code
/// until [`super::common_responses`] puts those of a status together.
macro_rules! error_responses {
    ($($(#[doc = $meaning:literal])+ $name:ident = $($problem:expr),+;)*) => {$(
        $(#[doc = $meaning])+
        pub(crate) enum $name {}

        impl IntoResponses for $name {
            fn responses() -> BTreeMap<String, RefOr<Response>> {
                let problems = [$(Problem::from($problem)),+];
                problems.iter().map(|problem| error_response(problem, concat!($($meaning),+).trim())).collect()
            }
        }
    )*};
}

error_responses! {
    /// Nobody is signed in, or the session is over.
    Unauthenticated = ApiError::Unauthenticated;
    /// Unknown e-mail or wrong password: never says which.
    InvalidCredentials = ApiError::InvalidCredentials;
    /// The address was never confirmed.
    EmailUnverified = ApiError::EmailUnverified;
    /// The access token may only read.
    InsufficientScope = ApiError::InsufficientScope;
    /// Only for whoever signed in by password, not for an access token.
    SessionRequired = ApiError::SessionRequired;
    /// The booking's status doesn't allow this step.
    WrongStatus = ApiError::WrongStatus;
    /// The password was typed more than an hour ago: `POST /api/account/confirmation` first.
    PasswordRequired = ApiError::PasswordRequired;
    /// There are bookings: the role stays as it is.
    RoleFixed = ApiError::RoleFixed;
    /// The page that asks is another person's than the one who is signed in.
    OtherPerson = ApiError::OtherPerson;
    /// The password is among those that are tried first.
    PasswordTooCommon = Problem::field("password", FieldError::PasswordTooCommon);
    /// That isn't the password of the account.
    WrongPassword = Problem::field("password", FieldError::WrongPassword);
    /// The link was used before, has run out, or never was.
    TokenInvalid = Problem::field("token", FieldError::TokenInvalid);
    /// This belongs to the other role.
    WrongRole = ApiError::WrongRole;
    /// `Host` is missing, there twice, or not that of the site.
    WrongHost = Problem::WRONG_HOST;
    /// The request was made by another site's page.
    CrossSite = Problem::CROSS_SITE;
    /// It doesn't exist, or isn't yours.
    NotFound = ApiError::NotFound;
    /// The same `clientId` came before with something else.
    ClientIdReused = ApiError::ClientIdReused;
    /// The body is no JSON.
    MalformedJson = Problem::MALFORMED_JSON;
    /// The body is no form.
    MalformedForm = Problem::MALFORMED_FORM;
    /// The body broke off.
    UnreadableBody = Problem::UNREADABLE_BODY;
    /// The body wasn't whole within 15 s.
    BodyTimeout = Problem::BODY_TIMEOUT;
    /// The body has more than 64 KiB.
    TooLarge = Problem::TOO_LARGE;
    /// The body is of a type that isn't read here.
    WrongContentType = Problem::WRONG_CONTENT_TYPE;
    /// Understood, but wrong: `fields` names what is.
    Invalid = ApiError::Invalid { fields: model::ValidationErrors::new() };
    /// The text of a message is at fault, and nothing else.
    BodyAtFault = Problem::field("body", FieldError::BodyEmpty), Problem::field("body", FieldError::BodyTooLong),
        Problem::field("body", FieldError::BodyInvalid);
    /// The day or the currency of a booking is at fault, and nothing else.
    TermsAtFault = Problem::field("eventDate", FieldError::DatePast), Problem::field("eventDate", FieldError::DateTooFar),
        Problem::field("fee", FieldError::CurrencyUnknown);
    /// Too much at once. Worth trying again after `Retry-After`.
    RateLimited = ApiError::RateLimited { retry_after: 0 };
    /// This person holds as many streams as allowed.
    TooManyStreams = ApiError::TooManyStreams;
    /// Something broke on our side.
    Internal = Problem::INTERNAL;
    /// The database can't be reached.
    Unavailable = ApiError::Unavailable;
    /// The disk is full: nothing was written. Worth trying again.
    StorageFull = ApiError::StorageFull;
}

fn error_response(problem: &Problem, meaning: &str) -> (String, RefOr<Response>) {
    let mut response = ResponseBuilder::new().description(format!("`{}`: {meaning}", problem.code()));
    if problem.retry_after().is_some() {
        let seconds = HeaderBuilder::new().schema(u64::schema()).description(Some("Seconds.")).build();
        response = response.header("Retry-After", seconds);
    }
    (format!("{} {}", problem.status().as_u16(), problem.code()), response.build().into())
}
