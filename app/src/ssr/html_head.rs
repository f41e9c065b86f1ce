use maud::{Markup, html};

/// Renders what the `<head>` of every page outside Leptos begins with.
pub fn render_head_tags(title: &str) -> Markup {
    html! {
        meta charset="utf-8";
        meta name="viewport" content="width=device-width, initial-scale=1";
        meta name="color-scheme" content="light dark";
        title { (title) }
    }
}
