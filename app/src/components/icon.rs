use leptos::prelude::*;

/// The available icons. Drawn for this project, on a grid of 20 units.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Glyph {
    Back,
    Bell,
    Check,
    Clock,
    Cross,
    Door,
    Down,
    Person,
    Search,
    Send,
    Up,
    Warning,
}

impl Glyph {
    fn path(self) -> &'static str {
        match self {
            Glyph::Back => "M12 4 6 10l6 6",
            Glyph::Bell => "M5 14V9a5 5 0 0 1 10 0v5l1.5 1.5h-13zM8.5 18h3",
            Glyph::Check => "M4 10.5l4 4 8-9",
            Glyph::Clock => "M10 3a7 7 0 1 1 0 14 7 7 0 0 1 0-14M10 6.5V10l2.5 1.5",
            Glyph::Cross => "M5 5l10 10M15 5 5 15",
            Glyph::Door => "M11 4H4v12h7M8 10h9M14 7l3 3-3 3",
            Glyph::Down => "M10 4v11M5 10l5 5 5-5",
            Glyph::Person => "M10 3.5a3.25 3.25 0 1 1 0 6.5 3.25 3.25 0 0 1 0-6.5M3.5 17a6.5 6.5 0 0 1 13 0",
            Glyph::Search => "M9 4a5 5 0 1 1 0 10A5 5 0 0 1 9 4M13 13l4 4",
            Glyph::Send => "M3 4l14 6-14 6 2-6zM5 10h6",
            Glyph::Up => "M10 16V5M5 10l5-5 5 5",
            Glyph::Warning => "M10 3 18 17H2zM10 8v4M10 14.5h.01",
        }
    }
}

/// Renders an icon next to a text, or inside an element with an accessible name.
#[component]
pub fn Icon(glyph: Glyph) -> impl IntoView {
    view! {
        <svg class="icon" viewBox="0 0 20 20" aria-hidden="true" focusable="false">
            <path d=glyph.path()/>
        </svg>
    }
}
