//! A set of fields, as `fieldsV1` writes it.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

/// Fields of an object. Each step is written as in `fieldsV1`: `f:NAME` for a field, `k:{…}` for an
/// item of a list by its keys, `v:…` for a value of a set.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Paths {
    here: bool,
    below: BTreeMap<String, Paths>,
}

impl Paths {
    pub(super) fn parse(document: &Value) -> Self {
        let Some(fields) = document.as_object() else { return Self::default() };
        let mut paths = Self::default();
        for (step, below) in fields {
            if step == "." {
                paths.here = true;
            } else {
                let mut below = Self::parse(below);
                below.here |= below.below.is_empty();
                paths.below.insert(step.clone(), below);
            }
        }
        paths
    }

    /// As `fieldsV1` has it.
    pub(crate) fn document(&self) -> Value {
        let mut fields = Map::new();
        if self.here && !self.below.is_empty() {
            fields.insert(".".to_owned(), Map::new().into());
        }
        fields.extend(self.below.iter().map(|(step, below)| (step.clone(), below.document())));
        fields.into()
    }

    pub(super) fn insert(&mut self, path: &[String]) {
        match path.split_first() {
            None => self.here = true,
            Some((step, rest)) => self.below.entry(step.clone()).or_default().insert(rest),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        !self.here && self.below.values().all(Self::is_empty)
    }

    /// Whether this very field is one of them.
    pub(super) fn is_here(&self) -> bool {
        self.here
    }

    /// The fields below a step.
    pub(super) fn below(&self, step: &str) -> Option<&Self> {
        self.below.get(step)
    }

    /// Those of both.
    pub(super) fn with(mut self, other: &Self) -> Self {
        self.here |= other.here;
        for (step, below) in &other.below {
            let mine = self.below.remove(step).unwrap_or_default();
            self.below.insert(step.clone(), mine.with(below));
        }
        self
    }

    /// Those that are not in the other; each field for itself, whatever is below it.
    pub(super) fn without(mut self, other: &Self) -> Self {
        self.here &= !other.here;
        for (step, theirs) in &other.below {
            if let Some(mine) = self.below.remove(step) {
                let left = mine.without(theirs);
                if !left.is_empty() {
                    self.below.insert(step.clone(), left);
                }
            }
        }
        self
    }

    /// Those that are in both.
    pub(super) fn shared(&self, other: &Self) -> Self {
        let both = |(step, mine): (&String, &Self)| {
            let shared = mine.shared(other.below.get(step)?);
            (!shared.is_empty()).then(|| (step.clone(), shared))
        };
        Self { here: self.here && other.here, below: self.below.iter().filter_map(both).collect() }
    }

    /// Each as messages spell it; as in a real server, the fields of a level before what is below
    /// any of them.
    pub(super) fn spelled(&self) -> Vec<String> {
        let mut spelled = vec![];
        self.spell("", &mut spelled);
        spelled
    }

    fn spell(&self, before: &str, spelled: &mut Vec<String>) {
        let here = |(step, below): (&String, &Self)| {
            below.here.then(|| format!("{before}{}", words(step)))
        };
        spelled.extend(self.below.iter().filter_map(here));
        for (step, below) in &self.below {
            below.spell(&format!("{before}{}", words(step)), spelled);
        }
    }
}

pub(super) fn words(step: &str) -> String {
    match step.split_once(':') {
        Some(("f", name)) => format!(".{name}"),
        Some(("v", value)) => format!("[={value}]"),
        Some(("k", keys)) => {
            let keys: Map<String, Value> = serde_json::from_str(keys).unwrap_or_default();
            let keys: Vec<String> = keys.iter().map(|(key, is)| format!("{key}={is}")).collect();
            format!("[{}]", keys.join(","))
        }
        _ => step.to_owned(),
    }
}
