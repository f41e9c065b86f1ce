//! Renders the document as an HTML page: without scripts, and with the single stylesheet `public/api-docs.css`.

mod schema;
mod text;

use app::ssr::html_head::render_head_tags;
use maud::{DOCTYPE, Markup, html};
use serde_json::Value;
use text::{render_prose, text_of};

const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

struct Operation<'a> {
    method: &'static str,
    path: &'a str,
    spec: &'a Value,
}

pub(super) fn render_page(document: &Value) -> String {
    let tags = || document["tags"].as_array().into_iter().flatten();
    let title = text_of(&document["info"]["title"]);
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            (render_head(title))
            body {
                header {
                    h1 { (title) " API" }
                    p {
                        "Version " (text_of(&document["info"]["version"])) ", also as "
                        a href="/api/openapi.json" { "OpenAPI 3.1" } " for programs."
                    }
                }
                nav aria-label="Contents" {
                    ul {
                        @for tag in tags() { (render_contents(document, tag)) }
                        li { a href="#schemas" { "Schemas" } }
                    }
                }
                main {
                    (render_prose(&document["info"]["description"]))
                    @for tag in tags() { (render_tag(document, tag)) }
                    section id="schemas" {
                        h2 { "Schemas" }
                        (schema::render_schemas(&document["components"]["schemas"]))
                    }
                }
            }
        }
    };
    page.into_string()
}

fn render_head(title: &str) -> Markup {
    html! {
        head {
            (render_head_tags(&format!("{title} API")))
            link rel="icon" href="/icon.svg";
            link rel="stylesheet" href="/api-docs.css";
        }
    }
}

fn tagged_operations<'a>(document: &'a Value, tag: &Value) -> Vec<Operation<'a>> {
    let paths = document["paths"].as_object().into_iter().flatten();
    let all = paths.flat_map(|(path, item)| {
        METHODS.into_iter().filter_map(move |method| Some(Operation { method, path, spec: item.get(method)? }))
    });
    all.filter(|operation| operation.spec["tags"][0] == tag["name"]).collect()
}

fn render_contents(document: &Value, tag: &Value) -> Markup {
    let name = text_of(&tag["name"]);
    html! {
        li {
            a href={ "#tag-" (name) } { (name) }
            ul {
                @for Operation { spec, .. } in tagged_operations(document, tag) {
                    li { a href={ "#" (text_of(&spec["operationId"])) } { (text_of(&spec["summary"])) } }
                }
            }
        }
    }
}

fn render_tag(document: &Value, tag: &Value) -> Markup {
    let name = text_of(&tag["name"]);
    html! {
        section id={ "tag-" (name) } {
            h2 { (name) }
            (render_prose(&tag["description"]))
            @for operation in tagged_operations(document, tag) { (render_operation(document, &operation)) }
        }
    }
}

fn render_operation(document: &Value, Operation { method, path, spec }: &Operation) -> Markup {
    let id = text_of(&spec["operationId"]);
    let parameters = spec["parameters"].as_array().into_iter().flatten().map(render_parameter);
    let content = spec["requestBody"]["content"].as_object().into_iter().flatten();
    let responses = spec["responses"].as_object().into_iter().flatten();
    html! {
        article id=(id) {
            h3 { a href={ "#" (id) } { (text_of(&spec["summary"])) } }
            p { code class="route" { b { (method.to_uppercase()) } " " (path) } }
            p {
                @if spec.get("security").is_some() { "Public." } @else { "Requires a session or an access token." }
            }
            (render_prose(&spec["description"]))
            (render_list("Parameters", parameters))
            (render_list("Body", content.map(|(media_type, spec)| render_content(media_type, spec))))
            (render_list("Responses", responses.map(|(status, spec)| render_response(document, status, spec))))
        }
    }
}

/// Renders a list under a heading; nothing if the list is empty.
fn render_list(heading: &str, items: impl Iterator<Item = Markup>) -> Markup {
    let mut items = items.peekable();
    html! {
        @if items.peek().is_some() {
            h4 { (heading) }
            dl { @for item in items { (item) } }
        }
    }
}

fn render_parameter(spec: &Value) -> Markup {
    let required = if spec["required"] == true { "required" } else { "optional" };
    html! {
        dt {
            code { (text_of(&spec["name"])) } " "
            small { (text_of(&spec["in"])) ", " (required) ": " (schema::render_type(&spec["schema"])) }
        }
        dd { (render_prose(&spec["description"])) }
    }
}

/// Renders the schema of one content type of a body.
fn render_content(media_type: &str, spec: &Value) -> Markup {
    html! {
        dt { code { (media_type) } }
        dd { (schema::render_type(&spec["schema"])) }
    }
}

fn render_response(document: &Value, status: &str, spec: &Value) -> Markup {
    // Errors are references to shared components.
    let shared = spec["$ref"].as_str().and_then(|reference| document.pointer(reference.trim_start_matches('#')));
    let spec = shared.unwrap_or(spec);
    let content = spec["content"].as_object().into_iter().flatten();
    // The format of errors is described once, in the introduction.
    let content = content.filter(|(media_type, _)| *media_type != "application/problem+json");
    html! {
        dt { (status) }
        dd {
            (render_prose(&spec["description"]))
            @for (media_type, spec) in content { p { (schema::render_type(&spec["schema"])) ", " (media_type) } }
        }
    }
}
