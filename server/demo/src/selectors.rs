//! Which objects of a kind are meant: label selectors and field selectors, read as a real API
//! server reads them.

mod fields;
mod label_names;
mod label_parser;
mod labels;

use serde_json::Value;
use thiserror::Error;

use self::fields::Fields;
use self::labels::Labels;
use crate::resource::Resource;

/// Why a selector cannot be read, as a real server says it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{0}")]
pub(crate) struct SelectorError(String);

/// Both selectors; an empty one takes all.
#[derive(Debug, Clone, Default)]
pub(crate) struct Selectors {
    labels: Labels,
    fields: Fields,
}

impl Selectors {
    /// Reads them.
    pub(crate) fn parse(
        resource: Resource,
        labels: &str,
        fields: &str,
    ) -> Result<Self, SelectorError> {
        let labels = label_parser::parse(labels)?;
        Ok(Self { labels, fields: Fields::parse(resource, fields)? })
    }

    /// Whether an object is meant.
    pub(crate) fn matches(&self, object: &Value) -> bool {
        self.labels.matches(object) && self.fields.matches(object)
    }

    /// Whether nothing is asked for.
    pub(crate) fn is_empty(&self) -> bool {
        self.labels.is_empty() && self.fields.is_empty()
    }

    /// The one value that a field must have: `metadata.name`, `metadata.namespace`.
    pub(crate) fn exact(&self, field: &str) -> Option<&str> {
        self.fields.exact(field)
    }
}
