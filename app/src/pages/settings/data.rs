use super::Part;
use crate::words;
use leptos::prelude::*;

/// Taking everything along.
#[component]
pub(super) fn YourData() -> impl IntoView {
    view! {
        <Part id="data" title=words::YOUR_DATA lead=words::YOUR_DATA_LEAD>
            <p><a class="button" href="/api/account/export" download>{words::DOWNLOAD_DATA}</a></p>
        </Part>
    }
}
