//! Tests of server-rendered pages and static files.

mod files;
mod forms;
mod headers;
mod policy;
mod redirects;
mod response_kinds;
mod security_txt;

use crate::support::Site;

/// Returns the path of each page that requires a session.
fn private_paths(site: &Site) -> Vec<String> {
    vec![
        "/inbox".to_owned(),
        format!("/conversations/{}", site.launch),
        format!("/conversations/{}?before=5", site.launch),
        "/notifications".to_owned(),
        "/talents".to_owned(),
        "/talents?query=sarah&craft=photographer".to_owned(),
        format!("/bookings/new?talent={}", site.people.achieng),
        format!("/bookings/{}", site.launch_booking),
    ]
}
