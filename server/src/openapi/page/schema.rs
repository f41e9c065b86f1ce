//! Renders schemas as HTML: lists of fields, and types in a few words.

use super::text::{render_prose, text_of};
use maud::{Markup, html};
use serde_json::Value;

pub(super) fn render_schemas(schemas: &Value) -> Markup {
    html! {
        @for (name, schema) in schemas.as_object().into_iter().flatten() {
            article id={ "schema-" (name) } {
                h3 { a href={ "#schema-" (name) } { (name) } }
                (render_prose(&schema["description"]))
                (render_fields(schema))
            }
        }
    }
}

/// Renders an object's fields, or the variants of a `oneOf`.
fn render_fields(schema: &Value) -> Markup {
    html! {
        @if let Some(parts) = schema["allOf"].as_array() {
            @for part in parts { (render_fields(part)) }
        } @else if let Some(either) = schema["oneOf"].as_array() {
            p { "One of:" }
            ul {
                @for part in either { li { (render_prose(&part["description"])) (render_fields(part)) } }
            }
        } @else if let Some(properties) = schema["properties"].as_object() {
            dl {
                @for (name, spec) in properties { (render_property(schema, name, spec)) }
            }
        } @else {
            p { (render_type(schema)) }
        }
    }
}

fn render_property(schema: &Value, name: &str, spec: &Value) -> Markup {
    let required = schema["required"].as_array().is_some_and(|all| all.contains(&name.into()));
    html! {
        dt {
            code { (name) } " "
            small { @if !required { "optional: " } (render_type(spec)) }
        }
        dd { (render_prose(&find_described(spec)["description"])) }
    }
}

/// Returns the subschema with the description: utoipa puts that of a nullable reference into the `oneOf` branch.
fn find_described(schema: &Value) -> &Value {
    let either = schema["oneOf"].as_array().into_iter().flatten();
    either.chain([schema]).find(|choice| choice.get("description").is_some()).unwrap_or(schema)
}

/// Renders a type with its limits, for example `string (email), up to 254 characters`.
pub(super) fn render_type(schema: &Value) -> Markup {
    if let Some(name) = schema["$ref"].as_str().and_then(|reference| reference.rsplit('/').next()) {
        return html! { a href={ "#schema-" (name) } { (name) } };
    }
    if let Some(either) = schema["oneOf"].as_array() {
        return join_by_or(either.iter().rev().map(render_type));
    }
    if let Some(values) = schema["enum"].as_array() {
        return join_by_or(values.iter().map(|value| html! { code { (value) } }));
    }
    if schema["items"].is_object() {
        return html! { "list of " (render_type(&schema["items"])) };
    }
    if schema["additionalProperties"].is_object() {
        return html! { "any keys, each with " (render_type(&schema["additionalProperties"])) };
    }
    render_plain_type(schema)
}

fn render_plain_type(schema: &Value) -> Markup {
    let types = match &schema["type"] {
        Value::Array(types) => types.iter().map(text_of).collect::<Vec<_>>().join(" or "),
        one => text_of(one).to_owned(),
    };
    html! {
        (types)
        @if let Some(format) = schema["format"].as_str() { " (" (format) ")" }
        (format_limits(schema, "minLength", "maxLength", " characters"))
        (format_limits(schema, "minimum", "maximum", ""))
    }
}

fn join_by_or(items: impl Iterator<Item = Markup>) -> Markup {
    html! {
        @for (at, item) in items.enumerate() {
            @if at > 0 { " or " }
            (item)
        }
    }
}

fn format_limits(schema: &Value, least: &str, most: &str, unit: &str) -> String {
    match (&schema[least], &schema[most]) {
        (Value::Null, Value::Null) => String::new(),
        (least, Value::Null) => format!(", {least}{unit} or more"),
        (Value::Null, most) => format!(", up to {most}{unit}"),
        (least, most) if least == most => format!(", {most}{unit}"),
        (least, most) => format!(", {least} to {most}{unit}"),
    }
}
