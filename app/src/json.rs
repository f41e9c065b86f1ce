//! The JSON encoding between browser and server.
//!
//! The browser parses with its own `JSON.parse` and deserialises from the resulting values: a JSON parser in WASM, with
//! its error messages, would have to be downloaded first.

#[cfg(test)]
pub(crate) mod tests;
mod value;

use crate::platform::IN_BROWSER;
use leptos::server::codee::{Decoder, Encoder};
use leptos::server_fn::{Bytes, ContentType, Decodes, Encodes, Format, FormatType};
use serde::{Serialize, de::DeserializeOwned};
use std::fmt;
use value::Value;

/// The text isn't the expected JSON. Carries no details: the text comes from this site, so no reader could act on them.
#[derive(Debug)]
pub struct DecodeError;

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("unreadable")
    }
}

impl std::error::Error for DecodeError {}

/// Deserialises a JSON text.
///
/// # Errors
/// The text is not JSON, or doesn't have the shape of `T`.
pub fn from_str<T: DeserializeOwned>(text: &str) -> Result<T, DecodeError> {
    if IN_BROWSER { T::deserialize(Value::parse(text)?) } else { serde_json::from_str(text).map_err(|_| DecodeError) }
}

/// Serialises a value to JSON.
///
/// # Errors
/// The value can't be serialised, for example an event of a kind that this page doesn't know.
pub fn to_string(value: &impl Serialize) -> Result<String, DecodeError> {
    serde_json::to_string(value).map_err(|_| DecodeError)
}

/// The encoding of the resources that the server embeds in the document, and of the errors of server functions.
pub struct Json;

impl<T: Serialize> Encoder<T> for Json {
    type Error = DecodeError;
    type Encoded = String;

    fn encode(value: &T) -> Result<String, DecodeError> {
        to_string(value)
    }
}

impl<T: DeserializeOwned> Decoder<T> for Json {
    type Error = DecodeError;
    type Encoded = str;

    fn decode(text: &str) -> Result<T, DecodeError> {
        from_str(text)
    }
}

impl ContentType for Json {
    const CONTENT_TYPE: &'static str = "application/json";
}

impl FormatType for Json {
    const FORMAT_TYPE: Format = Format::Text;
}

impl<T: Serialize> Encodes<T> for Json {
    type Error = DecodeError;

    fn encode(value: &T) -> Result<Bytes, DecodeError> {
        to_string(value).map(Bytes::from)
    }
}

impl<T: DeserializeOwned> Decodes<T> for Json {
    type Error = DecodeError;

    fn decode(bytes: Bytes) -> Result<T, DecodeError> {
        from_str(std::str::from_utf8(&bytes).map_err(|_| DecodeError)?)
    }
}
