use super::{ConfirmPassword, Part};
use crate::words;
use leptos::{either::Either, prelude::*};

/// Taking everything along.
#[component]
pub(super) fn YourData(email: String, confirmed: RwSignal<bool>) -> impl IntoView {
    view! {
        <Part id="data" title=words::YOUR_DATA lead=words::YOUR_DATA_LEAD>
            {move || match confirmed.get() {
                true => Either::Left(view! { <p><a class="button" href="/api/account/export" download>{words::DOWNLOAD_DATA}</a></p> }),
                false => Either::Right(view! { <ConfirmPassword id="confirm-data" email=email.clone() confirmed/> }),
            }}
        </Part>
    }
}
