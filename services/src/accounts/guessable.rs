use zxcvbn::{
    Score,
    feedback::{Feedback, Warning},
    zxcvbn,
};

/// What the site is called, which is tried first here.
const SITE: &str = "greenroom";
/// Characters that zxcvbn looks at. It can't say how long it takes to guess how much longer a password is.
const LOOKED_AT: usize = 100;

/// Whether a password is found soon by a guesser over the network who knows the name, the address and the site:
/// within a million guesses, or by putting a year, a digit or a mark beside a word that is tried first.
pub(super) fn is_guessable(password: &str, name: &str, email: &str) -> bool {
    let known = known_words(name, email);
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    if is_made_of(&words(password).concat(), &known) {
        return true;
    }
    if password.chars().count() > LOOKED_AT {
        return false;
    }
    match zxcvbn(password, &known).score() {
        Score::Zero | Score::One => true,
        Score::Two => {
            let core = password.trim_matches(|c: char| !c.is_alphabetic());
            core != password && is_listed(core)
        }
        _ => false,
    }
}

/// Whether it is on the list of the commonest passwords, also with letters written as digits.
fn is_listed(core: &str) -> bool {
    let estimate = zxcvbn(core, &[]);
    matches!(
        estimate.feedback().and_then(Feedback::warning),
        Some(
            Warning::ThisIsATop10Password
                | Warning::ThisIsATop100Password
                | Warning::ThisIsACommonPassword
                | Warning::ThisIsSimilarToACommonlyUsedPassword
        )
    )
}

/// Whether these letters are nothing but known words, one after the other.
fn is_made_of(letters: &str, known: &[&str]) -> bool {
    let mut ends = vec![false; letters.len() + 1];
    ends[0] = true;
    for start in 0..letters.len() {
        if ends[start] {
            let rest = &letters[start..];
            known.iter().filter(|word| rest.starts_with(**word)).for_each(|word| ends[start + word.len()] = true);
        }
    }
    !letters.is_empty() && ends[letters.len()]
}

/// What a guesser knows of a person.
fn known_words(name: &str, email: &str) -> Vec<String> {
    let (local, domain) = email.rsplit_once('@').unwrap_or((email, ""));
    let whole = [SITE.to_owned(), name.to_lowercase(), email.to_lowercase(), local.to_owned(), domain.to_owned()];
    let parts = [words(name), words(local), words(domain)].concat();
    whole.into_iter().chain(parts).filter(|word| word.chars().count() > 1).collect()
}

/// The runs of letters in a text, in lower case.
fn words(text: &str) -> Vec<String> {
    let lower = text.to_lowercase();
    lower.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::is_guessable;

    fn hers(password: &str) -> bool {
        is_guessable(password, "Wambui wa Ngoma", "wambui.ngoma@example.com")
    }

    #[test]
    fn what_everybody_chooses_is_guessed_with_a_digit_beside_it_too() {
        let common = ["password123", "12345678", "qwerty123", "P@ssw0rd", "aaaaaaaa", "sunshine1", "letmein123"];
        let decorated = ["Password2026!", "Summer2026!", "P@ssw0rd!!1", "welcome2026", "iloveyou2026!", "1234567890"];
        for guessed in common.into_iter().chain(decorated) {
            assert!(hers(guessed), "{guessed}");
        }
    }

    #[test]
    fn what_is_made_of_name_address_or_site_is_guessed() {
        let made = ["greenroom1", "Greenroom2026!", "greenroom greenroom", "Wambui2026!", "wambui-ngoma-7"];
        for guessed in made.into_iter().chain(["wambuingoma1", "wambui.ngoma@example.com", "Greenroom.Wambui!"]) {
            assert!(hers(guessed), "{guessed}");
        }
        assert!(!is_guessable("wambui-ngoma-7", "Sarah", "sarah@example.com"), "another's name is no word of the list");
    }

    #[test]
    fn sentences_are_fine_in_swahili_as_in_english() {
        let swahili =
            ["nyumba kubwa ya shamba", "habari ya asubuhi", "chai na mandazi", "maji ya moto", "mungu ni mwema"];
        let english =
            ["correct horse", "a quiet green room", "velvet drum nairobi", "seven drums at dawn", "another one"];
        for fine in swahili.into_iter().chain(english).chain(["velvet-0192", "greenroom-demo", &"a".repeat(256)]) {
            assert!(!hers(fine), "{fine}");
        }
    }
}
