use bench::site::Result;

/// Counts the occurrences of a mark in the data of one stream, also those that begin in one read and end in the next.
#[derive(Clone, Debug, Default)]
pub(crate) struct MarkCounter {
    mark: Vec<u8>,
    /// How many bytes of the mark the data read so far ends with.
    matched: usize,
}

impl MarkCounter {
    /// # Errors
    /// Fails if the mark is empty, or its first byte recurs in it: an occurrence could then begin inside another.
    pub(crate) fn new(mark: &str) -> Result<Self> {
        match mark.as_bytes() {
            [] => Err("the mark is empty".into()),
            [first, rest @ ..] if rest.contains(first) => Err(format!("{mark} repeats its first byte").into()),
            mark => Ok(Self { mark: mark.to_vec(), matched: 0 }),
        }
    }

    /// Returns how many marks end in this data.
    pub(crate) fn count_in(&mut self, data: &[u8]) -> u64 {
        let mut count = 0;
        for byte in data {
            self.matched =
                if self.mark[self.matched] == *byte { self.matched + 1 } else { usize::from(self.mark[0] == *byte) };
            if self.matched == self.mark.len() {
                self.matched = 0;
                count += 1;
            }
        }
        count
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_counted_however_the_data_is_split() {
        let data = b"retry: 1500\nevent: ready\n\nevent: ttyping\n\nevent: typing\n\n";
        for size in 1..data.len() {
            let mut counter = MarkCounter::new("typing").expect("a mark");
            assert_eq!(data.chunks(size).map(|chunk| counter.count_in(chunk)).sum::<u64>(), 2, "{size}");
        }
        assert_eq!(MarkCounter::new("~").expect("a mark").count_in(b"~1 and ~~"), 3);
    }

    #[test]
    fn a_mark_that_can_overlap_itself_is_refused() {
        for mark in ["", "papa", "~~"] {
            assert!(MarkCounter::new(mark).is_err(), "{mark}");
        }
    }
}
