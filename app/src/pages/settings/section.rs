use leptos::prelude::*;

/// A section of the page, with its heading.
#[component]
pub(super) fn SettingsSection(
    id: &'static str,
    title: &'static str,
    #[prop(into)] lead: String,
    /// A word above the title, for what few people need.
    #[prop(optional)]
    group: Option<&'static str>,
    children: Children,
) -> impl IntoView {
    view! {
        <section class="settings-section" aria-labelledby=id>
            {group.map(|group| view! { <p class="overline">{group}</p> })}
            <h2 id=id tabindex="-1">{title}</h2>
            <p class="muted">{lead}</p>
            {children()}
        </section>
    }
}

/// The username for password managers, which look for it next to a password field.
#[component]
pub(super) fn UsernameHint(email: String) -> impl IntoView {
    view! { <input hidden type="text" autocomplete="username" value=email/> }
}
