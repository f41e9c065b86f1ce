use super::{call_method, construct_object, get_property};
use js_sys::Reflect;
use wasm_bindgen::{JsValue, prelude::Closure};

/// A `BroadcastChannel`: text messages between the tabs of one browser. Closed when dropped.
pub(crate) struct Channel {
    channel: JsValue,
    _listener: Closure<dyn FnMut(JsValue)>,
}

impl Channel {
    /// Opens the channel. Returns `None` if the browser has none.
    pub(crate) fn open(name: &str, on_message: impl Fn(String) + 'static) -> Option<Self> {
        let channel = construct_object("BroadcastChannel", &[&name.into()])?;
        let listener = Closure::<dyn FnMut(JsValue)>::new(move |event: JsValue| {
            if let Some(text) = get_property(&event, "data").and_then(|data| data.as_string()) {
                on_message(text);
            }
        });
        Reflect::set(&channel, &"onmessage".into(), listener.as_ref()).ok()?;
        Some(Self { channel, _listener: listener })
    }

    /// Sends a text to the other tabs. Returns whether the browser accepted it.
    pub(crate) fn send(&self, text: &str) -> bool {
        call_method(&self.channel, "postMessage", &[&text.into()]).is_some()
    }
}

impl Drop for Channel {
    fn drop(&mut self) {
        call_method(&self.channel, "close", &[]);
        // WebKit also calls the listener of a closed channel when a page returns from the back/forward cache.
        let _ = Reflect::set(&self.channel, &"onmessage".into(), &JsValue::NULL);
    }
}
