//! Renders the document as an HTML page: without scripts, and with the single stylesheet `public/api-docs.css`.

mod schema;
mod text;

use model::text::escape_html;
use serde_json::Value;
use text::{escape_value, render_prose};

const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

struct Operation<'a> {
    method: &'static str,
    path: &'a str,
    spec: &'a Value,
}

pub(super) fn render_page(document: &Value) -> String {
    let tags = || document["tags"].as_array().into_iter().flatten();
    let contents: String = tags().map(|tag| render_contents(document, tag)).collect();
    let sections: String = tags().map(|tag| render_tag(document, tag)).collect();
    let schemas = schema::render_schemas(&document["components"]["schemas"]);
    let (title, version) = (escape_value(&document["info"]["title"]), escape_value(&document["info"]["version"]));
    let about = render_prose(&document["info"]["description"]);
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta name=\"color-scheme\" content=\"light dark\"><title>{title} API</title>\
         <link rel=\"icon\" href=\"/icon.svg\"><link rel=\"stylesheet\" href=\"/api-docs.css\"></head><body>\
         <header><h1>{title} API</h1><p>Version {version}, also as \
         <a href=\"/api/openapi.json\">OpenAPI 3.1</a> for programs.</p></header>\
         <nav aria-label=\"Contents\"><ul>{contents}<li><a href=\"#schemas\">Schemas</a></li></ul></nav>\
         <main>{about}{sections}<section id=\"schemas\"><h2>Schemas</h2>{schemas}</section></main></body></html>\n"
    )
}

fn tagged_operations<'a>(document: &'a Value, tag: &Value) -> Vec<Operation<'a>> {
    let paths = document["paths"].as_object().into_iter().flatten();
    let all = paths.flat_map(|(path, item)| {
        METHODS.into_iter().filter_map(move |method| Some(Operation { method, path, spec: item.get(method)? }))
    });
    all.filter(|operation| operation.spec["tags"][0] == tag["name"]).collect()
}

fn render_contents(document: &Value, tag: &Value) -> String {
    let link = |Operation { spec, .. }: Operation| {
        format!("<li><a href=\"#{}\">{}</a></li>", escape_value(&spec["operationId"]), escape_value(&spec["summary"]))
    };
    let links: String = tagged_operations(document, tag).into_iter().map(link).collect();
    let name = escape_value(&tag["name"]);
    format!("<li><a href=\"#tag-{name}\">{name}</a><ul>{links}</ul></li>")
}

fn render_tag(document: &Value, tag: &Value) -> String {
    let articles: String =
        tagged_operations(document, tag).iter().map(|operation| render_operation(document, operation)).collect();
    let name = escape_value(&tag["name"]);
    format!("<section id=\"tag-{name}\"><h2>{name}</h2>{}{articles}</section>", render_prose(&tag["description"]))
}

fn render_operation(document: &Value, Operation { method, path, spec }: &Operation) -> String {
    let (id, summary) = (escape_value(&spec["operationId"]), escape_value(&spec["summary"]));
    let who = if spec.get("security").is_some() { "Public." } else { "Requires a session or an access token." };
    let about = render_prose(&spec["description"]);
    let parameters: String = spec["parameters"].as_array().into_iter().flatten().map(render_parameter).collect();
    let body = &spec["requestBody"]["content"];
    let answers: String = spec["responses"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(status, spec)| render_response(document, status, spec))
        .collect();
    format!(
        "<article id=\"{id}\"><h3><a href=\"#{id}\">{summary}</a></h3>\
         <p><code class=\"route\"><b>{}</b> {}</code></p><p>{who}</p>{about}{}{}{}</article>",
        method.to_uppercase(),
        escape_html(path),
        render_list("Parameters", &parameters),
        render_list("Body", &render_body(body)),
        render_list("Responses", &answers),
    )
}

/// Renders a list under a heading; nothing if the list is empty.
fn render_list(heading: &str, items: &str) -> String {
    if items.is_empty() { String::new() } else { format!("<h4>{heading}</h4><dl>{items}</dl>") }
}

fn render_parameter(spec: &Value) -> String {
    let required = if spec["required"] == true { "required" } else { "optional" };
    format!(
        "<dt><code>{}</code> <small>{}, {required}: {}</small></dt><dd>{}</dd>",
        escape_value(&spec["name"]),
        escape_value(&spec["in"]),
        schema::render_type(&spec["schema"]),
        render_prose(&spec["description"]),
    )
}

/// Renders the schema of each content type of a body.
fn render_body(content: &Value) -> String {
    let entry = |(media_type, spec): (&String, &Value)| {
        format!("<dt><code>{}</code></dt><dd>{}</dd>", escape_html(media_type), schema::render_type(&spec["schema"]))
    };
    content.as_object().into_iter().flatten().map(entry).collect()
}

fn render_response(document: &Value, status: &str, spec: &Value) -> String {
    // Errors are references to shared components.
    let shared = spec["$ref"].as_str().and_then(|reference| document.pointer(reference.trim_start_matches('#')));
    let spec = shared.unwrap_or(spec);
    let content = spec["content"].as_object().into_iter().flatten();
    // The format of errors is described once, in the introduction.
    let content = content.filter(|(media_type, _)| *media_type != "application/problem+json");
    let kinds: String = content
        .map(|(media_type, spec)| {
            format!("<p>{}, {}</p>", schema::render_type(&spec["schema"]), escape_html(media_type))
        })
        .collect();
    format!("<dt>{}</dt><dd>{}{kinds}</dd>", escape_html(status), render_prose(&spec["description"]))
}
