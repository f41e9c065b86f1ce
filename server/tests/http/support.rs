//! Helpers of the tests: servers, clients, and checks of responses.

pub(crate) mod actions;
pub(crate) mod actor;
pub(crate) mod bus;
pub(crate) mod certificate_authority;
pub(crate) mod html;
pub(crate) mod json_shapes;
pub(crate) mod metrics_page;
pub(crate) mod postgres;
pub(crate) mod process;
pub(crate) mod raw;
pub(crate) mod response;
pub(crate) mod site;
pub(crate) mod smtp;
pub(crate) mod stream;
pub(crate) mod template;

pub(crate) use actor::Actor;
pub(crate) use response::TestResponse;
pub(crate) use site::Site;
pub(crate) use stream::Stream;
pub(crate) use test_support::{
    deadline::{SOON, soon, within},
    sse::SseEvent,
};

/// A valid id that no resource has.
pub(crate) const UNKNOWN_ID: &str = "01890000-0000-7000-8000-000000000000";

pub(crate) const EVENTPRO: &str = "contact@eventpro.ke";
pub(crate) const SAFARI: &str = "hello@safarisounds.example.com";
pub(crate) const SARAH: &str = "sarah.photographer@example.com";
pub(crate) const KAMAU: &str = "dj.kamau@example.com";
pub(crate) const ACHIENG: &str = "mc.achieng@example.com";
pub(crate) const DEMO_PEOPLE: [&str; 5] = [EVENTPRO, SAFARI, SARAH, KAMAU, ACHIENG];
pub(crate) const PASSWORD: &str = "greenroom-demo";

/// Creates an id as clients do.
pub(crate) fn new_id() -> String {
    uuid::Uuid::new_v4().to_string()
}
