//! One object that does not decode must not poison a whole list or watch.
//!
//! Unlike kube's `DeserializeGuard` this keeps the object's text instead of a tree of values: a
//! `SkyPilot` pod is 70 kB of JSON, and a tree of it is built and cloned for each.

use std::borrow::Cow;

use kube::api::ObjectMeta;
use kube::core::Resource;
use serde::{Deserialize, Deserializer, de};
use serde_json::value::RawValue;

/// An object, or the metadata of one that could not be decoded and why.
#[derive(Debug, Clone)]
pub(crate) enum Guarded<K> {
    /// The object.
    Readable(K),
    /// What is known of an object that could not be decoded.
    Unreadable {
        /// Its metadata.
        metadata: Box<ObjectMeta>,
        /// The decoder's complaint.
        error: String,
    },
}

#[derive(Deserialize)]
struct OnlyMetadata {
    metadata: Box<ObjectMeta>,
}

impl<'de, K: de::DeserializeOwned> Deserialize<'de> for Guarded<K> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Box::<RawValue>::deserialize(deserializer)?;
        match serde_json::from_str(text.get()) {
            Ok(object) => Ok(Self::Readable(object)),
            Err(error) => {
                let OnlyMetadata { metadata } =
                    serde_json::from_str(text.get()).map_err(de::Error::custom)?;
                Ok(Self::Unreadable { metadata, error: error.to_string() })
            }
        }
    }
}

impl<K: Resource> Resource for Guarded<K> {
    type DynamicType = K::DynamicType;
    type Scope = K::Scope;

    fn kind(dt: &Self::DynamicType) -> Cow<'_, str> {
        K::kind(dt)
    }
    fn group(dt: &Self::DynamicType) -> Cow<'_, str> {
        K::group(dt)
    }
    fn version(dt: &Self::DynamicType) -> Cow<'_, str> {
        K::version(dt)
    }
    fn plural(dt: &Self::DynamicType) -> Cow<'_, str> {
        K::plural(dt)
    }
    fn meta(&self) -> &ObjectMeta {
        match self {
            Self::Readable(object) => object.meta(),
            Self::Unreadable { metadata, .. } => metadata,
        }
    }
    fn meta_mut(&mut self) -> &mut ObjectMeta {
        match self {
            Self::Readable(object) => object.meta_mut(),
            Self::Unreadable { metadata, .. } => metadata,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use k8s_openapi::api::core::v1::Service;
    use kube::api::{ObjectList, WatchEvent};

    #[test]
    fn an_unreadable_object_keeps_its_name_and_spares_the_list() {
        let list = r#"{"kind":"ServiceList","apiVersion":"v1","metadata":{"resourceVersion":"7"},"items":[
            {"metadata":{"name":"good"}},{"metadata":{"name":"bad"},"spec":{"ports":"many"}}]}"#;
        let list: ObjectList<Guarded<Service>> = serde_json::from_str(list).unwrap();
        let list = list.items;
        assert!(
            matches!(&list[0], Guarded::Readable(s) if s.metadata.name.as_deref() == Some("good"))
        );
        assert!(
            matches!(&list[1], Guarded::Unreadable { metadata, .. } if metadata.name.as_deref() == Some("bad"))
        );
    }

    #[test]
    fn a_watch_event_carries_an_unreadable_object() {
        let event = r#"{"type":"MODIFIED","object":{"metadata":{"name":"bad"},"spec":7}}"#;
        let event: WatchEvent<Guarded<Service>> = serde_json::from_str(event).unwrap();
        assert!(matches!(event, WatchEvent::Modified(Guarded::Unreadable { .. })));
    }
}
