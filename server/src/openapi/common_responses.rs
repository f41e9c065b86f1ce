use super::errors::*;
use crate::problem::ProblemBody;
use std::collections::BTreeMap;
use utoipa::{
    IntoResponses, ToSchema,
    openapi::{
        ContentBuilder, ObjectBuilder, OpenApi, PathItem, Ref, RefOr, Response, ResponseBuilder,
        path::{Operation, ParameterIn},
        schema::{AllOfBuilder, Type},
    },
};

type Responses = BTreeMap<String, RefOr<Response>>;

/// Adds the error responses that handlers don't declare themselves, and merges those with the same status.
pub(crate) fn add_common_responses(mut document: OpenApi) -> OpenApi {
    let shared = &mut document.components.get_or_insert_default().responses;
    for path in document.paths.paths.values_mut() {
        let PathItem { get, put, post, delete, patch, .. } = path;
        for operation in get.iter_mut() {
            merge_responses(operation, false, shared);
        }
        for operation in [put, post, delete, patch].into_iter().flatten() {
            merge_responses(operation, true, shared);
        }
    }
    document
}

/// Merges an operation's errors with the same status into one response. Operations with the same set of errors share it
/// as a component.
fn merge_responses(operation: &mut Operation, changes: bool, shared: &mut Responses) {
    let mut all = common_responses(operation, changes);
    all.append(&mut operation.responses.responses);
    let mut errors: BTreeMap<String, Vec<(String, Response)>> = BTreeMap::new();
    for (key, response) in all {
        match (key.split_once(' '), response) {
            // The key of an error is "status code".
            (Some((status, code)), RefOr::T(response)) => {
                errors.entry(status.to_owned()).or_default().push((code.to_owned(), response));
            }
            (_, response) => {
                operation.responses.responses.insert(key, response);
            }
        }
    }
    for (status, errors) in errors {
        let name = errors.iter().map(|(code, _)| code.as_str()).collect::<Vec<_>>().join("_or_");
        operation.responses.responses.insert(status, Ref::from_response_name(&name).into());
        shared.entry(name).or_insert_with(|| merge_errors(errors).into());
    }
}

/// Returns the errors that any operation of this kind may answer with.
fn common_responses(operation: &Operation, changes: bool) -> Responses {
    let always = [Internal::responses(), Unavailable::responses(), WrongHost::responses()];
    let mut common: Responses = always.into_iter().flatten().collect();
    // Public operations override the document's security requirement by an empty one.
    if operation.security.is_none() {
        common.extend(Unauthenticated::responses());
        // A read-only token can't change anything. Account operations refuse all tokens, and declare that themselves.
        if changes {
            common.extend(InsufficientScope::responses());
        }
    }
    if changes {
        let errors =
            [CrossSite::responses(), TooLarge::responses(), BodyTimeout::responses(), StorageFull::responses()];
        common.extend(errors.into_iter().flatten());
    }
    if operation.parameters.iter().flatten().any(|parameter| matches!(parameter.parameter_in, ParameterIn::Path)) {
        common.extend(NotFound::responses());
    }
    if let Some(body) = &operation.request_body {
        let errors = [MalformedJson::responses(), UnreadableBody::responses(), WrongContentType::responses()];
        common.extend(errors.into_iter().flatten());
        common.extend(Invalid::responses());
        if body.content.contains_key("application/x-www-form-urlencoded") {
            common.extend(MalformedForm::responses());
        }
    }
    common
}

/// Returns one response for all errors with the same status.
fn merge_errors(errors: Vec<(String, Response)>) -> Response {
    let (codes, errors): (Vec<String>, Vec<Response>) = errors.into_iter().unzip();
    let meanings: Vec<&str> = errors.iter().map(|error| error.description.as_str()).collect();
    let code = ObjectBuilder::new().schema_type(Type::String).enum_values(Some(codes));
    let narrowed = ObjectBuilder::new().property("code", code);
    let schema = AllOfBuilder::new().item(Ref::from_schema_name(ProblemBody::name())).item(narrowed);
    let content = ContentBuilder::new().schema(Some(schema)).build();
    let response =
        ResponseBuilder::new().description(meanings.join("\n\n")).content("application/problem+json", content);
    let headers = errors.into_iter().flat_map(|error| error.headers);
    headers.fold(response, |response, (name, header)| response.header(name, header)).build()
}
