//! Browser APIs that may be missing, blocked or throw. A failing call disables at most the feature that needs it.
//!
//! web-sys declares many of these as calls that can't fail. A JavaScript exception in one of them unwinds through the
//! WASM code without running destructors and leaves it in a broken state. All calls here go through `Reflect`, which
//! catches. A tidy test (`server/tests/tidy/browser.rs`) keeps the rest of the app from calling these APIs directly.

mod channel;
mod event_source;
mod viewport_observer;

pub(crate) use channel::Channel;
pub(crate) use event_source::EventStream;
pub(crate) use viewport_observer::ViewportObserver;

use crate::platform::IN_BROWSER;
use js_sys::{Array, Date, Function, Math, Object, Promise, Reflect, Uint8Array};
use leptos::prelude::{document, window};
use model::TimeZoneName;
use std::{cell::RefCell, collections::HashMap};
use uuid::Uuid;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::Element;

/// The language to use if the reader's is unknown or `Intl` rejects it.
const FALLBACK_LANGUAGE: &str = "en-GB";
/// Languages whose readers get days and times as the server writes them: browsers disagree with one another on the
/// comma in `Sat, 13 Feb 2027` and on `Sept`, and times would jump as the page comes alive.
const SERVER_LANGUAGES: [&str; 4] = ["en-GB", "en-KE", "en-TZ", "en-UG"];

/// Reads a property. Returns `None` if it is missing, undefined or null, or if reading it throws.
pub(crate) fn get_property(object: &JsValue, name: &str) -> Option<JsValue> {
    Reflect::get(object, &name.into()).ok().filter(|value| !value.is_undefined() && !value.is_null())
}

/// Calls a method. Returns `None` if it is missing or throws.
pub(crate) fn call_method(object: &JsValue, method: &str, arguments: &[&JsValue]) -> Option<JsValue> {
    let method: Function = get_property(object, method)?.dyn_into().ok()?;
    method.apply(object, &arguments.iter().copied().collect::<Array>()).ok()
}

/// Calls a method that returns a promise. Returns `None` if the method is missing or throws, or if the promise is
/// rejected with any value: an extension may have replaced the method.
pub(crate) async fn call_async_method(object: &JsValue, method: &str, arguments: &[&JsValue]) -> Option<JsValue> {
    let promise: Promise = call_method(object, method, arguments)?.dyn_into().ok()?;
    JsFuture::from(promise).await.ok()
}

/// Constructs an instance of a global class. Returns `None` if the class is missing or throws.
pub(crate) fn construct_object(class: &str, arguments: &[&JsValue]) -> Option<JsValue> {
    let class: Function = get_property(&window(), class)?.dyn_into().ok()?;
    Reflect::construct(&class, &arguments.iter().copied().collect::<Array>()).ok()
}

/// Creates a plain object with these properties.
pub(crate) fn to_js_object(pairs: &[(&str, &JsValue)]) -> JsValue {
    let object = Object::new();
    for (name, value) in pairs {
        // Setting a property of a plain object can't fail.
        let _ = Reflect::set(&object, &(*name).into(), value);
    }
    object.into()
}

/// Returns the elements inside a document or an element that match a selector, in the order of the document; none if the
/// browser doesn't know the selector.
pub(crate) fn find_all(inside: &JsValue, selector: &str) -> Vec<Element> {
    let found = call_method(inside, "querySelectorAll", &[&selector.into()]);
    found.iter().flat_map(|found| Array::from(found).to_vec()).map(JsCast::unchecked_into).collect()
}

/// Tells an element's listeners of input, as typing does: setting a field's value doesn't.
pub(crate) fn dispatch_input(element: &JsValue) {
    let bubbles = to_js_object(&[("bubbles", &true.into())]);
    if let Some(input) = construct_object("Event", &[&"input".into(), &bubbles]) {
        call_method(element, "dispatchEvent", &[&input]);
    }
}

/// Reads a property of `navigator`.
pub(crate) fn navigator_property(name: &str) -> Option<JsValue> {
    get_property(&get_property(&window(), "navigator")?, name)
}

/// Returns whether the browser reports a network connection; `true` if it reports nothing.
pub(crate) fn is_online() -> bool {
    navigator_property("onLine").is_none_or(|online| online.is_truthy())
}

/// Returns whether the reader has asked the browser to save data.
pub(crate) fn saves_data() -> bool {
    let connection = navigator_property("connection");
    connection.and_then(|connection| get_property(&connection, "saveData")).is_some_and(|saves| saves.is_truthy())
}

/// Returns whether the page is visible; `true` if the browser doesn't report it.
pub(crate) fn is_visible() -> bool {
    get_property(&document(), "visibilityState")
        .and_then(|state| state.as_string())
        .is_none_or(|state| state != "hidden")
}

/// Returns whether a media query matches; `false` if the browser can't say.
pub(crate) fn matches_media(query: &str) -> bool {
    let matches = call_method(&window(), "matchMedia", &[&query.into()]);
    matches.and_then(|list| get_property(&list, "matches")).is_some_and(|matches| matches.is_truthy())
}

/// Returns whether the data of a drag or a paste, the property `data` of its event, is a file and no text. Spreadsheets
/// copy text together with a picture of it.
pub(crate) fn holds_file(event: &JsValue, data: &str) -> bool {
    let types = get_property(event, data).and_then(|data| get_property(&data, "types"));
    let types = types.map(|types| Array::from(&types)).unwrap_or_default();
    types.includes(&"Files".into(), 0) && !types.includes(&"text/plain".into(), 0)
}

/// Returns milliseconds of a monotonic clock, or of the wall clock if the browser has no `performance`.
pub(crate) fn monotonic_now() -> f64 {
    let clock = get_property(&window(), "performance");
    clock.and_then(|clock| call_method(&clock, "now", &[])?.as_f64()).unwrap_or_else(Date::now)
}

/// Returns the IANA name of the device's time zone.
pub(crate) fn time_zone() -> Option<TimeZoneName> {
    let format = call_method(&get_property(&window(), "Intl")?, "DateTimeFormat", &[])?;
    let options = call_method(&format, "resolvedOptions", &[])?;
    get_property(&options, "timeZone")?.as_string()?.parse().ok()
}

/// The options of a format of dates, as `Intl.DateTimeFormat` takes them.
pub(crate) type DateFormat = &'static [(&'static str, &'static str)];

/// Formats a date in the reader's language. Returns `None` if the browser can't, or if the reader's language is that of
/// the server.
pub(crate) fn format_date(date: &Date, format: DateFormat) -> Option<String> {
    thread_local! {
        // Creating one takes a phone about a millisecond, and a page shows a hundred times.
        static FORMATTERS: RefCell<HashMap<DateFormat, Option<JsValue>>> = RefCell::default();
    }
    let formatter =
        FORMATTERS.with_borrow_mut(|known| known.entry(format).or_insert_with(|| create_formatter(format)).clone());
    call_method(&formatter?, "format", &[date])?.as_string()
}

fn create_formatter(format: DateFormat) -> Option<JsValue> {
    let language = navigator_property("language");
    if language.as_ref().and_then(JsValue::as_string).is_some_and(|name| SERVER_LANGUAGES.contains(&name.as_str())) {
        return None;
    }
    let options: Vec<(&str, JsValue)> = format.iter().map(|(name, value)| (*name, (*value).into())).collect();
    let options = to_js_object(&options.iter().map(|(name, value)| (*name, value)).collect::<Vec<_>>());
    let intl = get_property(&window(), "Intl")?;
    let languages = [language, Some(FALLBACK_LANGUAGE.into())];
    languages.into_iter().flatten().find_map(|language| call_method(&intl, "DateTimeFormat", &[&language, &options]))
}

/// Returns a random id by which a retried request is recognised. It is not a secret.
pub(crate) fn new_id() -> Uuid {
    if IN_BROWSER { uuid::Builder::from_random_bytes(random_bytes()).into_uuid() } else { Uuid::new_v4() }
}

/// Returns random bytes: cryptographic ones if the browser has `crypto`, else those of `Math.random`.
pub(crate) fn random_bytes<const N: usize>() -> [u8; N] {
    let (buffer, mut bytes) = (Uint8Array::new_with_length(N as u32), [0; N]);
    match get_property(&window(), "crypto").and_then(|crypto| call_method(&crypto, "getRandomValues", &[&buffer])) {
        Some(_) => buffer.copy_to(&mut bytes),
        None => bytes.fill_with(|| (Math::random() * 256.0) as u8),
    }
    bytes
}

/// Copies a text to the clipboard. Returns whether the browser allowed it.
pub(crate) async fn copy_text(text: &str) -> bool {
    let Some(clipboard) = navigator_property("clipboard") else { return false };
    call_async_method(&clipboard, "writeText", &[&text.into()]).await.is_some()
}

/// Vibrates the device briefly, if it can.
pub(crate) fn vibrate(millis: u32) {
    if let Some(navigator) = get_property(&window(), "navigator") {
        call_method(&navigator, "vibrate", &[&millis.into()]);
    }
}

/// Replaces the address of the current entry of the history, and keeps its state. A browser may refuse it, for example
/// after too many changes in a short time: then the address stays.
pub(crate) fn replace_address(path: &str) {
    if let Some(history) = get_property(&window(), "history") {
        let state = get_property(&history, "state").unwrap_or(JsValue::NULL);
        call_method(&history, "replaceState", &[&state, &"".into(), &path.into()]);
    }
}
