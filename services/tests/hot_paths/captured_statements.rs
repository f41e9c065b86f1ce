//! Captures the statements that the database is sent.

use std::sync::{Arc, Mutex, OnceLock};
use tracing::{Event, Level, Subscriber, field::Field, field::Visit};
use tracing_subscriber::{
    filter::Targets,
    layer::{Context, Layer, SubscriberExt},
    util::SubscriberInitExt,
};

/// The distinct statements, each with the label of the action that first caused it.
#[derive(Clone, Default)]
pub(crate) struct CapturedStatements(Arc<Mutex<Capture>>);

#[derive(Default)]
struct Capture {
    action: &'static str,
    statements: Vec<(String, &'static str)>,
}

static CAPTURED: OnceLock<CapturedStatements> = OnceLock::new();

impl CapturedStatements {
    /// Starts an empty capture. It is shared by the whole process, because SQLite runs in threads of its own.
    pub(crate) fn begin() -> Self {
        let captured = CAPTURED.get_or_init(|| {
            let captured = Self::default();
            let statements = Targets::new().with_target("sqlx::query", Level::TRACE);
            tracing_subscriber::registry().with(captured.clone().with_filter(statements)).init();
            captured
        });
        *captured.0.lock().expect("a lock") = Capture::default();
        captured.clone()
    }

    /// Sets the label of the statements that follow.
    pub(crate) fn label(&self, action: &'static str) {
        self.0.lock().expect("a lock").action = action;
    }

    /// Returns the statements that read or write rows.
    pub(crate) fn statements(&self) -> Vec<(String, &'static str)> {
        let captured = self.0.lock().expect("a lock");
        let verbs = ["SELECT", "INSERT", "UPDATE", "DELETE", "WITH"];
        let of_rows =
            captured.statements.iter().filter(|(statement, _)| verbs.iter().any(|verb| statement.starts_with(verb)));
        of_rows.cloned().collect()
    }
}

impl<S: Subscriber> Layer<S> for CapturedStatements {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut fields = StatementFields::default();
        event.record(&mut fields);
        // sqlx logs no `db.statement` for a short statement: its summary is the whole of it.
        let statement =
            if fields.statement.trim().is_empty() { fields.summary } else { fields.statement.trim().to_owned() };
        let mut captured = self.0.lock().expect("a lock");
        if captured.statements.iter().all(|(known, _)| *known != statement) {
            let action = captured.action;
            captured.statements.push((statement, action));
        }
    }
}

#[derive(Default)]
struct StatementFields {
    summary: String,
    statement: String,
}

impl Visit for StatementFields {
    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "summary" => value.clone_into(&mut self.summary),
            "db.statement" => value.clone_into(&mut self.statement),
            _ => {}
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn std::fmt::Debug) {}
}
