use leptos::prelude::*;

/// The sprite with all icons, which `bin/build` copies to the site.
const SPRITE: &[u8] = include_bytes!("../../../public/icons.svg");

/// A hash of the sprite. Browsers keep the sprite for a year, because its URL changes with its content.
pub const SPRITE_VERSION: u32 = fnv_hash(SPRITE);

/// The available icons, drawn for this project on a grid of 24 units. The names are those of the sprite's symbols.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Glyph {
    Back,
    Bell,
    Calendar,
    Check,
    Clock,
    Cross,
    Door,
    DoubleCheck,
    Down,
    Inbox,
    More,
    Person,
    Pin,
    Profile,
    Search,
    Send,
    Up,
    Warning,
}

impl Glyph {
    fn symbol(self) -> &'static str {
        match self {
            Glyph::Back => "back",
            Glyph::Bell => "bell",
            Glyph::Calendar => "calendar",
            Glyph::Check => "check",
            Glyph::Clock => "clock",
            Glyph::Cross => "cross",
            Glyph::Door => "door",
            Glyph::DoubleCheck => "double-check",
            Glyph::Down => "down",
            Glyph::Inbox => "inbox",
            Glyph::More => "more",
            Glyph::Person => "person",
            Glyph::Pin => "pin",
            Glyph::Profile => "profile",
            Glyph::Search => "search",
            Glyph::Send => "send",
            Glyph::Up => "up",
            Glyph::Warning => "warning",
        }
    }
}

/// Renders an icon next to a text, or inside an element with an accessible name.
#[component]
pub fn Icon(glyph: Glyph) -> impl IntoView {
    view! {
        <svg class="icon" aria-hidden="true" focusable="false">
            <use href=format!("/icons.svg?{SPRITE_VERSION}#{}", glyph.symbol())></use>
        </svg>
    }
}

/// The 32-bit FNV-1a hash. Computed by the compiler, so that the program doesn't contain the sprite.
const fn fnv_hash(bytes: &[u8]) -> u32 {
    let (mut hash, mut index) = (0x811c_9dc5_u32, 0);
    while index < bytes.len() {
        hash = (hash ^ bytes[index] as u32).wrapping_mul(0x0100_0193);
        index += 1;
    }
    hash
}

#[cfg(test)]
mod tests {
    use super::{Glyph, SPRITE};

    #[test]
    fn every_icon_is_in_the_sprite() {
        let sprite = String::from_utf8_lossy(SPRITE);
        let all = [
            Glyph::Back,
            Glyph::Bell,
            Glyph::Calendar,
            Glyph::Check,
            Glyph::Clock,
            Glyph::Cross,
            Glyph::Door,
            Glyph::DoubleCheck,
            Glyph::Down,
            Glyph::Inbox,
            Glyph::More,
            Glyph::Person,
            Glyph::Pin,
            Glyph::Profile,
            Glyph::Search,
            Glyph::Send,
            Glyph::Up,
            Glyph::Warning,
        ];
        for glyph in all {
            assert!(sprite.contains(&format!("<symbol id=\"{}\"", glyph.symbol())), "{glyph:?}");
        }
        assert_eq!(sprite.matches("<symbol ").count(), all.len());
    }
}
