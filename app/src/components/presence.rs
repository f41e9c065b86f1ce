use super::locale::Locale;
use crate::{
    browser,
    live::{Connection, Live},
    reactive::{effect, memo},
    server_fns, strings,
};
use leptos::{prelude::*, task::spawn_local};
use model::{Conversation, Presence};

/// Shows whether the counterpart is typing or online, or when they were last active. Empty if either person hides it,
/// or if the reader saves data.
#[component]
pub fn PresenceLine(#[prop(into)] conversation: Signal<Conversation>) -> impl IntoView {
    let (live, locale) = (Live::current(), Locale::current());
    let (id, who) = conversation.with_untracked(|conversation| (conversation.id, conversation.counterpart.id));
    let known = RwSignal::new(Presence::default());
    effect(move || {
        // Updates are missed while the stream is down: request the state each time it opens.
        live.times_opened.track();
        if !locale.is_hydrated() || browser::saves_data() {
            return;
        }
        spawn_local(async move {
            if let Ok(now) = server_fns::load_presence(id.to_string()).await {
                known.try_set(now);
            }
        });
    });
    Effect::new(move |before: Option<()>| {
        // Skips the update from before this page was opened: the request above covers it.
        let update = live.ephemeral.last_presence.get().filter(|_| before.is_some());
        if let Some(update) = update.filter(|update| update.user_id == who) {
            let active_at = (!update.online).then(|| locale.now());
            known.set(Presence { online: update.online, active_at });
        }
    });
    let typing = memo(move || live.ephemeral.is_typing(id));
    let name = move || conversation.with(|conversation| conversation.counterpart.name.clone());
    let here = move || match known.get() {
        _ if typing.get() => None,
        // What is known may be out of date.
        _ if live.connection.get() != Connection::Live => None,
        Presence { online: true, .. } => Some(strings::ONLINE.to_owned()),
        Presence { active_at, .. } => active_at.map(|at| strings::last_active(&locale.format_relative(at))),
    };
    view! {
        <p class="presence" translate="no">
            <span role="status">
                {move || typing.get().then(|| view! { <span class="visually-hidden">{strings::person_is(&name())}</span>{strings::TYPING} })}
            </span>
            <span class:online=move || here().is_some() && known.get().online>{here}</span>
        </p>
    }
}
