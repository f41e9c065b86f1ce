//! Whether the book, the database and all readers agree.
//!
//! Each is compared with the database: what was acknowledged, what everybody was to be told, and what each reader
//! heard. So readers who agree with it agree with each other.

use crate::{
    ack_log::Acknowledgement,
    database_state::{DatabaseState, EventLog, MessageRow},
};
use bench::stream_client::MessageEvent;
use std::{
    collections::{HashMap, HashSet},
    fmt::{self, Display, Formatter},
};
use uuid::Uuid;

/// Cases that are told in full.
const MAX_REPORTED_CASES: usize = 20;

/// What a reader heard.
#[derive(Clone, Debug, Default)]
pub(crate) struct ReaderResult {
    pub(crate) person: Uuid,
    /// The last number that arrived.
    pub(crate) last: i64,
    pub(crate) messages: Vec<MessageEvent>,
    /// Events that came again.
    pub(crate) duplicates: usize,
    /// Numbers that were passed over, and streams that began anew.
    pub(crate) gaps: usize,
}

/// What went wrong, in cases. All is well where nothing did.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct CheckReport {
    /// Acknowledged and not there as it was acknowledged; there and not told; told and not heard.
    pub(crate) lost: usize,
    /// There, told or heard more than once, or though nobody wrote it.
    pub(crate) duplicated: usize,
    /// In another place than acknowledged, than in the database, or than for other readers.
    pub(crate) reordered: usize,
    /// Numbers that are missing.
    pub(crate) gaps: usize,
    /// The first of those cases, in words.
    pub(crate) cases: Vec<String>,
}

impl CheckReport {
    /// Compares everything. `before` messages stood in each conversation before anybody wrote.
    pub(crate) fn check_all(
        entries: &[Acknowledgement],
        state: &DatabaseState,
        readers: &[ReaderResult],
        before: i64,
    ) -> Self {
        let mut report = Self::default();
        let mut acknowledged: HashMap<Uuid, Vec<&Acknowledgement>> = HashMap::new();
        for entry in entries {
            acknowledged.entry(entry.conversation).or_default().push(entry);
        }
        for (id, rows) in &state.conversations {
            report.check_sequence(&format!("conversation {id}"), rows.iter().map(|row| row.seq));
            report.check_conversation(*id, rows, &acknowledged.remove(id).unwrap_or_default(), before);
        }
        let elsewhere: usize = acknowledged.values().map(Vec::len).sum();
        report.add_cases(|it| &mut it.lost, elsewhere, || "conversations that aren't there".to_owned());
        report.check_writer_order(entries);
        for (person, log) in &state.logs {
            report.check_event_log(*person, log, state);
        }
        for reader in readers {
            report.check_reader(reader, &state.logs[&reader.person]);
        }
        report
    }

    pub(crate) fn is_good(&self) -> bool {
        self.lost + self.duplicated + self.reordered + self.gaps == 0
    }

    /// From 1 on, each once.
    fn check_sequence(&mut self, whose: &str, numbers: impl Iterator<Item = i64>) {
        let mut last = 0;
        for number in numbers {
            if number <= last {
                self.add_cases(|it| &mut it.duplicated, 1, || format!("{whose} has a second {number}"));
            } else if number > last + 1 {
                self.add_cases(|it| &mut it.gaps, 1, || format!("{whose} has {number} behind {last}"));
            }
            last = number;
        }
    }

    fn check_conversation(&mut self, id: Uuid, rows: &[MessageRow], acknowledged: &[&Acknowledgement], before: i64) {
        let mut by_client_id: HashMap<Uuid, Vec<&MessageRow>> = HashMap::new();
        for row in rows {
            by_client_id.entry(row.client_id).or_default().push(row);
        }
        for entry in acknowledged {
            let name = || format!("message {} of conversation {id}", entry.seq);
            match by_client_id.get(&entry.client_id).map(Vec::as_slice) {
                None | Some([]) => self.add_cases(|it| &mut it.lost, 1, || format!("{} isn't there", name())),
                Some([row, more @ ..]) => {
                    self.add_cases(|it| &mut it.duplicated, more.len(), || format!("{} is there again", name()));
                    let other_text = usize::from(row.body != entry.body);
                    self.add_cases(|it| &mut it.lost, other_text, || format!("{} says something else", name()));
                    let moved = usize::from(row.seq != entry.seq);
                    self.add_cases(|it| &mut it.reordered, moved, || format!("{} stands at {}", name(), row.seq));
                }
            }
        }
        let acknowledged_ids: HashSet<Uuid> = acknowledged.iter().map(|entry| entry.client_id).collect();
        for row in rows.iter().filter(|row| row.seq > before && !acknowledged_ids.contains(&row.client_id)) {
            self.add_cases(|it| &mut it.duplicated, 1, || format!("nobody wrote {} of conversation {id}", row.seq));
        }
    }

    /// What somebody wrote stands in the order they wrote it.
    fn check_writer_order(&mut self, entries: &[Acknowledgement]) {
        let mut last: HashMap<usize, i64> = HashMap::new();
        for Acknowledgement { writer, seq, .. } in entries {
            let before = last.insert(*writer, *seq).unwrap_or_default();
            let back = usize::from(before >= *seq);
            self.add_cases(|it| &mut it.reordered, back, || format!("writer {writer} got {seq} after {before}"));
        }
    }

    /// Everything that stands in somebody's conversations is in what they were to be told, in its order.
    fn check_event_log(&mut self, person: Uuid, log: &EventLog, state: &DatabaseState) {
        self.check_sequence(&format!("the log of {person}"), log.numbers.iter().copied());
        let last = log.numbers.last().copied().unwrap_or_default();
        let off = usize::from(last != log.last_seq);
        self.add_cases(|it| &mut it.gaps, off, || format!("the log of {person} ends at {last}, not {}", log.last_seq));
        let mut expected: HashMap<Uuid, Vec<MessageRow>> = HashMap::new();
        for message in &log.messages {
            let row = MessageRow { seq: message.seq, client_id: message.client_id, body: message.body };
            expected.entry(message.conversation).or_default().push(row);
        }
        for (id, expected) in expected {
            let rows = state.conversations.get(&id).map(Vec::as_slice).unwrap_or_default();
            self.check_same_order(&format!("what {person} was to be told of conversation {id}"), rows, &expected);
        }
    }

    fn check_reader(&mut self, reader: &ReaderResult, log: &EventLog) {
        let ReaderResult { person, last, messages, duplicates, gaps } = reader;
        self.add_cases(
            |it| &mut it.duplicated,
            *duplicates,
            || format!("a reader of {person} heard {duplicates} events again"),
        );
        self.add_cases(|it| &mut it.gaps, *gaps, || format!("a reader of {person} had {gaps} gaps or new beginnings"));
        let missing = usize::try_from(log.last_seq - last).unwrap_or_default();
        self.add_cases(|it| &mut it.lost, missing, || format!("a reader of {person} is at {last} of {}", log.last_seq));
        self.check_same_order(&format!("what a reader of {person} heard"), &log.messages, messages);
    }

    /// The same in the same order.
    fn check_same_order<T: PartialEq + fmt::Debug>(&mut self, what: &str, right: &[T], found: &[T]) {
        let missing = right.len().saturating_sub(found.len());
        self.add_cases(|it| &mut it.lost, missing, || format!("{what} lacks {missing} messages"));
        let surplus = found.len().saturating_sub(right.len());
        self.add_cases(|it| &mut it.duplicated, surplus, || format!("{what} has {surplus} messages too many"));
        let mut differing = right.iter().zip(found).filter(|(right, found)| right != found);
        let (count, first) = (differing.clone().count(), differing.next());
        self.add_cases(|it| &mut it.reordered, count, || format!("{what} differs first at {first:?}"));
    }

    fn add_cases(&mut self, kind: impl Fn(&mut Self) -> &mut usize, count: usize, expected: impl Fn() -> String) {
        *kind(self) += count;
        if count > 0 && self.cases.len() < MAX_REPORTED_CASES {
            self.cases.push(expected());
        }
    }
}

impl Display for CheckReport {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self { lost, duplicated, reordered, gaps, cases } = self;
        write!(f, "lost {lost}, doubled {duplicated}, in another order {reordered}, gaps {gaps}")?;
        cases.iter().try_for_each(|case| write!(f, "\n  {case}"))
    }
}

#[cfg(test)]
mod tests;
