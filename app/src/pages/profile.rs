use crate::{
    components::{Avatar, IsolatedText, LoadError, PageTitle, Skeleton, hue_class, page_of_param},
    owner::PageOwner,
    page_resource::page_resource,
    paths::{NEW_BOOKING, sign_in_path_to},
    server_fns::{self, Profile},
    strings,
};
use leptos::{either::Either, prelude::*};
use leptos_meta::Meta;
use model::{Person, Role, Talent, text};

/// The page of a talent, by slug or id. Visitors see it too if it is public.
#[component]
pub fn ProfilePage() -> impl IntoView {
    page_of_param("slug", |slug| view! { <ProfileLoader slug/> }.into_any())
}

#[component]
fn ProfileLoader(slug: String) -> impl IntoView {
    let found = page_resource(|| (), move |()| server_fns::load_profile(slug.clone()));
    view! {
        <main class="page profile" id="content">
            <Transition fallback=|| view! { <Skeleton rows=3/> }>
                {move || Suspend::new(async move {
                    match found.await {
                        Ok(profile) => Either::Left(view! { <ProfileView profile/> }),
                        Err(failure) => Either::Right(view! { <LoadError failure/> }),
                    }
                })}
            </Transition>
        </main>
    }
}

#[component]
fn ProfileView(profile: Profile) -> impl IntoView {
    let Profile { talent, url, viewer } = profile;
    // The document belongs to one person, and another one may have signed in since.
    let viewer = viewer.filter(|viewer| Some(viewer.id) == PageOwner::current());
    let (person, name) = (talent.person(), talent.name.clone());
    let own = viewer.as_ref().is_some_and(|viewer| viewer.id == talent.id);
    let bio = match talent.bio.as_str() {
        "" if own => Either::Left(view! { <p class="muted">{strings::NO_BIO_OWN}</p> }),
        "" => Either::Left(view! { <p class="muted">{strings::NO_BIO}</p> }),
        bio => Either::Right(view! { <p class="bio" dir="auto"><IsolatedText text=bio.to_owned()/></p> }),
    };
    view! {
        <Preview talent=talent.clone() url/>
        // The place of a picture.
        <div class=format!("cover {}", hue_class(&person)) aria-hidden="true"></div>
        <div class="profile-head">
            <Avatar person class="avatar large"/>
            <h1><IsolatedText text=name/></h1>
            <p class="muted">{talent.craft.map(strings::craft_label)}</p>
        </div>
        <section class="stack" aria-labelledby="about">
            <h2 id="about">{strings::ABOUT}</h2>
            {bio}
        </section>
        {action_of(&talent, viewer.as_ref()).map(|(href, label)| view! {
            <p class="profile-action"><a class="button primary" href=href>{label}</a></p>
        })}
    }
}

/// Returns what the viewer can do next; nothing for another talent.
fn action_of(talent: &Talent, viewer: Option<&Person>) -> Option<(String, &'static str)> {
    let booking = format!("{NEW_BOOKING}?talent={}", talent.id);
    match viewer {
        None => Some((sign_in_path_to(&booking), strings::ASK_ABOUT_DATE)),
        Some(viewer) if viewer.id == talent.id => Some(("/settings#profile".to_owned(), strings::EDIT_PROFILE)),
        Some(viewer) if viewer.role == Role::Organizer => Some((booking, strings::ASK_ABOUT_DATE)),
        Some(_) => None,
    }
}

/// What search engines and link previews show.
#[component]
fn Preview(talent: Talent, url: String) -> impl IntoView {
    let title = strings::profile_title(&talent.name, talent.craft);
    let description = match text::without_direction_controls(&talent.bio).split_whitespace().collect::<Vec<_>>() {
        words if words.is_empty() => strings::profile_description(&talent.name),
        words => text::isolate(&words.join(" ")).into_owned(),
    };
    view! {
        <PageTitle text=title.clone()/>
        <Meta name="description" content=description.clone()/>
        <Meta property="og:title" content=title/>
        <Meta property="og:description" content=description/>
        <Meta property="og:url" content=url/>
        <Meta property="og:type" content="profile"/>
    }
}
