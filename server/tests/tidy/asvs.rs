//! `docs/security/asvs.csv`: each requirement has a status with evidence or a reason, and all evidence exists.

use crate::{none, top};
use std::{collections::HashSet, fs};

/// Requirements of levels 1 and 2 in OWASP ASVS 5.0.0.
const LEVEL_1: usize = 70;
const LEVEL_2: usize = 183;

struct Row {
    id: String,
    level: String,
    status: String,
    evidence: Vec<String>,
    reason: String,
}

/// Parses a line of a CSV file whose fields contain no line breaks.
fn fields(line: &str) -> Vec<String> {
    let (mut fields, mut field, mut quoted) = (Vec::new(), String::new(), false);
    let mut letters = line.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' if quoted && letters.peek() == Some(&'"') => {
                letters.next();
                field.push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => fields.push(std::mem::take(&mut field)),
            other => field.push(other),
        }
    }
    fields.push(field);
    fields
}

fn rows() -> Vec<Row> {
    let text = fs::read_to_string(top().join("docs/security/asvs.csv")).expect("the table");
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some("id,level,requirement,status,evidence,reason"));
    let rows = lines.map(|line| {
        let [id, level, requirement, status, evidence, reason] =
            fields(line).try_into().unwrap_or_else(|_| panic!("six fields: {line}"));
        assert!(!requirement.is_empty(), "{id} has no text");
        let evidence = evidence.split("; ").filter(|one| !one.is_empty()).map(str::to_owned).collect();
        Row { id, level, status, evidence, reason }
    });
    rows.collect()
}

#[test]
fn every_requirement_of_two_levels_has_a_row() {
    let rows = rows();
    let of = |level| rows.iter().filter(|row| row.level == level).count();
    assert_eq!((of("1"), of("2"), rows.len()), (LEVEL_1, LEVEL_2, LEVEL_1 + LEVEL_2));
    assert_eq!(rows.iter().map(|row| &row.id).collect::<HashSet<_>>().len(), rows.len(), "an id is repeated");
}

#[test]
fn every_row_has_evidence_or_a_reason_and_level_1_has_no_gap() {
    let faulty = rows().into_iter().filter(|row| match row.status.as_str() {
        "met" => row.evidence.is_empty(),
        "n-a" => row.reason.is_empty(),
        "gap" => row.reason.is_empty() || row.level == "1",
        _ => true,
    });
    none(
        "a row without evidence or reason, or a gap of level 1",
        faulty.map(|row| format!("{} {}", row.id, row.status)).collect(),
    );
}

#[test]
fn every_evidence_exists() {
    let missing = rows().into_iter().flat_map(|row| {
        let missing = row.evidence.into_iter().filter(|evidence| {
            let (file, test) = evidence.split_once("::").unwrap_or((evidence, ""));
            let path = top().join(file);
            let tested = || fs::read_to_string(&path).is_ok_and(|text| text.contains(test));
            !path.exists() || !(test.is_empty() || tested())
        });
        missing.map(move |evidence| format!("{}: {evidence}", row.id)).collect::<Vec<_>>()
    });
    none("this evidence doesn't exist", missing.collect());
}
