mod breached;

use breached::is_breached;
use zxcvbn::{
    Score,
    feedback::{Feedback, Warning},
    zxcvbn,
};

/// The site's name, which attackers try first.
const SITE_NAME: &str = "greenroom";
/// Words that attackers try first in East Africa, where the site's people live.
const LOCAL_WORDS: [&str; 33] = [
    "africa",
    "airtel",
    "asante",
    "baraka",
    "dar",
    "eldoret",
    "equity",
    "habari",
    "harambee",
    "jambo",
    "jamhuri",
    "kampala",
    "karibu",
    "kenya",
    "kenyan",
    "kisumu",
    "matatu",
    "mombasa",
    "mpesa",
    "mungu",
    "naivasha",
    "nairobi",
    "nakuru",
    "rafiki",
    "safari",
    "safaricom",
    "salaam",
    "simba",
    "stars",
    "swahili",
    "tanzania",
    "uganda",
    "uhuru",
];
/// Characters of a password that zxcvbn estimates. Its time grows with the length: with 24 characters 0.1 s in the
/// worst case, with 100 more than 1 s.
const MAX_CHECKED: usize = 24;
/// Guesses that the rest of a password must take if the word in it is one of the few known words.
const MIN_GUESSES_AFTER_KNOWN_WORD: u64 = 1_000_000;
/// Guesses that the rest of a password must take if the word in it is one of the many breached passwords.
const MIN_GUESSES_AFTER_BREACHED: u64 = 50_000;

/// Words an attacker knows before the first guess: the site, the words of its region, and the account's name and
/// address.
pub(super) struct KnownWords {
    /// Texts that may hold digits and punctuation, in lower case, for example the address and the host.
    whole: Vec<String>,
    /// Runs of letters in lower case.
    words: Vec<String>,
}

impl KnownWords {
    pub(super) fn new(host: &str, name: &str, email: &str) -> Self {
        let (local, domain) = email.rsplit_once('@').unwrap_or((email, ""));
        let (machine, _) = host.rsplit_once(':').unwrap_or((host, ""));
        let from_account = [name, local, domain, machine].into_iter().flat_map(split_words);
        let words = from_account.chain([SITE_NAME].into_iter().chain(LOCAL_WORDS).map(str::to_owned));
        let whole = [email, local, domain, host, machine, name].map(str::to_lowercase);
        let long = |text: &String| text.chars().count() > 1;
        Self { whole: whole.into_iter().filter(long).collect(), words: words.filter(long).collect() }
    }

    fn all(&self) -> Vec<&str> {
        self.whole.iter().chain(&self.words).map(String::as_str).collect()
    }
}

/// Returns whether an online attacker who knows these words soon finds a password: within a million guesses, on the
/// list of breached passwords, or by adding a year, some digits or punctuation to a word that is tried first.
pub(super) fn is_guessable(password: &str, known: &KnownWords) -> bool {
    if is_breached(password) || has_breached_core(password) || is_composed_of(password, known) {
        return true;
    }
    let password = truncate_for_estimate(password);
    match zxcvbn(&password, &known.all()).score() {
        Score::Zero | Score::One => true,
        Score::Two => {
            let core = trim_decoration(&password);
            core != password && is_common(core)
        }
        _ => false,
    }
}

/// Returns the first [`MAX_CHECKED`] characters, which zxcvbn estimates.
fn truncate_for_estimate(text: &str) -> String {
    text.chars().take(MAX_CHECKED).collect()
}

/// Returns the password without digits and punctuation around it.
fn trim_decoration(password: &str) -> &str {
    password.trim_matches(|c: char| !c.is_alphabetic())
}

/// Returns whether the password is a breached one with little added.
fn has_breached_core(password: &str) -> bool {
    let core = trim_decoration(password);
    core != password && is_breached(core) && is_weak(&password.replacen(core, "", 1), MIN_GUESSES_AFTER_BREACHED)
}

/// Returns whether zxcvbn lists it among the commonest passwords, also with digits in place of letters.
fn is_common(core: &str) -> bool {
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

/// Returns whether the password consists of known words with little between them.
fn is_composed_of(password: &str, known: &KnownWords) -> bool {
    let lower = password.to_lowercase();
    let rest = known.whole.iter().fold(lower.clone(), |rest, text| rest.replace(text.as_str(), ""));
    let (letters, remainder): (String, String) = rest.chars().partition(|c| c.is_alphabetic());
    let is_known = rest != lower || !letters.is_empty();
    is_known && is_sequence_of(&letters, &known.words) && is_weak(&remainder, MIN_GUESSES_AFTER_KNOWN_WORD)
}

/// Returns whether these letters are a concatenation of words of the list.
fn is_sequence_of(letters: &str, words: &[String]) -> bool {
    let mut ends = vec![false; letters.len() + 1];
    ends[0] = true;
    for start in 0..letters.len() {
        if ends[start] {
            let rest = &letters[start..];
            let found = words.iter().filter(|word| rest.starts_with(word.as_str()));
            found.for_each(|word| ends[start + word.len()] = true);
        }
    }
    ends[letters.len()]
}

fn is_weak(remainder: &str, guesses: u64) -> bool {
    remainder.is_empty() || zxcvbn(&truncate_for_estimate(remainder), &[]).guesses() < guesses
}

/// Returns the runs of letters in a text, in lower case.
fn split_words(text: &str) -> Vec<String> {
    let lower = text.to_lowercase();
    lower.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_guessable_for(password: &str, name: &str, email: &str) -> bool {
        is_guessable(password, &KnownWords::new("127.0.0.1:4731", name, email))
    }

    fn is_guessable_for_wambui(password: &str) -> bool {
        is_guessable_for(password, "Wambui wa Ngoma", "wambui.ngoma@example.com")
    }

    #[test]
    fn common_passwords_are_guessable_with_a_suffix_too() {
        let common = ["password123", "12345678", "qwerty123", "P@ssw0rd", "aaaaaaaa", "sunshine1", "letmein123"];
        let decorated = ["Password2026!", "Summer2026!", "P@ssw0rd!!1", "welcome2026", "iloveyou2026!", "1234567890"];
        for guessed in common.into_iter().chain(decorated) {
            assert!(is_guessable_for_wambui(guessed), "{guessed}");
        }
    }

    #[test]
    fn passwords_made_of_name_address_or_site_are_guessable() {
        let made = ["greenroom1", "Greenroom2026!", "greenroom greenroom", "Wambui2026!", "wambui-ngoma-7"];
        let address = ["wambuingoma1", "wambui.ngoma@example.com", "Greenroom.Wambui!"];
        for guessed in made.into_iter().chain(address).chain(["127.0.0.1:4731", "127.0.0.1", "Wambui127.0.0.1"]) {
            assert!(is_guessable_for_wambui(guessed), "{guessed}");
        }
        assert!(
            !is_guessable_for("wambui-ngoma-7", "Sarah", "sarah@example.com"),
            "another person's name is no known word"
        );
    }

    #[test]
    fn a_name_with_strong_digits_is_accepted() {
        assert!(is_guessable_for("sarah-123456789", "Sarah", "sarah@example.com"));
        assert!(!is_guessable_for("sarah-8273645092837465", "Sarah", "sarah@example.com"));
    }

    #[test]
    fn breached_passwords_and_local_words_are_guessable() {
        let local = ["Nairobi2025!", "kenya@2025", "harambee63", "Safaricom2025", "M-Pesa2026", "jambojambo"];
        for guessed in local.into_iter().chain(["jesus4ever", "blessed2025!", "Zanzibar-7", "JESUS4EVER"]) {
            assert!(is_guessable_for_wambui(guessed), "{guessed}");
        }
    }

    #[test]
    fn only_the_first_characters_are_estimated() {
        let slow_password = |length: usize| "4@8({[<369|!1/0$5+7%2".chars().cycle().take(length).collect::<String>();
        assert_eq!(is_guessable_for_wambui(&slow_password(MAX_CHECKED)), is_guessable_for_wambui(&slow_password(256)));
        assert!(
            is_guessable_for_wambui(&"a".repeat(MAX_CHECKED))
                && is_guessable_for_wambui(&format!("{}{}", "a".repeat(MAX_CHECKED), slow_password(200)))
        );
    }

    #[test]
    fn passphrases_are_accepted_in_swahili_and_english() {
        let swahili =
            ["nyumba kubwa ya shamba", "habari ya asubuhi", "chai na mandazi", "maji ya moto", "mungu ni mwema"];
        let english =
            ["correct horse", "a quiet green room", "velvet drum nairobi", "seven drums at dawn", "another one"];
        for fine in swahili.into_iter().chain(english).chain(["velvet-0192", "greenroom-demo"]) {
            assert!(!is_guessable_for_wambui(fine), "{fine}");
        }
    }
}
