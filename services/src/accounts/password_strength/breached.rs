use sha2::{Digest, Sha256};

/// How many prefixes each of the buckets has, by their upper 16 bits; then their lower 16 bits in that order. Made by
/// `bin/breached-passwords.mjs`; the README beside it says of what.
static LIST: &[u8] = include_bytes!("breached.bin");
const BUCKETS: usize = 1 << 16;

/// Whether a text is on the list of breached passwords, in any case.
pub(super) fn is_breached(text: &str) -> bool {
    let hash = Sha256::digest(text.to_lowercase());
    let bucket = usize::from(u16::from_be_bytes([hash[0], hash[1]]));
    let (counts, remainders) = LIST.split_at(BUCKETS);
    let before: usize = counts[..bucket].iter().map(|count| usize::from(*count)).sum();
    let own = &remainders[before * 2..][..usize::from(counts[bucket]) * 2];
    own.chunks_exact(2).any(|remainder| *remainder == hash[2..4])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_breached_password_is_found_in_any_case_and_another_is_not() {
        for breached in ["jesus4ever", "Jesus4Ever", "harambee", "blessed", "nairobi", "trustno1", "zanzibar"] {
            assert!(is_breached(breached), "{breached}");
        }
        for other in ["velvet drum nairobi", "matatu rain velvet", "greenroom-demo", ""] {
            assert!(!is_breached(other), "{other}");
        }
    }

    #[test]
    fn the_list_has_as_many_prefixes_as_it_says() {
        let (counts, remainders) = LIST.split_at(BUCKETS);
        let said: usize = counts.iter().map(|count| usize::from(*count)).sum();
        assert_eq!(said * 2, remainders.len());
    }
}
