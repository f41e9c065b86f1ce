//! Metrics under their former names, for one release: dashboards and alerts work until they use the new names.
//! Labels that changed have no second series under a name that stays, since sums would count both.

use services::metrics::{
    BUS_MESSAGES, COMMIT_BATCH_SIZE, MAIL_DEAD_LETTERED, MESSAGE_BATCH_SIZE, SLOW_CONSUMERS_DISCONNECTED,
};

/// New and old names. No other metric's name begins with one of the new names.
const RENAMED: [(&str, &str); 5] = [
    (SLOW_CONSUMERS_DISCONNECTED, "greenroom_streams_cut_total"),
    (MESSAGE_BATCH_SIZE, "greenroom_sends_together"),
    (COMMIT_BATCH_SIZE, "greenroom_committed_together"),
    (BUS_MESSAGES, "greenroom_bus_notes_total"),
    (MAIL_DEAD_LETTERED, "greenroom_mail_parked"),
];

/// Labels of metrics under their old names: new and old.
const RENAMED_LABELS: [(&str, &str); 1] = [(r#"way="received""#, r#"way="heard""#)];

/// Appends the renamed metrics under their old names to a page in the Prometheus text format.
pub(super) fn append_old_names(mut page: String) -> String {
    let old: Vec<_> = RENAMED.iter().map(|(new, old)| lines_under_old_name(&page, new, old)).collect();
    page.extend(old);
    page
}

/// Returns the lines of a metric with its old name: description, type and samples.
fn lines_under_old_name(page: &str, new: &str, old: &str) -> String {
    let mut lines = String::new();
    for line in page.lines() {
        let name = line.strip_prefix("# HELP ").or_else(|| line.strip_prefix("# TYPE ")).unwrap_or(line);
        if name.starts_with(new) {
            let line =
                RENAMED_LABELS.iter().fold(line.replacen(new, old, 1), |line, (new, old)| line.replace(new, old));
            lines += &line;
            if line.starts_with("# HELP ") {
                lines += &format!(" Deprecated: use {new}.");
            }
            lines.push('\n');
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::append_old_names;

    #[test]
    fn renamed_metrics_are_appended_under_their_old_names() {
        let page = "\
# HELP greenroom_bus_messages_total Messages between nodes.
# TYPE greenroom_bus_messages_total counter
greenroom_bus_messages_total{way=\"received\"} 2
greenroom_bus_messages_total{way=\"sent\"} 3

# HELP greenroom_streams Event streams.
# TYPE greenroom_streams gauge
greenroom_streams 1

# TYPE greenroom_message_batch_size histogram
greenroom_message_batch_size_bucket{le=\"1\"} 2
greenroom_message_batch_size_sum 2
greenroom_message_batch_size_count 2

";
        let appended = "\
# TYPE greenroom_sends_together histogram
greenroom_sends_together_bucket{le=\"1\"} 2
greenroom_sends_together_sum 2
greenroom_sends_together_count 2
# HELP greenroom_bus_notes_total Messages between nodes. Deprecated: use greenroom_bus_messages_total.
# TYPE greenroom_bus_notes_total counter
greenroom_bus_notes_total{way=\"heard\"} 2
greenroom_bus_notes_total{way=\"sent\"} 3
";
        assert_eq!(append_old_names(page.to_owned()), format!("{page}{appended}"));
    }
}
