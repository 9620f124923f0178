//! What is wrong with one field of a request, in the words of Kubernetes' `field.Error`.

use serde_json::Value;

/// What is wrong with one field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Complaint {
    pub(crate) field: String,
    pub(crate) reason: &'static str,
    pub(crate) message: String,
}

impl Complaint {
    fn new(field: impl Into<String>, reason: &'static str, message: String) -> Self {
        Self { field: field.into(), reason, message }
    }

    /// It must not be given here.
    pub(crate) fn forbidden(field: impl Into<String>, why: &str) -> Self {
        Self::new(field, "FieldValueForbidden", format!("Forbidden: {why}"))
    }

    /// It must be one of the values known.
    pub(crate) fn unsupported(field: impl Into<String>, value: &str, known: &str) -> Self {
        let message = format!("Unsupported value: {value:?}: supported values: {known}");
        Self::new(field, "FieldValueNotSupported", message)
    }

    /// The same for what is no text.
    pub(crate) fn unsupported_list(field: &str, value: &[&str], known: &str) -> Self {
        let value = Value::from(value);
        let message = format!("Unsupported value: {value}: supported values: {known}");
        Self::new(field, "FieldValueNotSupported", message)
    }

    /// It breaks a rule.
    pub(crate) fn invalid(field: impl Into<String>, value: impl Into<Value>, why: &str) -> Self {
        let message = format!("Invalid value: {}: {why}", value.into());
        Self::new(field, "FieldValueInvalid", message)
    }

    /// It must be given.
    pub(crate) fn required(field: impl Into<String>, why: &str) -> Self {
        let why = if why.is_empty() { String::new() } else { format!(": {why}") };
        Self::new(field, "FieldValueRequired", format!("Required value{why}"))
    }

    /// Another has it already; `value` as Go would print it.
    pub(crate) fn duplicate(field: impl Into<String>, value: &str) -> Self {
        Self::new(field, "FieldValueDuplicate", format!("Duplicate value: {value}"))
    }

    /// It is longer than it may be.
    pub(crate) fn too_long(field: impl Into<String>, most: usize) -> Self {
        let message = format!("Too long: may not be more than {most} bytes");
        Self::new(field, "FieldValueTooLong", message)
    }
}
