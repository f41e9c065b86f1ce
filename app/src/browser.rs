//! Browser APIs that may be missing, blocked or throw. Each call here costs its own feature at most.
//!
//! web-sys declares many of these as calls that can't fail. An exception of such a call passes through the program
//! without running its destructors and leaves it broken. Everything here goes through `Reflect`, which catches. A tidy
//! test (`server/tests/tidy/browser.rs`) keeps the rest of the program from calling these APIs by itself.

mod channel;
mod event_source;
mod viewport_observer;

pub(crate) use channel::Channel;
pub(crate) use event_source::EventStream;
pub(crate) use viewport_observer::ViewportObserver;

use crate::live::IN_BROWSER;
use js_sys::{Array, Date, Function, Math, Object, Promise, Reflect, Uint8Array};
use leptos::prelude::{document, window};
use uuid::Uuid;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

/// The language where the reader's is unknown or `Intl` refuses it.
const FALLBACK_LANGUAGE: &str = "en-GB";

/// Reads a property. Nothing where it is missing or reading it throws.
pub(crate) fn get_property(object: &JsValue, name: &str) -> Option<JsValue> {
    Reflect::get(object, &name.into()).ok().filter(|value| !value.is_undefined() && !value.is_null())
}

/// Calls a method. Nothing where it is missing or throws.
pub(crate) fn call_method(object: &JsValue, method: &str, arguments: &[&JsValue]) -> Option<JsValue> {
    let method: Function = get_property(object, method)?.dyn_into().ok()?;
    method.apply(object, &arguments.iter().copied().collect::<Array>()).ok()
}

/// Makes an instance of a class. Nothing where it is missing or throws.
pub(crate) fn construct_object(class: &str, arguments: &[&JsValue]) -> Option<JsValue> {
    let class: Function = get_property(&window(), class)?.dyn_into().ok()?;
    Reflect::construct(&class, &arguments.iter().copied().collect::<Array>()).ok()
}

/// A plain object.
pub(crate) fn to_js_object(pairs: &[(&str, &JsValue)]) -> JsValue {
    let object = Object::new();
    for (name, value) in pairs {
        // Setting a property of a plain object can't fail.
        let _ = Reflect::set(&object, &(*name).into(), value);
    }
    object.into()
}

/// A property of `navigator`.
pub(crate) fn navigator_property(name: &str) -> Option<JsValue> {
    get_property(&get_property(&window(), "navigator")?, name)
}

/// Whether the browser has a network, as far as it says.
pub(crate) fn is_online() -> bool {
    navigator_property("onLine").is_none_or(|online| online.is_truthy())
}

/// Whether the reader asked the browser to save data.
pub(crate) fn saves_data() -> bool {
    let connection = navigator_property("connection");
    connection.and_then(|connection| get_property(&connection, "saveData")).is_some_and(|saves| saves.is_truthy())
}

/// Whether the page is in sight, as far as the browser says.
pub(crate) fn is_visible() -> bool {
    get_property(&document(), "visibilityState")
        .and_then(|state| state.as_string())
        .is_none_or(|state| state != "hidden")
}

/// Milliseconds of a clock that is never put back; of the wall clock where there is none.
pub(crate) fn monotonic_now() -> f64 {
    let clock = get_property(&window(), "performance");
    clock.and_then(|clock| call_method(&clock, "now", &[])?.as_f64()).unwrap_or_else(Date::now)
}

/// A date as `method` of JavaScript's `Date` writes it, in the reader's language. Nothing where `Intl` throws.
pub(crate) fn format_date(date: &Date, method: &str, options: &[(&str, &str)]) -> Option<String> {
    let values: Vec<(&str, JsValue)> = options.iter().map(|(name, value)| (*name, (*value).into())).collect();
    let options = to_js_object(&values.iter().map(|(name, value)| (*name, value)).collect::<Vec<_>>());
    let languages = [navigator_property("language"), Some(FALLBACK_LANGUAGE.into())];
    languages.into_iter().flatten().find_map(|language| call_method(date, method, &[&language, &options])?.as_string())
}

/// A random id, for what is sent to be recognised when it is sent again. Nothing secret.
pub(crate) fn new_id() -> Uuid {
    if IN_BROWSER { uuid::Builder::from_random_bytes(random_bytes()).into_uuid() } else { Uuid::new_v4() }
}

/// Random bytes; of `Math.random` in a browser without the other.
pub(crate) fn random_bytes<const N: usize>() -> [u8; N] {
    let (buffer, mut bytes) = (Uint8Array::new_with_length(N as u32), [0; N]);
    match get_property(&window(), "crypto").and_then(|crypto| call_method(&crypto, "getRandomValues", &[&buffer])) {
        Some(_) => buffer.copy_to(&mut bytes),
        None => bytes.fill_with(|| (Math::random() * 256.0) as u8),
    }
    bytes
}

/// Puts a text on the clipboard. Returns whether the browser allowed it.
pub(crate) async fn copy_text(text: &str) -> bool {
    let clipboard = navigator_property("clipboard");
    let written = clipboard.and_then(|clipboard| call_method(&clipboard, "writeText", &[&text.into()]));
    match written.and_then(|promise| promise.dyn_into::<Promise>().ok()) {
        Some(promise) => JsFuture::from(promise).await.is_ok(),
        None => false,
    }
}
