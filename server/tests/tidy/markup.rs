use crate::{code, none};

/// Ways to put text into a document as HTML, and where each is used on text that was escaped.
const RAW: [(&str, &str); 5] = [
    // leptos_meta's `Title` is written raw by the server.
    ("leptos_meta::Title", "app/src/parts/page_title.rs"),
    ("inner_html", "app/src/parts/form/long_field.rs"),
    ("set_outer_html", ""),
    ("insert_adjacent_html", ""),
    ("document().write", ""),
];

#[test]
fn text_becomes_html_in_one_way() {
    let offenders = code(&["app"]).into_iter().flat_map(|source| {
        // `use leptos_meta::{…, Title, …};` is the same as its path.
        let text = if imports_title(&source.text) { source.text.clone() + "leptos_meta::Title" } else { source.text };
        let found = RAW.iter().filter(|(raw, place)| text.contains(raw) && source.path != *place);
        found.map(|(raw, _)| format!("{}: {raw}", source.path)).collect::<Vec<_>>()
    });
    none("Leptos escapes what it writes; a title is set by `PageTitle`", offenders.collect());
}

fn imports_title(text: &str) -> bool {
    text.split("use leptos_meta::{").skip(1).any(|rest| {
        let names = rest.split('}').next().unwrap_or_default();
        names.split(',').any(|name| ["Title", "*"].contains(&name.trim()))
    }) || text.contains("use leptos_meta::*")
}

#[test]
fn html_is_escaped_by_one_function() {
    let own = code(&["model", "services", "app", "server"]).into_iter().filter(|source| {
        source.path != "model/src/text.rs"
            && source.text.lines().any(|line| line.contains("\"&lt;\"") || line.contains("\"&amp;\""))
    });
    none("model::text::escape_html escapes", own.map(|source| source.path).collect());
}
