//! The division of the loaded messages into chunks, each rendered as a list of its own.
//!
//! If several items are inserted at the front of a keyed list of Leptos, it moves all others in the DOM, which drops a
//! selection and the focus. A single item at the front moves nothing. So each page of older messages becomes a chunk,
//! a single item of the list of chunks.

/// Messages after which a new chunk begins at the end.
const CHUNK_SIZE: i64 = 50;

/// The chunks of the loaded messages, in ascending order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Chunks {
    chunks: Vec<Chunk>,
    next_id: u32,
}

/// A chunk, which ends where the next one begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Chunk {
    pub(super) id: u32,
    /// The sequence number of its first message.
    from: i64,
}

impl Chunks {
    /// Returns the chunks of the messages from `first` to `last`, and keeps those of `before` that are still loaded.
    pub(super) fn update(before: Option<&Self>, first: i64, last: i64) -> Self {
        let mut new = before.cloned().unwrap_or_default();
        // The last chunk that begins at or before the first message contains it; those before it are no longer loaded.
        let gone = new.chunks.partition_point(|chunk| chunk.from <= first).saturating_sub(1);
        new.chunks.drain(..gone);
        new.chunks.retain(|chunk| chunk.from <= last);
        match new.chunks.first_mut() {
            Some(chunk) if chunk.from <= first => chunk.from = first,
            _ => new.insert(0, first),
        }
        while let Some(chunk) = new.chunks.last().filter(|chunk| last - chunk.from >= CHUNK_SIZE) {
            new.insert(new.chunks.len(), chunk.from + CHUNK_SIZE);
        }
        new
    }

    fn insert(&mut self, index: usize, from: i64) {
        self.chunks.insert(index, Chunk { id: self.next_id, from });
        self.next_id += 1;
    }

    pub(super) fn list(&self) -> Vec<Chunk> {
        self.chunks.clone()
    }

    /// Returns whether a message is in a chunk.
    pub(super) fn contains(&self, id: u32, seq: i64) -> bool {
        let containing = self.chunks.partition_point(|chunk| chunk.from <= seq).checked_sub(1);
        containing.is_some_and(|index| self.chunks[index].id == id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(chunks: &Chunks) -> Vec<(u32, i64)> {
        chunks.chunks.iter().map(|chunk| (chunk.id, chunk.from)).collect()
    }

    #[test]
    fn a_page_of_older_messages_becomes_one_chunk() {
        let opened = Chunks::update(None, 81, 130);
        assert_eq!(shown(&opened), [(0, 81)]);
        let older = Chunks::update(Some(&opened), 31, 130);
        assert_eq!(shown(&older), [(1, 31), (0, 81)]);
        assert!(older.contains(1, 80) && older.contains(0, 81) && !older.contains(0, 80));
        assert_eq!(shown(&Chunks::update(Some(&older), 1, 130)), [(2, 1), (1, 31), (0, 81)]);
    }

    #[test]
    fn chunks_grow_at_the_end_up_to_their_size() {
        let opened = Chunks::update(None, 1, 12);
        let grown = Chunks::update(Some(&opened), 1, 50);
        assert_eq!(shown(&grown), [(0, 1)]);
        assert_eq!(shown(&Chunks::update(Some(&grown), 1, 160)), [(0, 1), (1, 51), (2, 101), (3, 151)]);
    }

    #[test]
    fn trimmed_messages_that_are_loaded_again_become_a_chunk() {
        let opened = Chunks::update(None, 1, 150);
        let trimmed = Chunks::update(Some(&opened), 71, 150);
        assert_eq!(shown(&trimmed), [(1, 71), (2, 101)]);
        assert_eq!(shown(&Chunks::update(Some(&trimmed), 21, 120)), [(3, 21), (1, 71), (2, 101)]);
        assert_eq!(shown(&Chunks::update(Some(&trimmed), 71, 90)), [(1, 71)]);
    }

    #[test]
    fn another_window_is_divided_anew() {
        let opened = Chunks::update(None, 501, 550);
        assert_eq!(shown(&Chunks::update(Some(&opened), 1, 50)), [(1, 1)]);
        assert_eq!(shown(&Chunks::update(Some(&opened), 9_001, 9_060)), [(0, 9_001), (1, 9_051)]);
        assert_eq!(shown(&Chunks::update(None, 0, 0)), [(0, 0)], "an empty thread");
    }
}
