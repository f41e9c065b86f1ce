use super::IsolatedText;
use leptos::prelude::*;
use model::Person;

/// Hues on which white letters are readable at the lightness that the stylesheet sets.
const HUES: u128 = 12;

/// Renders a person's initials, capitalised by the stylesheet, on a colour derived from their id.
#[component]
pub fn Avatar(
    person: Person,
    /// The class that gives the size.
    #[prop(default = "avatar")]
    class: &'static str,
) -> impl IntoView {
    let hue = hue_class(&person);
    view! { <span class=format!("{class} {hue}") aria-hidden="true"><IsolatedText text=initials_of(&person.name)/></span> }
}

/// Returns the class of the colour derived from a person's id.
pub fn hue_class(person: &Person) -> String {
    format!("hue-{}", person.id.0.as_u128() % HUES)
}

fn initials_of(name: &str) -> String {
    name.split_whitespace().filter_map(|word| word.chars().next()).take(2).collect()
}

#[cfg(test)]
mod tests {
    use super::initials_of;

    #[test]
    fn initials_come_from_the_first_two_words() {
        assert_eq!(initials_of("Sarah Wanjiru Otieno"), "SW");
        assert_eq!(initials_of("élodie"), "é");
        assert_eq!(initials_of(""), "");
    }
}
