//! Tests of server-rendered pages and static files.

mod files;
mod forms;
mod headers;
mod html;
mod optional_parts;
mod policy;
mod redirects;
mod response_kinds;
mod security_txt;
mod time_zones;

use crate::{security::private_pages, support::Site};

/// Returns the path of each page that requires a session, as an organizer opens it.
pub(crate) fn private_paths(site: &Site) -> Vec<String> {
    let mut paths = private_pages("organizer", &site.launch, &site.launch_booking, &site.people.achieng);
    paths.push(format!("/conversations/{}?before=5", site.launch));
    paths.push("/talents?query=sarah&craft=photographer".to_owned());
    paths
}
