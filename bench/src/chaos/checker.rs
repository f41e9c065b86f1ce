//! Checks that the acknowledgements, the database and all readers agree.
//!
//! The acknowledgements, each person's event log and the events of each reader are all compared with the database.
//! Readers that agree with it therefore agree with each other. A log is compared with all conversations of its person,
//! so an acknowledged message that is stored must be in the logs of both people, too.

use crate::{
    ack_log::Acknowledgement,
    database_state::{DatabaseState, EventLog, MessageRow, StoredConversation},
};
use bench::stream_client::MessageEvent;
use std::{
    collections::{HashMap, HashSet},
    fmt::{self, Display, Formatter},
};
use uuid::Uuid;

/// Cases that are described in full.
const MAX_REPORTED_CASES: usize = 20;

/// The events that one reader received.
#[derive(Clone, Debug, Default)]
pub(crate) struct ReaderResult {
    pub(crate) person: Uuid,
    /// The last sequence number received.
    pub(crate) last: i64,
    pub(crate) messages: Vec<MessageEvent>,
    /// Events received more than once.
    pub(crate) duplicates: usize,
    /// Skipped sequence numbers, and streams that restarted with `reset`.
    pub(crate) gaps: usize,
}

/// The number of violations of each kind.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct CheckReport {
    /// Acknowledged but not stored with its text; stored but not in the event log; logged but not received.
    pub(crate) lost: usize,
    /// Stored, logged or received more than once, or stored although no writer wrote it.
    pub(crate) duplicated: usize,
    /// At another position than acknowledged, than in the database, or than for other readers.
    pub(crate) reordered: usize,
    /// Missing numbers.
    pub(crate) gaps: usize,
    /// Descriptions of the first violations.
    pub(crate) cases: Vec<String>,
}

impl CheckReport {
    /// Compares everything. `before` is the number of messages in each conversation before the writers started.
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
        for (id, StoredConversation { messages, .. }) in &state.conversations {
            report.check_sequence(&format!("conversation {id}"), messages.iter().map(|row| row.seq));
            report.check_conversation(*id, messages, &acknowledged.remove(id).unwrap_or_default(), before);
        }
        let elsewhere: usize = acknowledged.values().map(Vec::len).sum();
        report.add_cases(|it| &mut it.lost, elsewhere, || "acknowledged in unknown conversations".to_owned());
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

    /// Checks that the numbers start at 1 and increase by 1.
    fn check_sequence(&mut self, whose: &str, numbers: impl Iterator<Item = i64>) {
        let mut last = 0;
        for number in numbers {
            if number <= last {
                self.add_cases(|it| &mut it.duplicated, 1, || format!("{whose} repeats number {number}"));
            } else if number > last + 1 {
                self.add_cases(|it| &mut it.gaps, 1, || format!("{whose} skips from {last} to {number}"));
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
                None | Some([]) => self.add_cases(|it| &mut it.lost, 1, || format!("{} is missing", name())),
                Some([row, more @ ..]) => {
                    self.add_cases(|it| &mut it.duplicated, more.len(), || format!("{} is stored again", name()));
                    let other_text = usize::from(row.body != entry.body);
                    self.add_cases(|it| &mut it.lost, other_text, || format!("{} has another text", name()));
                    let moved = usize::from(row.seq != entry.seq);
                    self.add_cases(|it| &mut it.reordered, moved, || format!("{} is at position {}", name(), row.seq));
                }
            }
        }
        let acknowledged_ids: HashSet<Uuid> = acknowledged.iter().map(|entry| entry.client_id).collect();
        for row in rows.iter().filter(|row| row.seq > before && !acknowledged_ids.contains(&row.client_id)) {
            self.add_cases(
                |it| &mut it.duplicated,
                1,
                || format!("no writer wrote message {} of conversation {id}", row.seq),
            );
        }
    }

    /// Checks that the messages of each writer are in the order they were written.
    fn check_writer_order(&mut self, entries: &[Acknowledgement]) {
        let mut last: HashMap<usize, i64> = HashMap::new();
        for Acknowledgement { writer, seq, .. } in entries {
            let before = last.insert(*writer, *seq).unwrap_or_default();
            let back = usize::from(before >= *seq);
            self.add_cases(|it| &mut it.reordered, back, || format!("writer {writer} received {seq} after {before}"));
        }
    }

    /// Checks that a person's event log contains every message of each of their conversations, in the order of the
    /// database, and no other message.
    fn check_event_log(&mut self, person: Uuid, log: &EventLog, state: &DatabaseState) {
        self.check_sequence(&format!("the log of {person}"), log.numbers.iter().copied());
        let last = log.numbers.last().copied().unwrap_or_default();
        let off = usize::from(last != log.last_seq);
        self.add_cases(|it| &mut it.gaps, off, || format!("the log of {person} ends at {last}, not {}", log.last_seq));
        let mut logged: HashMap<Uuid, Vec<MessageRow>> = HashMap::new();
        for message in &log.messages {
            let row = MessageRow { seq: message.seq, client_id: message.client_id, body: message.body };
            logged.entry(message.conversation).or_default().push(row);
        }
        for (id, StoredConversation { people, messages }) in &state.conversations {
            let expected = if people.contains(&person) { messages.as_slice() } else { &[] };
            let logged = logged.remove(id).unwrap_or_default();
            self.check_same_order(&format!("the event log of {person} for conversation {id}"), expected, &logged);
        }
        let elsewhere: usize = logged.values().map(Vec::len).sum();
        self.add_cases(
            |it| &mut it.duplicated,
            elsewhere,
            || format!("the event log of {person} has {elsewhere} messages of unknown conversations"),
        );
    }

    fn check_reader(&mut self, reader: &ReaderResult, log: &EventLog) {
        let ReaderResult { person, last, messages, duplicates, gaps } = reader;
        self.add_cases(
            |it| &mut it.duplicated,
            *duplicates,
            || format!("a reader of {person} received {duplicates} events again"),
        );
        self.add_cases(|it| &mut it.gaps, *gaps, || format!("a reader of {person} had {gaps} gaps or resets"));
        let missing = usize::try_from(log.last_seq - last).unwrap_or_default();
        self.add_cases(|it| &mut it.lost, missing, || format!("a reader of {person} is at {last} of {}", log.last_seq));
        self.check_same_order(&format!("the events of a reader of {person}"), &log.messages, messages);
    }

    /// Checks that both lists have the same elements in the same order.
    fn check_same_order<T: PartialEq + fmt::Debug>(&mut self, what: &str, right: &[T], found: &[T]) {
        let missing = right.len().saturating_sub(found.len());
        self.add_cases(|it| &mut it.lost, missing, || format!("{what} lacks {missing} messages"));
        let surplus = found.len().saturating_sub(right.len());
        self.add_cases(|it| &mut it.duplicated, surplus, || format!("{what} has {surplus} messages too many"));
        let mut differing = right.iter().zip(found).filter(|(right, found)| right != found);
        let (count, first) = (differing.clone().count(), differing.next());
        self.add_cases(|it| &mut it.reordered, count, || format!("{what} differs first at {first:?}"));
    }

    fn add_cases(&mut self, kind: impl Fn(&mut Self) -> &mut usize, count: usize, describe: impl Fn() -> String) {
        *kind(self) += count;
        if count > 0 && self.cases.len() < MAX_REPORTED_CASES {
            self.cases.push(describe());
        }
    }
}

impl Display for CheckReport {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self { lost, duplicated, reordered, gaps, cases } = self;
        write!(f, "lost {lost}, duplicated {duplicated}, reordered {reordered}, gaps {gaps}")?;
        cases.iter().try_for_each(|case| write!(f, "\n  {case}"))
    }
}

#[cfg(test)]
mod tests;
