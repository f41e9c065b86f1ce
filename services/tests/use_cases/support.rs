//! Shared fixtures and helpers of the tests.

mod database;
mod drafts;
mod event_log_audit;
mod mock_mailer;
mod rng;
mod site;
mod stream;
mod views;

pub(crate) use database::{Database, Kind, connect, path_of};
pub(crate) use drafts::{
    draft, draft_as, draft_booking, event_day, expect_api_error, new_client_id, send_text, to_new_password,
    to_password, token_draft,
};
pub(crate) use event_log_audit::{audit_event_log, load_last_seq, read_event_log};
pub(crate) use mock_mailer::{MockMailer, find_token, link_token_in};
pub(crate) use rng::test_rng;
pub(crate) use site::{DemoData, Site, open_process, sign_in};
pub(crate) use stream::Stream;
pub(crate) use test_support::deadline::soon;
pub(crate) use views::Views;

/// Creates two tests of each `async fn name(site: Site)`: one on SQLite and one on PostgreSQL.
macro_rules! on_both {
    ($($name:ident),* $(,)?) => {
        mod sqlite {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $name() {
                    super::$name($crate::support::Site::new($crate::support::Kind::Sqlite).await).await;
                }
            )*
        }
        mod postgres {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $name() {
                    super::$name($crate::support::Site::new($crate::support::Kind::Postgres).await).await;
                }
            )*
        }
    };
}
