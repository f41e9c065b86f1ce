//! The public start page.

pub const TAGLINE: &str = "Talk to the people behind the show";
pub const PITCH: &str = "Greenroom brings organisers and talent together. Every conversation belongs to a booking: the \
                         day, the place and the fee stay beside what was said.";
pub const GET_STARTED: &str = "Get started";

/// Describes the example on the start page to those who don't see it.
pub const EXAMPLE: &str = "An example: EventPro Kenya and Sarah agree on a wedding in a short conversation. Beside it \
                           is the ticket: Kiambu garden wedding, Saturday 16 January, KES 85,000, agreed.";
/// The day in these texts.
pub const EXAMPLE_DATE: &str = "2027-01-16";
pub const EXAMPLE_TITLE: &str = "Kiambu garden wedding";
pub const EXAMPLE_PLACE: &str = "Paradise Gardens, Kiambu";
pub const EXAMPLE_FEE: &str = "KES 85,000";
pub const EXAMPLE_MESSAGES: [&str; 3] = [
    "Hi Sarah, are you free on Saturday 16 January?",
    "I am! KES 85,000 for the day, travel included.",
    "Agreed. See you at Paradise Gardens.",
];

pub const FOR_ORGANIZERS: &str = "For organisers";
pub const ORGANIZER_STEPS: [(&str, &str); 3] = [
    ("Find someone for your event", "Photographers, DJs, MCs and bands, with what they do and who they are."),
    ("Send a request", "The day, the place and your full fee, so that the answer is a clear yes or no."),
    ("Agree and stay in touch", "Both of you see the same ticket. Nothing gets lost, even on a slow network."),
];
pub const FOR_TALENT: &str = "For talent";
pub const TALENT_STEPS: [(&str, &str); 3] = [
    ("Show what you do", "A profile that organisers find. It takes a minute."),
    ("Answer requests", "You see the day, the place and the fee before you say yes."),
    ("Turn up and shine", "Every detail in one place on your phone, also when the network is slow."),
];
pub const PRICE: &str = "Greenroom is free. You agree on the fee between you, and it is all yours.";
