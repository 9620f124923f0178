//! Who may ask, and what of it is allowed.

use http::{HeaderMap, Method, header};
use subtle::ConstantTimeEq as _;

use super::Rules;
use super::failure::Failure;
use super::path::Of;
use crate::store::Resource;

/// What is done with objects, as rights name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    /// One object.
    Get,
    /// All objects of a kind.
    List,
    /// Their changes.
    Watch,
    /// A new object.
    Create,
    /// All of an object anew.
    Update,
    /// A part of an object.
    Patch,
    /// The end of an object.
    Delete,
    /// The end of all objects of a kind.
    DeleteCollection,
}

impl Verb {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Get,
        Self::List,
        Self::Watch,
        Self::Create,
        Self::Update,
        Self::Patch,
        Self::Delete,
        Self::DeleteCollection,
    ];

    /// As rights and refusals spell it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Get => "get",
            Self::List => "list",
            Self::Watch => "watch",
            Self::Create => "create",
            Self::Update => "update",
            Self::Patch => "patch",
            Self::Delete => "delete",
            Self::DeleteCollection => "deletecollection",
        }
    }

    /// What a request does, to one object or to all; `None` for what no server knows.
    pub(super) fn of(method: &Method, one: bool, watches: bool) -> Option<Self> {
        Some(match (method.as_str(), one) {
            ("GET", true) => Self::Get,
            ("GET", false) if watches => Self::Watch,
            ("GET", false) => Self::List,
            ("POST", false) => Self::Create,
            ("PUT", true) => Self::Update,
            ("PATCH", true) => Self::Patch,
            ("DELETE", true) => Self::Delete,
            ("DELETE", false) => Self::DeleteCollection,
            _ => return None,
        })
    }
}

/// Refuses everybody who does not show the token.
pub(super) fn check_token(token: &str, headers: &HeaderMap) -> Result<(), Failure> {
    let shown = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let shown = shown.and_then(|value| value.split_once(' ')).filter(|(scheme, _)| {
        // As RFC 9110 has it: a scheme's case does not count.
        scheme.eq_ignore_ascii_case("bearer")
    });
    let is_right = shown.is_some_and(|(_, it)| it.trim().as_bytes().ct_eq(token.as_bytes()).into());
    if is_right { Ok(()) } else { Err(Failure::unauthorized()) }
}

impl Rules {
    /// Whether something may be done with objects of a kind there.
    pub(super) fn allow(&self, verb: Verb, resource: Resource, namespace: Option<&str>) -> bool {
        let only = self.only_namespace.as_deref();
        let outside = only.is_some() && only != namespace;
        !outside && !self.forbidden.contains(&(verb, resource))
    }

    /// Whether everything may be done.
    pub(super) fn allow_all(&self) -> bool {
        self.only_namespace.is_none() && self.forbidden.is_empty()
    }
}

/// Refuses what the rules forbid, in the words of a real server.
pub(super) fn check_rules(rules: &Rules, verb: Verb, of: &Of) -> Result<(), Failure> {
    if rules.allow(verb, of.resource, of.namespace.as_deref()) {
        return Ok(());
    }
    let place = match &of.namespace {
        Some(namespace) => format!("in the namespace \"{namespace}\""),
        None => "at the cluster scope".to_owned(),
    };
    let (plural, group) = (of.resource.plural(), of.resource.group());
    let sentence = format!(
        "User \"{}\" cannot {} resource \"{plural}\" in API group \"{group}\" {place}",
        rules.user,
        verb.name(),
    );
    Err(Failure::forbidden(of, &sentence))
}
