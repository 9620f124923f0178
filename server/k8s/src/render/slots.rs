//! What stands in a template's slots: texts that are quoted, and numbers of ports.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use askama::filters::Safe;
use skyports_model::Port;

use crate::manifest::{Meta, Path};

/// A text for a slot. It is written in one piece, since each piece is quoted by itself.
pub(super) struct Text<'a>(Cow<'a, str>);

impl<'a> From<&'a str> for Text<'a> {
    fn from(text: &'a str) -> Self {
        Self(text.into())
    }
}

impl From<String> for Text<'_> {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A port's slots.
pub(super) struct PortSlots(pub(super) Port);

impl PortSlots {
    /// The number, the one thing that is not quoted.
    pub(super) fn number(&self) -> Safe<u16> {
        Safe(self.0.number())
    }

    pub(super) fn name(&self) -> Text<'static> {
        format!("port{}", self.0).into()
    }
}

/// Entries of a map.
pub(super) struct EntrySlots<'a>(pub(super) &'a BTreeMap<String, String>);

impl<'a> EntrySlots<'a> {
    pub(super) fn entries(&self) -> impl Iterator<Item = (Text<'a>, Text<'a>)> + use<'a> {
        self.0.iter().map(|(key, value)| (key.as_str().into(), value.as_str().into()))
    }
}

/// A path's slots.
pub(super) struct PathSlots<'a> {
    path: &'a Path,
    pub(super) port: PortSlots,
}

impl<'a> PathSlots<'a> {
    pub(super) fn of(path: &'a Path) -> Self {
        Self { path, port: PortSlots(path.port) }
    }

    pub(super) fn path(&self) -> Text<'a> {
        self.path.expression.as_str().into()
    }

    pub(super) fn service(&self) -> Text<'a> {
        self.path.service.as_str().into()
    }
}

/// The slots of an object's metadata.
pub(super) struct MetaSlots<'a>(pub(super) &'a Meta);

impl<'a> MetaSlots<'a> {
    pub(super) fn name(&self) -> Text<'a> {
        self.0.name.as_str().into()
    }

    pub(super) fn namespace(&self) -> Text<'a> {
        self.0.namespace.as_str().into()
    }

    pub(super) fn labels(&self) -> impl Iterator<Item = (Text<'a>, Text<'a>)> + use<'a> {
        EntrySlots(&self.0.labels).entries()
    }

    pub(super) fn has_annotations(&self) -> bool {
        !self.0.annotations.is_empty()
    }

    pub(super) fn annotations(&self) -> impl Iterator<Item = (Text<'a>, Text<'a>)> + use<'a> {
        EntrySlots(&self.0.annotations).entries()
    }

    pub(super) fn owner_version(&self) -> Text<'a> {
        self.0.owner.kind.version().into()
    }

    pub(super) fn owner_kind(&self) -> Text<'a> {
        self.0.owner.kind.as_str().into()
    }

    pub(super) fn owner_name(&self) -> Text<'a> {
        self.0.owner.name.as_str().into()
    }

    pub(super) fn owner_uid(&self) -> Text<'a> {
        self.0.owner.uid.as_str().into()
    }
}
