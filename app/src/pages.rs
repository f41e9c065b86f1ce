//! The pages, one per file.

mod agenda;
mod booking;
mod forgot;
mod home;
mod inbox;
pub mod lazy_pages;
mod new_booking;
mod not_found;
mod notifications;
mod register;
mod reset;
mod settings;
mod sign_in;
mod signed_in;
mod talents;
mod thread;
mod transcript;
mod unsubscribe;
mod verify;

pub use inbox::{InboxLayout, InboxPage};
pub use lazy_pages::{AccountPage, LazySettings, PublicPage};
pub use not_found::NotFound;
pub use signed_in::SignedInLayout;
pub use thread::ThreadPage;

use agenda::AgendaPage;
use booking::BookingPage;
use forgot::Forgot;
use home::Home;
use new_booking::NewBooking;
use notifications::NotificationsPage;
use register::Register;
use reset::Reset;
use settings::SettingsPage;
use sign_in::SignIn;
use talents::Talents;
use transcript::Transcript;
use unsubscribe::Unsubscribe;
use verify::Verify;
