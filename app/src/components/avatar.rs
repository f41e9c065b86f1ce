use super::IsolatedText;
use leptos::prelude::*;
use model::Person;

/// Hues on which white letters are readable at the lightness that the stylesheet sets.
const HUES: u128 = 12;

/// Renders a person's initials, capitalised by the stylesheet, on a colour derived from their id.
#[component]
pub fn Avatar(person: Person) -> impl IntoView {
    let hue = (person.id.0.as_u128() % HUES) as u8;
    view! { <span class=format!("avatar hue-{hue}") aria-hidden="true"><IsolatedText text=initials_of(&person.name)/></span> }
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
