//! JSON, as what travels between browser and server is written.
//!
//! A browser reads it itself and hands over values: a reader of our own would have to be loaded first, and with it all
//! it could say about what doesn't fit.

mod value;

use crate::live::IN_BROWSER;
use leptos::server::codee::{Decoder, Encoder};
use leptos::server_fn::{Bytes, ContentType, Decodes, Encodes, Format, FormatType};
use serde::{Serialize, de::DeserializeOwned};
use std::fmt;
use value::Value;

/// The text isn't what was expected. It comes from this site, so there is nobody to tell more.
#[derive(Debug)]
pub struct DecodeError;

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("unreadable")
    }
}

impl std::error::Error for DecodeError {}

/// Reads a text.
///
/// # Errors
/// It is no JSON, or of another shape.
pub fn from_str<T: DeserializeOwned>(text: &str) -> Result<T, DecodeError> {
    if IN_BROWSER { T::deserialize(Value::parse(text)?) } else { serde_json::from_str(text).map_err(|_| DecodeError) }
}

/// Writes a value.
///
/// # Errors
/// It can't be written, like an event of a kind that this page doesn't know.
pub fn to_string(value: &impl Serialize) -> Result<String, DecodeError> {
    serde_json::to_string(value).map_err(|_| DecodeError)
}

/// How what a page was rendered from, and why a form was refused, come with the page.
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
