use super::{call_method, construct_object, get_property};
use wasm_bindgen::{JsValue, prelude::Closure};

const CLOSED: f64 = 2.0;

/// The name of an event, and its listener.
type Listener = (String, Closure<dyn FnMut(JsValue)>);

/// An `EventSource`. Closed when dropped.
pub(crate) struct EventStream {
    source: JsValue,
    listeners: Vec<Listener>,
}

impl EventStream {
    /// Opens the stream. Returns `None` if the browser has no `EventSource`.
    pub(crate) fn open(url: &str) -> Option<Self> {
        Some(Self { source: construct_object("EventSource", &[&url.into()])?, listeners: Vec::new() })
    }

    /// Calls `on_message` with the data of each event of this name.
    pub(crate) fn on(&mut self, name: &str, on_message: impl Fn(String) + 'static) {
        let listener = Closure::<dyn FnMut(JsValue)>::new(move |event: JsValue| {
            on_message(get_property(&event, "data").and_then(|data| data.as_string()).unwrap_or_default());
        });
        call_method(&self.source, "addEventListener", &[&name.into(), listener.as_ref()]);
        self.listeners.push((name.to_owned(), listener));
    }

    /// Returns whether the browser has given up reconnecting.
    pub(crate) fn is_closed_for_good(&self) -> bool {
        get_property(&self.source, "readyState").and_then(|state| state.as_f64()).is_none_or(|state| state == CLOSED)
    }
}

impl Drop for EventStream {
    fn drop(&mut self) {
        call_method(&self.source, "close", &[]);
        // WebKit also calls the listeners of a closed source when a page returns from the back/forward cache.
        for (name, listener) in &self.listeners {
            call_method(&self.source, "removeEventListener", &[&name.as_str().into(), listener.as_ref()]);
        }
    }
}
