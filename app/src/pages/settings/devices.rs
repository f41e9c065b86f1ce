use super::{access_lists::AccessLists, section::SettingsSection};
use crate::{
    components::{ErrorSummary, Flash, Form, FormState, IsolatedText, Time, TimeFormat, focus_on},
    reactive::{effect, keyed_list},
    server_fns, strings,
};
use leptos::prelude::*;
use model::Device;

/// The section that lists the signed-in devices.
#[component]
pub(super) fn Devices(lists: AccessLists) -> impl IntoView {
    let form = FormState::for_server_fn::<server_fns::EndSession>("devices-form");
    lists.reload_after(form.done);
    restore_focus(form, "#devices");
    view! {
        <SettingsSection id="devices" title=strings::DEVICES lead=strings::DEVICES_LEAD>
            <ErrorSummary form/>
            <Flash text=form.done_text(strings::ENDED)/>
            <ul class="credentials" role="list" aria-labelledby="devices">
                {keyed_list(move || lists.devices.get(), |device| (device.id, device.last_seen_at), move |device| view! { <DeviceRow device form/> }.into_any())}
            </ul>
        </SettingsSection>
    }
}

/// Moves the focus to the heading after a submission: the button disappears with its row.
pub(super) fn restore_focus(form: FormState, heading: &'static str) {
    effect(move || {
        if form.done.get() {
            focus_on(heading);
        }
    });
}

#[component]
fn DeviceRow(device: Device, form: FormState) -> impl IntoView {
    let Device { id, current, user_agent, created_at, last_seen_at } = device;
    let name = strings::device_name(&user_agent);
    let (label, about) = (strings::sign_out_of(&name), format!("device-{id}"));
    view! {
        <li class="credential">
            <p class="credential-name"><IsolatedText text=name/> {current.then(|| view! { " " <span class="chip yes">{strings::THIS_DEVICE}</span> })}</p>
            <p class="help" id=about.clone()>
                {strings::SIGNED_IN} <Time at=created_at format=TimeFormat::Exact/> ", "
                {strings::LAST_USED} <Time at=last_seen_at format=TimeFormat::Exact/>
            </p>
            {(!current).then(|| view! {
                <Form form>
                    <input type="hidden" name="id" value=id.to_string()/>
                    <button class="button" type="submit" aria-label=label aria-describedby=about aria-disabled=form.aria_disabled()>{strings::SIGN_OUT}</button>
                </Form>
            })}
        </li>
    }
}
