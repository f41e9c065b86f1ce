//! The settings page: one section per file, each with a form of its own.

mod confirm_password;
mod data;
mod delete;
mod devices;
mod email;
mod mail;
mod password;
mod privacy;
mod profile;
mod tokens;

use crate::{
    components::{Flash, LoadError, PageTitle, Skeleton, flash_code},
    live::Live,
    reactive::effect,
    server_fn_client::page_resource,
    server_fns::{self, Settings},
    strings,
};
use confirm_password::ConfirmPassword;
use data::YourData;
use delete::DeleteAccount;
use devices::Devices;
use email::ChangeEmail;
use leptos::{either::Either, prelude::*, task::spawn_local};
use mail::MailAboutUnread;
use model::{AccessToken, Device};
use password::ChangePassword;
use privacy::Privacy;
use profile::Profile;
use tokens::Tokens;

/// The settings page of an account.
#[component]
pub fn SettingsPage() -> impl IntoView {
    let live = Live::current();
    let found = page_resource(move || live.reload_generation.get(), |_| server_fns::load_settings());
    let code = flash_code("done");
    let done = move || code.get().as_deref().and_then(strings::flash_text);
    view! {
        <PageTitle text=strings::SETTINGS/>
        <main class="page settings" id="content">
            <h1>{strings::SETTINGS}</h1>
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
    view! {
        <Profile account=account.clone() can_change_role/>
        <MailAboutUnread mail_after=account.mail_after/>
        <Privacy account/>
        <ChangeEmail email=email.clone()/>
        <ChangePassword email=email.clone() lists/>
        <Devices lists/>
        <Tokens lists email=email.clone() confirmed/>
        <YourData email=email.clone() confirmed/>
        <DeleteAccount email/>
    }
}

/// The devices and access tokens of an account. Reloaded after each change of them.
#[derive(Clone, Copy)]
struct AccessLists {
    devices: RwSignal<Vec<Device>>,
    tokens: RwSignal<Vec<AccessToken>>,
}

impl AccessLists {
    /// Reloads both each time that `done` becomes true.
    fn reload_after(self, done: Signal<bool>) {
        effect(move || {
            if done.get() {
                spawn_local(async move {
                    // On failure the lists stay as they are: nothing depends on them.
                    if let Ok(now) = server_fns::load_settings().await {
                        self.devices.try_set(now.devices);
                        self.tokens.try_set(now.tokens);
                    }
                });
            }
        });
    }
}

/// A section of the page, with its heading.
#[component]
fn SettingsSection(
    id: &'static str,
    title: &'static str,
    #[prop(into)] lead: String,
    children: Children,
) -> impl IntoView {
    view! {
        <section class="settings-section" aria-labelledby=id>
            <h2 id=id tabindex="-1">{title}</h2>
            <p class="muted">{lead}</p>
            {children()}
        </section>
    }
}

/// The username for password managers, which look for it next to a password field.
#[component]
fn UsernameHint(email: String) -> impl IntoView {
    view! { <input hidden type="text" autocomplete="username" value=email/> }
}
