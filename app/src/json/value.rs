use super::DecodeError;
use js_sys::{Array, JSON, Number, Object, Reflect};
use serde::{
    de::{DeserializeSeed, Deserializer, EnumAccess, Error, MapAccess, SeqAccess, VariantAccess, Visitor},
    forward_to_deserialize_any,
};
use std::fmt::Display;
use wasm_bindgen::{JsCast, JsValue};

/// A deserialiser of a parsed JavaScript value. Supports only the serde types that this app's data uses.
pub(super) struct Value(JsValue);

impl Value {
    pub(super) fn parse(text: &str) -> Result<Self, DecodeError> {
        JSON::parse(text).map(Value).map_err(|_| DecodeError)
    }

    fn is_null(&self) -> bool {
        self.0.is_null() || self.0.is_undefined()
    }

    fn to_text(&self) -> Result<String, DecodeError> {
        self.0.as_string().ok_or(DecodeError)
    }

    /// Returns an integer, unless it is so large that JavaScript may have rounded it.
    fn to_integer(&self) -> Result<i64, DecodeError> {
        let number = self.0.as_f64().filter(|_| Number::is_safe_integer(&self.0));
        number.map(|number| number as i64).ok_or(DecodeError)
    }

    fn into_object(self) -> Result<Object, DecodeError> {
        // In JavaScript, an array is an object, too.
        if Array::is_array(&self.0) { Err(DecodeError) } else { self.0.dyn_into().map_err(|_| DecodeError) }
    }

    /// Returns the entries of an object.
    fn into_items(self) -> Result<Items, DecodeError> {
        Ok(Items::new(Object::entries(&self.into_object()?)))
    }
}

impl Error for DecodeError {
    fn custom<T: Display>(_: T) -> Self {
        DecodeError
    }
}

impl<'de> Deserializer<'de> for Value {
    type Error = DecodeError;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, DecodeError> {
        Err(DecodeError)
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        visitor.visit_bool(self.0.as_bool().ok_or(DecodeError)?)
    }

    fn deserialize_i64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        visitor.visit_i64(self.to_integer()?)
    }

    fn deserialize_u32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        visitor.visit_u32(self.to_integer()?.try_into().map_err(|_| DecodeError)?)
    }

    fn deserialize_u64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        visitor.visit_u64(self.to_integer()?.try_into().map_err(|_| DecodeError)?)
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        visitor.visit_str(&self.to_text()?)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        visitor.visit_string(self.to_text()?)
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        self.deserialize_str(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        if self.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        if self.is_null() { visitor.visit_unit() } else { Err(DecodeError) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &str, visitor: V) -> Result<V::Value, DecodeError> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        visitor.visit_seq(Items::new(self.0.dyn_into().map_err(|_| DecodeError)?))
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        visitor.visit_map(Entries { entries: self.into_items()?, value: JsValue::UNDEFINED })
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        visitor.visit_seq(Fields { object: self.into_object()?, names: fields.iter() })
    }

    /// Reads a unit variant from a string, and a variant with content from an object with one entry.
    fn deserialize_enum<V: Visitor<'de>>(self, _: &str, _: &[&str], visitor: V) -> Result<V::Value, DecodeError> {
        let variant = match self.0.is_string() {
            true => Variant { name: self.0, content: JsValue::UNDEFINED },
            false => {
                let mut entries = self.into_items()?;
                if entries.list.length() != 1 {
                    return Err(DecodeError);
                }
                let entry: Array = entries.next().unchecked_into();
                Variant { name: entry.get(0), content: entry.get(1) }
            }
        };
        visitor.visit_enum(variant)
    }

    forward_to_deserialize_any! {
        i8 i16 i32 i128 u8 u16 u128 f32 f64 char bytes byte_buf unit_struct tuple tuple_struct ignored_any
    }
}

/// Iterates over an array.
struct Items {
    list: Array,
    at: u32,
}

impl Items {
    fn new(list: Array) -> Self {
        Self { list, at: 0 }
    }

    fn is_done(&self) -> bool {
        self.at >= self.list.length()
    }

    fn next(&mut self) -> JsValue {
        self.at += 1;
        self.list.get(self.at - 1)
    }
}

impl<'de> SeqAccess<'de> for Items {
    type Error = DecodeError;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, DecodeError> {
        if self.is_done() { Ok(None) } else { seed.deserialize(Value(self.next())).map(Some) }
    }
}

/// Reads an object's fields in the order in which the type declares them, so that serde compares no field names.
struct Fields {
    object: Object,
    names: std::slice::Iter<'static, &'static str>,
}

impl<'de> SeqAccess<'de> for Fields {
    type Error = DecodeError;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, DecodeError> {
        let name = self.names.next().ok_or(DecodeError)?;
        let value = Reflect::get(&self.object, &JsValue::from_str(name)).map_err(|_| DecodeError)?;
        if value.is_undefined() {
            // An absent field is `None` or has a default; serde uses the default if the sequence yields no value.
            return Ok(seed.deserialize(Value(value)).ok());
        }
        seed.deserialize(Value(value)).map(Some)
    }
}

/// Iterates over an object's entries, for maps.
struct Entries {
    entries: Items,
    value: JsValue,
}

impl<'de> MapAccess<'de> for Entries {
    type Error = DecodeError;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, DecodeError> {
        if self.entries.is_done() {
            return Ok(None);
        }
        let entry: Array = self.entries.next().unchecked_into();
        self.value = entry.get(1);
        seed.deserialize(Value(entry.get(0))).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, DecodeError> {
        seed.deserialize(Value(std::mem::take(&mut self.value)))
    }
}

struct Variant {
    name: JsValue,
    content: JsValue,
}

impl<'de> EnumAccess<'de> for Variant {
    type Error = DecodeError;
    type Variant = Value;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Value), DecodeError> {
        Ok((seed.deserialize(Value(self.name))?, Value(self.content)))
    }
}

impl<'de> VariantAccess<'de> for Value {
    type Error = DecodeError;

    fn unit_variant(self) -> Result<(), DecodeError> {
        Ok(())
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, DecodeError> {
        seed.deserialize(self)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, DecodeError> {
        self.deserialize_seq(visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        self.deserialize_struct("", fields, visitor)
    }
}
