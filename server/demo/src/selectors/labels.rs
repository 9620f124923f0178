//! What a label selector asks for.

use serde_json::Value;

use crate::document::part;

/// All of these must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Labels(pub(super) Vec<Requirement>);

/// One thing that must hold of one label.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Requirement {
    pub(super) key: String,
    pub(super) must: Must,
}

/// What must hold of a label.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Must {
    /// It is there.
    Exist,
    /// It is not there.
    NotExist,
    /// It is one of these.
    BeIn(Vec<String>),
    /// It is none of these, or not there.
    NotBeIn(Vec<String>),
    /// It is a greater number.
    BeOver(i64),
    /// It is a smaller number.
    BeUnder(i64),
}

impl Labels {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn matches(&self, object: &Value) -> bool {
        let labels = part(object, "/metadata/labels");
        self.0.iter().all(|it| it.must.holds(labels.get(&it.key).and_then(Value::as_str)))
    }
}

impl Must {
    fn holds(&self, value: Option<&str>) -> bool {
        let is_in =
            |values: &[String]| value.is_some_and(|value| values.iter().any(|it| it == value));
        let number = || value.and_then(|value| value.parse::<i64>().ok());
        match self {
            Self::Exist => value.is_some(),
            Self::NotExist => value.is_none(),
            Self::BeIn(values) => is_in(values),
            Self::NotBeIn(values) => !is_in(values),
            Self::BeOver(bound) => number().is_some_and(|number| number > *bound),
            Self::BeUnder(bound) => number().is_some_and(|number| number < *bound),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::label_parser::parse;
    use serde_json::json;

    #[test]
    fn a_selector_takes_what_it_says() {
        let object = json!({"metadata": {"labels": {"app": "a", "n": "7", "empty": ""}}});
        let takes = |text: &str| parse(text).unwrap().matches(&object);
        for text in [
            "",
            "app",
            "!other",
            "app=a",
            "app==a",
            "app!=b",
            "other!=b",
            "app in (a,b)",
            "app notin (b , c)",
            "other notin (a)",
            "n>6",
            "n<8,app",
            "empty=",
            "empty in (,)",
        ] {
            assert!(takes(text), "{text}");
        }
        for text in
            ["other", "!app", "app=b", "app!=a", "app in (b)", "app notin (a,b)", "n>7", "app>1"]
        {
            assert!(!takes(text), "{text}");
        }
    }
}
