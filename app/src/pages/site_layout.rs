use super::SignedInLayout;
use crate::{components::SiteBar, owner::PageOwner};
use leptos::{either::Either, prelude::*};
use leptos_router::components::Outlet;

/// The layout of pages that signed-in people open, and some of which visitors may see. It never changes while the
/// document is open, because a document belongs to one person or to a visitor.
#[component]
pub fn SiteLayout() -> impl IntoView {
    match PageOwner::current() {
        Some(_) => Either::Left(view! { <SignedInLayout/> }),
        None => Either::Right(view! { <SiteBar sign_in=true/> <Outlet/> }),
    }
}
