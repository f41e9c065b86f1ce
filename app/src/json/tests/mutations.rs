//! Changed copies of JSON values.

use serde_json::{Value, json};

/// Returns copies of a JSON value that differ from it in one place: another value, a field less or a field more.
pub(super) fn with_one_change(value: &Value) -> Vec<Value> {
    let mut changed = others();
    match value {
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                changed.extend(with_one_change(item).into_iter().map(|other| {
                    let mut items = items.clone();
                    items[index] = other;
                    Value::Array(items)
                }));
            }
        }
        Value::Object(fields) => {
            for (name, field) in fields {
                let mut fewer = fields.clone();
                fewer.remove(name);
                changed.push(Value::Object(fewer));
                changed.extend(with_one_change(field).into_iter().map(|other| {
                    let mut fields = fields.clone();
                    fields.insert(name.clone(), other);
                    Value::Object(fields)
                }));
            }
            let mut more = fields.clone();
            more.insert("unknown".to_owned(), json!({ "field": [1.5] }));
            changed.push(Value::Object(more));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
    changed
}

/// Returns a value of each JSON type, and some that are easily taken for another.
fn others() -> Vec<Value> {
    vec![
        json!(null),
        json!(true),
        json!(0),
        json!(-1),
        json!(1.5),
        json!(""),
        json!("unknown"),
        json!([]),
        json!([null]),
        json!({}),
        json!({ "unknown": null }),
    ]
}
