use super::{confirm_password::ConfirmPassword, section::SettingsSection};
use crate::{owner::PageOwner, strings};
use leptos::{either::Either, prelude::*};

/// The section to export the person's data.
#[component]
pub(super) fn YourData(email: String, confirmed: RwSignal<bool>) -> impl IntoView {
    let person = PageOwner::current().map(|me| format!("?person={me}")).unwrap_or_default();
    view! {
        <SettingsSection id="data" title=strings::YOUR_DATA lead=strings::YOUR_DATA_LEAD>
            {move || match confirmed.get() {
                true => Either::Left(view! { <p><a class="button" href=format!("/api/account/export{person}") download>{strings::DOWNLOAD_DATA}</a></p> }),
                false => Either::Right(view! { <ConfirmPassword id="confirm-data" email=email.clone() confirmed/> }),
            }}
        </SettingsSection>
    }
}
