//! Icons from the sheet `style/assets/icons.svg`.

use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::node::{Element, el};

/// Where the sheet of icons is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Icons(Arc<str>);

impl Icons {
    /// The sheet at a path.
    pub(crate) fn at(path: &str) -> Self {
        Self(path.into())
    }

    fn address(&self, name: &str) -> String {
        // Several a row: this is measurably cheaper than `format!`.
        [&self.0, "#i-", name].concat()
    }
}

impl Serialize for Icons {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Icons {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|path| Self::at(&path))
    }
}

/// An outlined icon.
pub(crate) fn icon(name: &str, icons: &Icons) -> Element {
    drawn("icon", name, icons)
}

/// A filled icon: the states.
pub(crate) fn glyph(name: &str, icons: &Icons) -> Element {
    drawn("icon glyph", name, icons)
}

/// An icon of the given classes.
pub(crate) fn drawn(class: &'static str, name: &str, icons: &Icons) -> Element {
    el("svg")
        .class(class)
        .attr("aria-hidden", "true")
        .with(el("use").attr("href", icons.address(name)))
}
