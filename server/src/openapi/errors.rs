//! The error responses that operations declare in the document. Status and code come from the [`Problem`] itself.

use crate::problem::Problem;
use model::{ApiError, FieldError};
use std::collections::BTreeMap;
use utoipa::{
    IntoResponses, PartialSchema,
    openapi::{HeaderBuilder, RefOr, Response, ResponseBuilder},
};

/// Names the errors of [`ApiError`] that operations declare; their meanings are those of its table.
macro_rules! api_error_responses {
    ($($kind:ident)*) => {$(
        pub(crate) enum $kind {}

        impl IntoResponses for $kind {
            fn responses() -> BTreeMap<String, RefOr<Response>> {
                let errors = ApiError::examples().into_iter().filter(|error| matches!(error, ApiError::$kind { .. }));
                errors.map(|error| error_response(&Problem::from(error.clone()), error.meaning())).collect()
            }
        }
    )*};
}

api_error_responses! {
    Unauthenticated InvalidCredentials EmailUnverified OtherPerson WrongRole NotFound InsufficientScope SessionRequired
    WrongStatus RoleFixed PasswordRequired ClientIdReused RateLimited TooManyStreams Invalid Unavailable StorageFull
    Internal
}

/// Defines the other error responses for `responses(…)`. Several may share a status, so the key is status and code until
/// [`super::common_responses`] merges those of a status.
macro_rules! error_responses {
    ($($(#[doc = $meaning:literal])+ $name:ident = $($problem:expr),+;)*) => {$(
        $(#[doc = $meaning])+
        pub(crate) enum $name {}

        impl IntoResponses for $name {
            fn responses() -> BTreeMap<String, RefOr<Response>> {
                let problems = [$($problem),+];
                problems.iter().map(|problem| error_response(problem, concat!($($meaning),+).trim())).collect()
            }
        }
    )*};
}

error_responses! {
    /// The password is too easy to guess.
    PasswordTooCommon = Problem::for_field("password", FieldError::PasswordTooCommon);
    /// The account's password is wrong.
    WrongPassword = Problem::for_field("password", FieldError::WrongPassword);
    /// The token was used before, has expired, or doesn't exist.
    TokenInvalid = Problem::for_field("token", FieldError::TokenInvalid);
    /// `Host` is missing, repeated, or not that of the site.
    WrongHost = Problem::WRONG_HOST;
    /// Another site's page made the request.
    CrossSite = Problem::CROSS_SITE;
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
    /// Only the text of the message is invalid.
    InvalidBody = Problem::for_field("body", FieldError::BodyEmpty), Problem::for_field("body", FieldError::BodyTooLong),
        Problem::for_field("body", FieldError::BodyInvalid);
    /// Only the date or the currency of the booking is invalid.
    InvalidTerms = Problem::for_field("eventDate", FieldError::DatePast), Problem::for_field("eventDate", FieldError::DateTooFar),
        Problem::for_field("fee", FieldError::CurrencyUnknown);
}

fn error_response(problem: &Problem, meaning: &str) -> (String, RefOr<Response>) {
    let mut response = ResponseBuilder::new().description(format!("`{}`: {meaning}", problem.code()));
    if problem.retry_after().is_some() {
        let seconds = HeaderBuilder::new().schema(u64::schema()).description(Some("Seconds.")).build();
        response = response.header("Retry-After", seconds);
    }
    (format!("{} {}", problem.status().as_u16(), problem.code()), response.build().into())
}
