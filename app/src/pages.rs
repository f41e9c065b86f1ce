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
mod profile;
mod register;
mod reset;
mod settings;
mod sign_in;
mod signed_in;
mod site_layout;
mod talents;
mod thread;
mod transcript;
mod unsubscribe;
mod verify;

pub use inbox::{InboxLayout, InboxPage};
pub use lazy_pages::{AccountPage, BookingsPage, LazySettings, PublicPage};
pub use not_found::NotFound;
pub use site_layout::SiteLayout;
pub use thread::ThreadPage;

use agenda::AgendaPage;
use booking::BookingPage;
use forgot::Forgot;
use home::Home;
use new_booking::NewBooking;
use notifications::NotificationsPage;
use profile::ProfilePage;
use register::Register;
use reset::Reset;
use settings::SettingsPage;
use sign_in::SignIn;
use signed_in::SignedInLayout;
use talents::Talents;
use transcript::Transcript;
use unsubscribe::Unsubscribe;
use verify::Verify;
