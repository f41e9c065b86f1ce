use crate::{
    components::{ErrorSummary, Flash, Form, FormState, PageTitle, SiteBar, SubmitButton, flash_code},
    reactive::memo,
    server_fns, strings,
};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

/// The page to stop mails about unread messages, opened by a mailed link. Asks for a click, since GET changes nothing.
#[component]
pub fn Unsubscribe() -> impl IntoView {
    let form = FormState::for_server_fn::<server_fns::UnsubscribeFromMail>("unsubscribe");
    let query = use_query_map();
    let token = move || query.with(|query| query.get("token"));
    let code = flash_code("done");
    let done = memo(move || form.done.get() || code.get().is_some());
    let dead = move || form.field_error("token").get().is_some() || token().is_none();
    view! {
        <PageTitle text=strings::UNSUBSCRIBE/>
        <SiteBar/>
        <main class="page narrow" id="content">
            <h1>{strings::UNSUBSCRIBE}</h1>
            <Flash text=Signal::derive(move || done.get().then_some(strings::MAILS_STOPPED))/>
            <ErrorSummary form/>
            {move || (!done.get() && !dead()).then(|| view! {
                <p class="muted">{strings::UNSUBSCRIBE_LEAD}</p>
                <Form form class="form" id=form.id>
                    <input type="hidden" name="token" value=token/>
                    <SubmitButton form label=strings::STOP_MAILS busy=strings::STOPPING_MAILS/>
                </Form>
            })}
            {move || (!done.get() && dead()).then(|| view! { <p class="muted">{strings::UNSUBSCRIBE_BAD_LEAD}</p> })}
            {move || (done.get() || dead()).then(|| view! { <p><a href="/settings" rel="external">{strings::MAILS_IN_SETTINGS}</a></p> })}
        </main>
    }
}
