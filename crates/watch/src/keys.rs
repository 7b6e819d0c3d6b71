//! One JSON object as its keys in order, so that errors can point at a key without repeating it.

use crate::event::EventError;
use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};
use serde_json::Value;
use std::fmt;

/// The keys and values of one JSON object, in the order they were written, each key once.
pub(crate) struct Keys(pub(crate) Vec<(String, Value)>);

impl Keys {
    /// Reads one object.
    pub(crate) fn read(line: &str) -> Result<Self, EventError> {
        let keys: Self = serde_json::from_str(line).map_err(|error| {
            if error.is_data() {
                EventError::NotAnObject
            } else {
                EventError::NotJson
            }
        })?;
        for (position, (key, _)) in keys.0.iter().enumerate() {
            if keys.0[..position].iter().any(|(earlier, _)| earlier == key) {
                return Err(EventError::RepeatedKey(position + 1));
            }
        }
        Ok(keys)
    }

    /// The value under `path`, with null and what lies below a non-object counted as absent.
    pub(crate) fn get(&self, path: &[&str]) -> Option<&Value> {
        let (first, rest) = path.split_first()?;
        let top = self.0.iter().find(|(key, _)| key == first).map(|(_, v)| v);
        rest.iter()
            .try_fold(top?, |value, key| value.get(key))
            .filter(|value| !value.is_null())
    }
}

impl<'de> Deserialize<'de> for Keys {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Keys;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Keys, M::Error> {
                let mut keys = Vec::with_capacity(8);
                while let Some(entry) = map.next_entry()? {
                    keys.push(entry);
                }
                Ok(Keys(keys))
            }
        }
        input.deserialize_map(Reader)
    }
}
