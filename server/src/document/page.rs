//! The document as a page to read: no script, and the one stylesheet `public/api-docs.css`.

mod schema;
mod text;

use model::text::escape_html;
use serde_json::Value;
use text::{prose, words};

const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

struct Operation<'a> {
    method: &'static str,
    path: &'a str,
    told: &'a Value,
}

pub(super) fn page(document: &Value) -> String {
    let tags = || document["tags"].as_array().into_iter().flatten();
    let contents: String = tags().map(|tag| contents(document, tag)).collect();
    let sections: String = tags().map(|tag| section(document, tag)).collect();
    let schemas = schema::all(&document["components"]["schemas"]);
    let (title, version) = (words(&document["info"]["title"]), words(&document["info"]["version"]));
    let about = prose(&document["info"]["description"]);
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta name=\"color-scheme\" content=\"light dark\"><title>{title}: the interface</title>\
         <link rel=\"icon\" href=\"/icon.svg\"><link rel=\"stylesheet\" href=\"/api-docs.css\"></head><body>\
         <header><h1>{title}: the interface</h1><p>Version {version}, also as \
         <a href=\"/api/openapi.json\">OpenAPI 3.1</a> for programs.</p></header>\
         <nav aria-label=\"Contents\"><ul>{contents}<li><a href=\"#schemas\">Schemas</a></li></ul></nav>\
         <main>{about}{sections}<section id=\"schemas\"><h2>Schemas</h2>{schemas}</section></main></body></html>\n"
    )
}

fn operations<'a>(document: &'a Value, tag: &Value) -> Vec<Operation<'a>> {
    let paths = document["paths"].as_object().into_iter().flatten();
    let all = paths.flat_map(|(path, item)| {
        METHODS.into_iter().filter_map(move |method| Some(Operation { method, path, told: item.get(method)? }))
    });
    all.filter(|operation| operation.told["tags"][0] == tag["name"]).collect()
}

fn contents(document: &Value, tag: &Value) -> String {
    let link = |Operation { told, .. }: Operation| {
        format!("<li><a href=\"#{}\">{}</a></li>", words(&told["operationId"]), words(&told["summary"]))
    };
    let links: String = operations(document, tag).into_iter().map(link).collect();
    let name = words(&tag["name"]);
    format!("<li><a href=\"#tag-{name}\">{name}</a><ul>{links}</ul></li>")
}

fn section(document: &Value, tag: &Value) -> String {
    let articles: String = operations(document, tag).iter().map(|operation| article(document, operation)).collect();
    let name = words(&tag["name"]);
    format!("<section id=\"tag-{name}\"><h2>{name}</h2>{}{articles}</section>", prose(&tag["description"]))
}

fn article(document: &Value, Operation { method, path, told }: &Operation) -> String {
    let (id, summary) = (words(&told["operationId"]), words(&told["summary"]));
    let who = if told.get("security").is_some() { "For anyone." } else { "For whoever is signed in." };
    let about = prose(&told["description"]);
    let parameters: String = told["parameters"].as_array().into_iter().flatten().map(parameter).collect();
    let body = &told["requestBody"]["content"];
    let answers: String = told["responses"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(status, told)| answer(document, status, told))
        .collect();
    format!(
        "<article id=\"{id}\"><h3><a href=\"#{id}\">{summary}</a></h3>\
         <p><code class=\"route\"><b>{}</b> {}</code></p><p>{who}</p>{about}{}{}{}</article>",
        method.to_uppercase(),
        escape_html(path),
        part("Parameters", &parameters),
        part("Body", &contents_of(body)),
        part("Answers", &answers),
    )
}

/// A list under a heading, if there is anything in it.
fn part(heading: &str, items: &str) -> String {
    if items.is_empty() { String::new() } else { format!("<h4>{heading}</h4><dl>{items}</dl>") }
}

fn parameter(told: &Value) -> String {
    let required = if told["required"] == true { "required" } else { "optional" };
    format!(
        "<dt><code>{}</code> <small>{}, {required}: {}</small></dt><dd>{}</dd>",
        words(&told["name"]),
        words(&told["in"]),
        schema::kind(&told["schema"]),
        prose(&told["description"]),
    )
}

/// What may be in a body, by its type.
fn contents_of(content: &Value) -> String {
    let entry = |(media_type, told): (&String, &Value)| {
        format!("<dt><code>{}</code></dt><dd>{}</dd>", escape_html(media_type), schema::kind(&told["schema"]))
    };
    content.as_object().into_iter().flatten().map(entry).collect()
}

fn answer(document: &Value, status: &str, told: &Value) -> String {
    // Refusals that are shared stand among the components.
    let shared = told["$ref"].as_str().and_then(|reference| document.pointer(reference.trim_start_matches('#')));
    let told = shared.unwrap_or(told);
    let content = told["content"].as_object().into_iter().flatten();
    // What a refusal looks like is told once, at the beginning.
    let content = content.filter(|(media_type, _)| *media_type != "application/problem+json");
    let kinds: String = content
        .map(|(media_type, told)| format!("<p>{}, {}</p>", schema::kind(&told["schema"]), escape_html(media_type)))
        .collect();
    format!("<dt>{}</dt><dd>{}{kinds}</dd>", escape_html(status), prose(&told["description"]))
}
