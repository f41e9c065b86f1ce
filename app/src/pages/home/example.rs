use crate::{
    components::{DateBlock, Glyph, Icon, StatusChip},
    strings,
};
use leptos::prelude::*;
use model::{BookingStatus, Role};

/// A conversation and its ticket, as they look inside. A picture for screen readers.
#[component]
pub(super) fn Example() -> impl IntoView {
    let [question, answer, end] = strings::EXAMPLE_MESSAGES;
    view! {
        <div class="example" role="img" aria-label=strings::EXAMPLE>
            <div class="example-ticket">
                {strings::EXAMPLE_DATE.parse().ok().map(|day| view! { <DateBlock day/> })}
                <div>
                    <p class="example-title">{strings::EXAMPLE_TITLE}</p>
                    <p class="muted"><Icon glyph=Glyph::Pin/>{strings::EXAMPLE_PLACE}</p>
                    <p class="example-fee">{strings::EXAMPLE_FEE}<StatusChip status=BookingStatus::Accepted role=Role::Organizer/></p>
                </div>
            </div>
            <p class="example-bubble mine">{question}</p>
            <p class="example-bubble">{answer}</p>
            <p class="example-bubble mine">{end}</p>
        </div>
    }
}
