//! Renders schemas as HTML: lists of fields, and types in a few words.

use super::text::{escape_value, render_prose};
use model::text::escape_html;
use serde_json::Value;

pub(super) fn render_schemas(schemas: &Value) -> String {
    let article = |(name, schema): (&String, &Value)| {
        let about = render_prose(&schema["description"]);
        format!(
            "<article id=\"schema-{name}\"><h3><a href=\"#schema-{name}\">{name}</a></h3>{about}{}</article>",
            render_fields(schema)
        )
    };
    schemas.as_object().into_iter().flatten().map(article).collect()
}

/// Renders an object's fields, or the variants of a `oneOf`.
fn render_fields(schema: &Value) -> String {
    if let Some(parts) = schema["allOf"].as_array() {
        return parts.iter().map(render_fields).collect();
    }
    if let Some(either) = schema["oneOf"].as_array() {
        let one = |part: &Value| format!("<li>{}{}</li>", render_prose(&part["description"]), render_fields(part));
        return format!("<p>One of:</p><ul>{}</ul>", either.iter().map(one).collect::<String>());
    }
    let Some(properties) = schema["properties"].as_object() else { return format!("<p>{}</p>", render_type(schema)) };
    let required = |name: &String| schema["required"].as_array().is_some_and(|all| all.contains(&name.as_str().into()));
    let property = |(name, spec): (&String, &Value)| {
        let optional = if required(name) { "" } else { "optional: " };
        let about = render_prose(&find_described(spec)["description"]);
        format!("<dt><code>{name}</code> <small>{optional}{}</small></dt><dd>{about}</dd>", render_type(spec))
    };
    format!("<dl>{}</dl>", properties.iter().map(property).collect::<String>())
}

/// Returns the subschema with the description: utoipa puts that of a nullable reference into the `oneOf` branch.
fn find_described(schema: &Value) -> &Value {
    let either = schema["oneOf"].as_array().into_iter().flatten();
    either.chain([schema]).find(|choice| choice.get("description").is_some()).unwrap_or(schema)
}

/// Renders a type with its limits, for example `string (email), up to 254 characters`.
pub(super) fn render_type(schema: &Value) -> String {
    if let Some(name) = schema["$ref"].as_str().and_then(|reference| reference.rsplit('/').next()) {
        return format!("<a href=\"#schema-{name}\">{name}</a>");
    }
    if let Some(either) = schema["oneOf"].as_array() {
        return either.iter().rev().map(render_type).collect::<Vec<_>>().join(" or ");
    }
    if let Some(values) = schema["enum"].as_array() {
        return values
            .iter()
            .map(|value| format!("<code>{}</code>", escape_html(&value.to_string())))
            .collect::<Vec<_>>()
            .join(" or ");
    }
    if schema["items"].is_object() {
        return format!("list of {}", render_type(&schema["items"]));
    }
    if schema["additionalProperties"].is_object() {
        return format!("any keys, each with {}", render_type(&schema["additionalProperties"]));
    }
    let types = match &schema["type"] {
        Value::Array(types) => types.iter().map(escape_value).collect::<Vec<_>>().join(" or "),
        one => escape_value(one),
    };
    let format = schema["format"].as_str().map(|format| format!(" ({})", escape_html(format))).unwrap_or_default();
    format!(
        "{types}{format}{}{}",
        render_limits(schema, "minLength", "maxLength", " characters"),
        render_limits(schema, "minimum", "maximum", "")
    )
}

fn render_limits(schema: &Value, least: &str, most: &str, unit: &str) -> String {
    match (&schema[least], &schema[most]) {
        (Value::Null, Value::Null) => String::new(),
        (least, Value::Null) => format!(", {least}{unit} or more"),
        (Value::Null, most) => format!(", up to {most}{unit}"),
        (least, most) if least == most => format!(", {most}{unit}"),
        (least, most) => format!(", {least} to {most}{unit}"),
    }
}
