//! The error responses that operations declare in the document. Status and code come from the [`Problem`] itself.

use crate::problem::Problem;
use model::{ApiError, FieldError};
use std::collections::BTreeMap;
use utoipa::{
    IntoResponses, PartialSchema,
    openapi::{HeaderBuilder, RefOr, Response, ResponseBuilder},
};

/// Defines error responses for `responses(…)`. Several may share a status, so the key is status and code until
/// [`super::common_responses`] merges those of a status.
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
    /// There is no valid session or access token.
    Unauthenticated = ApiError::Unauthenticated;
    /// The e-mail address is unknown or the password is wrong; the response doesn't say which.
    InvalidCredentials = ApiError::InvalidCredentials;
    /// The account's e-mail address isn't confirmed.
    EmailUnverified = ApiError::EmailUnverified;
    /// The access token is read-only.
    InsufficientScope = ApiError::InsufficientScope;
    /// Requires a session; an access token isn't accepted.
    SessionRequired = ApiError::SessionRequired;
    /// The booking's status doesn't allow this action.
    WrongStatus = ApiError::WrongStatus;
    /// The password was entered more than an hour ago. Call `POST /api/account/confirmation` first.
    PasswordRequired = ApiError::PasswordRequired;
    /// The role can't be changed, because the account has bookings.
    RoleFixed = ApiError::RoleFixed;
    /// The page belongs to another person than the signed-in one.
    OtherPerson = ApiError::OtherPerson;
    /// The password is too easy to guess.
    PasswordTooCommon = Problem::for_field("password", FieldError::PasswordTooCommon);
    /// The account's password is wrong.
    WrongPassword = Problem::for_field("password", FieldError::WrongPassword);
    /// The token was used before, has expired, or doesn't exist.
    TokenInvalid = Problem::for_field("token", FieldError::TokenInvalid);
    /// Requires the other role.
    WrongRole = ApiError::WrongRole;
    /// `Host` is missing, repeated, or not that of the site.
    WrongHost = Problem::WRONG_HOST;
    /// Another site's page made the request.
    CrossSite = Problem::CROSS_SITE;
    /// The resource doesn't exist, or belongs to other people.
    NotFound = ApiError::NotFound;
    /// The `clientId` was used before with other content.
    ClientIdReused = ApiError::ClientIdReused;
    /// The body isn't valid JSON.
    MalformedJson = Problem::MALFORMED_JSON;
    /// The body isn't a valid form.
    MalformedForm = Problem::MALFORMED_FORM;
    /// The body is incomplete.
    UnreadableBody = Problem::UNREADABLE_BODY;
    /// The body wasn't complete within 15 seconds.
    BodyTimeout = Problem::BODY_TIMEOUT;
    /// The body is larger than 64 KiB.
    TooLarge = Problem::TOO_LARGE;
    /// The operation doesn't accept this content type.
    WrongContentType = Problem::WRONG_CONTENT_TYPE;
    /// Validation failed; `fields` names the invalid fields.
    Invalid = ApiError::Invalid { fields: model::ValidationErrors::new() };
    /// Only the text of the message is invalid.
    InvalidBody = Problem::for_field("body", FieldError::BodyEmpty), Problem::for_field("body", FieldError::BodyTooLong),
        Problem::for_field("body", FieldError::BodyInvalid);
    /// Only the date or the currency of the booking is invalid.
    InvalidTerms = Problem::for_field("eventDate", FieldError::DatePast), Problem::for_field("eventDate", FieldError::DateTooFar),
        Problem::for_field("fee", FieldError::CurrencyUnknown);
    /// Too many requests. Retry after the seconds in `Retry-After`.
    RateLimited = ApiError::RateLimited { retry_after: 0 };
    /// The person has as many open streams as allowed.
    TooManyStreams = ApiError::TooManyStreams;
    /// The server failed; its log has the reason.
    Internal = Problem::INTERNAL;
    /// The database is unreachable.
    Unavailable = ApiError::Unavailable;
    /// The disk is full and nothing was written. A retry may succeed later.
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
