use super::*;

const HERE: Uuid = Uuid::from_u128(1);
const ALICE: Uuid = Uuid::from_u128(2);
const BOB: Uuid = Uuid::from_u128(3);

/// The inputs of a check, for the tests to modify.
struct Case {
    entries: Vec<Acknowledgement>,
    state: DatabaseState,
    readers: Vec<ReaderResult>,
}

fn message_event(seq: i64) -> MessageEvent {
    let id = u128::try_from(seq).expect("a small number");
    MessageEvent { event: seq, conversation: HERE, seq, client_id: Uuid::from_u128(100 + id), body: 7 }
}

impl Case {
    /// Three messages by one writer after an opening message, received by two people.
    fn good() -> Self {
        let messages: Vec<MessageEvent> = (1..=4).map(message_event).collect();
        let row = |event: &MessageEvent| MessageRow { seq: event.seq, client_id: event.client_id, body: event.body };
        let log = EventLog { last_seq: 4, numbers: vec![1, 2, 3, 4], messages: messages.clone() };
        let entry = |event: &MessageEvent| {
            let (client_id, seq, body) = (event.client_id, event.seq, event.body);
            Acknowledgement { writer: 0, conversation: HERE, client_id, seq, body }
        };
        let reader = |person| ReaderResult { person, last: 4, messages: messages.clone(), duplicates: 0, gaps: 0 };
        Self {
            entries: messages[1..].iter().map(entry).collect(),
            state: DatabaseState {
                conversations: HashMap::from([(
                    HERE,
                    StoredConversation { people: [ALICE, BOB], messages: messages.iter().map(row).collect() },
                )]),
                logs: HashMap::from([(ALICE, log.clone()), (BOB, log)]),
            },
            readers: vec![reader(ALICE), reader(ALICE), reader(BOB)],
        }
    }

    fn rows(&mut self) -> &mut Vec<MessageRow> {
        &mut self.state.conversations.get_mut(&HERE).expect("the conversation").messages
    }

    fn log(&mut self) -> &mut EventLog {
        self.state.logs.get_mut(&BOB).expect("the log")
    }
}

/// Returns `[lost, duplicated, reordered, gaps]` of the good case after a modification.
fn check_after(tamper: impl FnOnce(&mut Case)) -> [usize; 4] {
    let mut case = Case::good();
    tamper(&mut case);
    let report = CheckReport::check_all(&case.entries, &case.state, &case.readers, 1);
    [report.lost, report.duplicated, report.reordered, report.gaps]
}

#[test]
fn an_untouched_case_passes() {
    assert_eq!(check_after(|_| {}), [0; 4]);
}

#[test]
fn a_missing_acknowledged_message_is_lost() {
    let [lost, _, _, gaps] = check_after(|case| _ = case.rows().remove(2));
    assert!(lost > 0 && gaps > 0);
    let [lost, ..] = check_after(|case| _ = case.rows().pop());
    assert!(lost > 0, "losing the last message leaves no gap");
    let [lost, ..] = check_after(|case| case.entries[0].body = 8);
    assert!(lost > 0, "another text");
    let [lost, ..] = check_after(|case| case.entries[0].conversation = BOB);
    assert!(lost > 0, "in another conversation");
}

#[test]
fn a_repeated_message_is_duplicated() {
    let duplicate = MessageRow { seq: 5, ..MessageRow { seq: 4, client_id: message_event(4).client_id, body: 7 } };
    let [_, duplicated, ..] = check_after(|case| case.rows().push(duplicate));
    assert!(duplicated > 0);
    let unknown = MessageRow { seq: 5, client_id: ALICE, body: 7 };
    let [_, duplicated, ..] = check_after(|case| case.rows().push(unknown));
    assert!(duplicated > 0, "under another client id");
    let [_, duplicated, ..] = check_after(|case| case.readers[1].duplicates = 1);
    assert_eq!(duplicated, 1);
    let [_, duplicated, ..] = check_after(|case| case.readers[1].messages.push(message_event(4)));
    assert_eq!(duplicated, 1);
    let [_, duplicated, ..] = check_after(|case| case.log().numbers = vec![1, 2, 3, 3, 4]);
    assert_eq!(duplicated, 1);
}

#[test]
fn a_different_order_is_reordered() {
    let [_, _, reordered, _] = check_after(|case| case.entries.swap(0, 1));
    assert_eq!(reordered, 1, "messages of one writer swapped");
    let [_, _, reordered, _] = check_after(|case| case.entries[2].seq = 9);
    assert_eq!(reordered, 1, "acknowledged at another position");
    let [_, _, reordered, _] = check_after(|case| case.readers[2].messages.swap(1, 2));
    assert_eq!(reordered, 2, "one of three readers received another order");
    let [_, _, reordered, _] = check_after(|case| case.log().messages.swap(1, 2));
    assert!(reordered > 0, "one of two event logs has another order");
}

#[test]
fn an_undelivered_event_is_lost_or_a_gap() {
    assert_eq!(check_after(|case| case.readers[0].gaps = 1), [0, 0, 0, 1]);
    let [lost, ..] = check_after(|case| case.readers[0].last = 3);
    assert_eq!(lost, 1);
    let [lost, ..] = check_after(|case| _ = case.readers[0].messages.pop());
    assert_eq!(lost, 1);
    let [lost, ..] = check_after(|case| _ = case.log().messages.pop());
    assert!(lost > 0);
    let [_, _, _, gaps] = check_after(|case| case.log().numbers = vec![1, 2, 4]);
    assert_eq!(gaps, 1);
    let [_, _, _, gaps] = check_after(|case| case.log().numbers = vec![1, 2, 3]);
    assert_eq!(gaps, 1, "the counter is ahead of the log");
}

/// The log's numbers are contiguous, and its readers have received all of it.
#[test]
fn a_conversation_missing_in_an_event_log_is_lost() {
    let lost = check_after(|case| {
        case.log().messages.clear();
        case.readers[2].messages.clear();
    });
    assert_eq!(lost, [4, 0, 0, 0]);
}

#[test]
fn a_message_in_the_log_of_another_person_is_duplicated() {
    let carol = Uuid::from_u128(4);
    let foreign = |case: &mut Case| {
        let log = case.log().clone();
        case.state.logs.insert(carol, log);
    };
    assert_eq!(check_after(foreign), [0, 4, 0, 0]);
    let unknown = |case: &mut Case| {
        case.log().messages[3].conversation = ALICE;
        let messages = case.log().messages.clone();
        case.readers[2].messages = messages;
    };
    assert_eq!(check_after(unknown), [1, 1, 0, 0]);
}
