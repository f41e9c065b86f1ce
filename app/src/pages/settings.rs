//! The settings page: one section per file, each with a form of its own.

mod access_lists;
mod confirm_password;
mod data;
mod delete;
mod devices;
mod email;
mod mail;
mod password;
mod privacy;
mod profile;
mod section;
mod tokens;

use crate::{
    components::{Flash, LoadError, PageTitle, SignOut, Skeleton, flash_code, focus_fragment},
    page_resource::page_resource,
    reactive::effect,
    server_fns::{self, Settings},
    strings,
};
use access_lists::AccessLists;
use data::YourData;
use delete::DeleteAccount;
use devices::Devices;
use email::ChangeEmail;
use leptos::{either::Either, prelude::*};
use mail::MailAboutUnread;
use password::ChangePassword;
use privacy::Privacy;
use profile::Profile;
use tokens::Tokens;

/// Links to the sections. Access tokens are for programmers only.
const SECTIONS: [(&str, &str); 9] = [
    ("#profile", strings::PROFILE),
    ("#mail", strings::EMAILS),
    ("#privacy", strings::PRIVACY),
    ("#email", strings::EMAIL),
    ("#password", strings::PASSWORD),
    ("#devices", strings::DEVICES),
    ("#data", strings::YOUR_DATA),
    ("#tokens", strings::ADVANCED),
    ("#delete", strings::DELETE_ACCOUNT),
];

/// The settings page of an account.
#[component]
pub fn SettingsPage() -> impl IntoView {
    let found = page_resource(|| (), |()| server_fns::load_settings());
    let code = flash_code("done");
    let done = move || code.get().as_deref().and_then(strings::flash_text);
    view! {
        <PageTitle text=strings::SETTINGS/>
        <main class="page settings" id="content">
            <h1>{strings::SETTINGS}</h1>
            <SignOut class="narrow-only"/>
            <Flash text=Signal::derive(done)/>
            <Transition fallback=|| view! { <Skeleton rows=6/> }>
                {move || Suspend::new(async move {
                    match found.await {
                        Ok(settings) => Either::Left(view! { <SettingsSections settings/> }),
                        Err(failure) => Either::Right(view! { <LoadError failure/> }),
                    }
                })}
            </Transition>
        </main>
    }
}

#[component]
fn SettingsSections(settings: Settings) -> impl IntoView {
    let Settings { account, devices, tokens, can_change_role, confirmed } = settings;
    let confirmed = RwSignal::new(confirmed);
    let lists = AccessLists { devices: RwSignal::new(devices), tokens: RwSignal::new(tokens) };
    let email = account.user.email.clone();
    effect(focus_fragment);
    view! {
        <nav class="jump" aria-label=strings::SECTIONS>
            {SECTIONS.map(|(link, title)| view! { <a href=link rel="external">{title}</a> })}
        </nav>
        <Profile account=account.clone() can_change_role/>
        <MailAboutUnread mail_after=account.mail_after/>
        <Privacy account/>
        <ChangeEmail email=email.clone()/>
        <ChangePassword email=email.clone() lists/>
        <Devices lists/>
        <YourData email=email.clone() confirmed/>
        <Tokens lists email=email.clone() confirmed/>
        <DeleteAccount email/>
    }
}
