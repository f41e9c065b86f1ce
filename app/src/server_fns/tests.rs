//! The arguments of every server function as the server reads them, and the results as the browser reads them.

#![cfg(target_arch = "wasm32")]

use super::*;
use crate::{
    json::{
        self,
        tests::{check_reading, samples, samples::Fill},
    },
    server_fn_client::{IDEMPOTENT, NOT_IDEMPOTENT, form_fields},
};
use leptos::server_fn::ServerFn;
use model::{ApiError, Directory, LinkAction, MailedLink, MaskedEmail, Presence};
use serde::{Serialize, de::DeserializeOwned};
use std::collections::BTreeSet;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::UrlSearchParams;

/// The paths of the functions that have been checked.
#[derive(Default)]
struct CheckedPaths(BTreeSet<&'static str>);

impl CheckedPaths {
    /// Checks the arguments and the result of a function, filled in both ways.
    fn check<F>(&mut self, call: impl Fn(Fill) -> (F, F::Output))
    where
        F: ServerFn + Serialize + DeserializeOwned,
        F::Output: Serialize + DeserializeOwned,
    {
        assert!(self.0.insert(F::PATH), "{} is checked twice", F::PATH);
        for fill in Fill::ALL {
            check_arguments(&call(fill).0);
        }
        // As the response of a request, and as a resource in the document.
        check_reading(&Fill::ALL.map(|fill| call(fill).1));
        check_reading::<RequestResult<F::Output>>(&[Ok(call(Fill::Full).1), Err(ApiError::NotFound.into())]);
    }
}

/// Checks that the server reads the arguments that the browser sends.
fn check_arguments<F: ServerFn + Serialize + DeserializeOwned>(arguments: &F) {
    let json = json::to_string(arguments).expect("JSON");
    assert_eq!(json::to_string(&send(arguments)).ok(), Some(json), "{}", F::PATH);
}

/// Encodes arguments as the browser does, and returns what the server reads. Leptos reads forms with these settings.
fn send<F: ServerFn + Serialize + DeserializeOwned>(arguments: &F) -> F {
    let fields = form_fields(&json::to_string(arguments).expect("JSON"));
    let form = String::from(UrlSearchParams::new_with_str_sequence_sequence(&fields).expect("a form").to_string());
    let read = serde_qs::Config::new(5, false).deserialize_str(&form);
    read.unwrap_or_else(|error| panic!("{}: {error}: {form}", F::PATH))
}

/// A new function fails this test until it is checked here: `IDEMPOTENT` and `NOT_IDEMPOTENT` list all of them.
#[wasm_bindgen_test]
fn arguments_and_results_of_every_server_function_are_read() {
    let mut checked = CheckedPaths::default();
    check_views(&mut checked);
    check_notifications(&mut checked);
    check_thread(&mut checked);
    check_bookings(&mut checked);
    check_sessions(&mut checked);
    check_mailed_links(&mut checked);
    check_settings(&mut checked);
    check_security_settings(&mut checked);
    let all = IDEMPOTENT.into_iter().chain(NOT_IDEMPOTENT.map(|(path, _)| path)).collect();
    assert_eq!(checked.0, all, "each server function is checked");
}

fn for_person<T>(view: T) -> ForPerson<T> {
    ForPerson { me: samples::id(1), view }
}

fn check_views(checked: &mut CheckedPaths) {
    checked.check(|fill| (LoadNavState {}, for_person(samples::nav_state(fill))));
    checked.check(|fill| (LoadBrowserKey {}, fill.text()));
    checked.check(|fill| {
        let (show, query, page) = (fill.option(fill.text()), fill.option(fill.text()), fill.option(fill.text()));
        (LoadInbox { show, query, page }, for_person(samples::inbox_list(fill)))
    });
    checked.check(|fill| {
        let (query, craft, page) = (fill.option(fill.text()), fill.option(fill.text()), fill.option(fill.text()));
        let directory = Directory { talents: fill.list(samples::talent(fill)), next_page: fill.option(fill.text()) };
        (LoadTalents { query, craft, page }, directory)
    });
    checked.check(|fill| {
        let (talent, viewer) = (samples::talent(fill), fill.option(samples::person(fill)));
        (LoadProfile { slug: fill.text() }, Profile { talent, url: fill.text(), viewer })
    });
    checked.check(|fill| (LoadFeaturedTalents {}, fill.list(samples::talent(fill))));
    checked.check(|fill| {
        let (suggested, own) = (fill.list(samples::talent(fill)), fill.option(samples::talent(fill)));
        (LoadFirstSteps {}, FirstSteps { suggested, own, url: fill.text() })
    });
    checked.check(|fill| (LoadTalent { id: fill.text() }, samples::person(fill)));
}

fn check_notifications(checked: &mut CheckedPaths) {
    checked.check(|fill| {
        let list = NotificationList {
            notifications: fill.list(samples::notification(fill)),
            unread: fill.integer(),
            next_page: fill.option(fill.text()),
            cursor: fill.integer(),
        };
        (LoadNotifications { page: fill.option(fill.text()) }, for_person(list))
    });
    checked.check(|fill| (MarkNotificationsRead { id: fill.option(fill.text()) }, ()));
}

fn check_thread(checked: &mut CheckedPaths) {
    checked.check(|fill| {
        let [before, after, at] = [fill.integer(); 3].map(|seq| fill.option(seq));
        (LoadThread { id: fill.text(), before, after, at }, for_person(samples::thread(fill)))
    });
    checked.check(|fill| {
        let client_id = fill.option(fill.text());
        (PostMessage { conversation_id: fill.text(), body: fill.text(), client_id }, samples::message(fill))
    });
    checked.check(|fill| (MarkRead { conversation_id: fill.text(), seq: fill.integer() }, ()));
    checked.check(|fill| (MarkUnread { conversation_id: fill.text(), seq: fill.integer() }, ()));
    checked.check(|fill| (MarkDelivered { conversation_id: fill.text(), seq: fill.integer() }, ()));
    checked.check(|fill| (SendTyping { conversation_id: fill.text() }, ()));
    checked.check(|fill| {
        let presence = Presence { online: fill.bool(), active_at: fill.option(samples::timestamp()) };
        (LoadPresence { conversation_id: fill.text() }, presence)
    });
    checked.check(|fill| (LoadTranscript { id: fill.text() }, for_person(samples::thread(fill))));
}

fn check_bookings(checked: &mut CheckedPaths) {
    checked.check(|fill| {
        let arguments = OpenBooking {
            talent_id: fill.text(),
            title: fill.text(),
            event_date: fill.text(),
            venue: fill.text(),
            fee: fill.text(),
            message: fill.text(),
            client_id: fill.option(fill.text()),
        };
        (arguments, ())
    });
    checked.check(|fill| {
        let view = BookingView { conversation: samples::conversation(fill), cursor: fill.integer() };
        (LoadBooking { id: fill.text() }, for_person(view))
    });
    checked.check(|fill| (LoadClashes { id: fill.text() }, fill.list(samples::booking(fill))));
    checked.check(|fill| (LoadAgenda { period: fill.text() }, for_person(samples::agenda(fill))));
    checked.check(|fill| (ApplyBookingAction { booking_id: fill.text(), step: fill.text() }, samples::booking(fill)));
}

fn check_sessions(checked: &mut CheckedPaths) {
    checked.check(|fill| (SignIn { email: fill.text(), password: fill.text(), next: fill.option(fill.text()) }, ()));
    checked.check(|fill| (LoadCurrentPerson {}, fill.option(samples::person(fill))));
    checked.check(|_| (SignOut {}, ()));
    checked.check(|fill| {
        let (role, craft) = (fill.option(fill.text()), fill.option(fill.text()));
        (RegisterAccount { email: fill.text(), password: fill.text(), name: fill.text(), role, craft }, ())
    });
}

fn check_mailed_links(checked: &mut CheckedPaths) {
    checked.check(|fill| (ResendVerification { email: fill.text() }, ()));
    checked.check(|fill| {
        let account = MaskedEmail::mask(&fill.text());
        let link = MailedLink { action: LinkAction::Reset, account, own: fill.option(false) };
        (LoadMailedLink { token: fill.text() }, fill.option(link))
    });
    checked.check(|fill| {
        let [password, name, role, craft] = [(); 4].map(|()| fill.option(fill.text()));
        (VerifyEmail { token: fill.text(), password, name, role, craft }, ())
    });
    checked.check(|fill| (RequestPasswordReset { email: fill.text() }, ()));
    checked.check(|fill| (ResetPassword { token: fill.text(), password: fill.text() }, ()));
    checked.check(|fill| (UnsubscribeFromMail { token: fill.text() }, ()));
}

fn check_settings(checked: &mut CheckedPaths) {
    checked.check(|fill| {
        let settings = Settings {
            account: samples::account(fill),
            devices: fill.list(samples::device(fill)),
            tokens: fill.list(samples::access_token(fill)),
            can_change_role: fill.bool(),
            confirmed: fill.bool(),
        };
        (LoadSettings {}, settings)
    });
    checked.check(|fill| {
        let [name, craft, bio, mail_after] = [(); 4].map(|()| FieldText(fill.option(fill.text())));
        let [public_profile, renew_slug] = [(); 2].map(|()| fill.option(fill.bool()));
        (ChangeAccount { name, craft, bio, public_profile, renew_slug, mail_after }, samples::account(fill))
    });
    checked.check(|fill| (ChangeRole { role: fill.text() }, ()));
    checked.check(|fill| (SetTimeZone { time_zone: fill.text() }, ()));
    checked.check(|fill| (ChangePrivacy { receipts: fill.bool(), presence: fill.bool() }, ()));
}

fn check_security_settings(checked: &mut CheckedPaths) {
    checked.check(|fill| (ChangePassword { current: fill.text(), password: fill.text() }, ()));
    checked.check(|fill| (ChangeEmail { email: fill.text(), password: fill.text() }, ()));
    checked.check(|fill| (EndSession { id: fill.text() }, ()));
    checked.check(|fill| {
        let expires_in_days = fill.option(fill.text());
        (CreateToken { name: fill.text(), scope: fill.text(), expires_in_days }, fill.text())
    });
    checked.check(|fill| (ConfirmPassword { password: fill.text() }, ()));
    checked.check(|fill| (DeleteAccount { password: fill.text() }, ()));
}

/// A form sends each of its fields. The server reads an optional one that was left empty like one that is missing.
#[wasm_bindgen_test]
fn an_empty_optional_argument_is_read_as_an_absent_one() {
    let search = LoadTalents { query: Some(String::new()), craft: None, page: None };
    assert_eq!(send(&search).query, None);
}

#[wasm_bindgen_test]
fn a_field_that_was_emptied_is_read_as_empty() {
    let [name, craft, mail_after] = [(); 3].map(|()| FieldText(None));
    let read = send(&ChangeAccount {
        name,
        craft,
        bio: FieldText(Some(String::new())),
        public_profile: None,
        renew_slug: None,
        mail_after,
    });
    assert_eq!((read.bio, read.craft), (FieldText(Some(String::new())), FieldText(None)));
}
