//! What a path means.

use super::failure::Failure;
use super::review::Review;
use crate::store::{Key, Resource};

/// What is asked for.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// Whether the server lives: `/healthz`, `/livez`, `/readyz`.
    Health,
    /// `/version`.
    Version,
    /// `/api`: the versions of the core group.
    CoreVersions,
    /// `/apis`: the other groups.
    Groups,
    /// `/apis/GROUP`.
    Group(String),
    /// `/api/v1` and `/apis/GROUP/VERSION`: the kinds in it.
    Kinds(String, String),
    /// Objects of a kind, or one.
    Objects(Of),
    /// What who asks may do.
    Review(Review),
}

/// The objects that are meant.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Of {
    pub(super) resource: Resource,
    /// The namespace they are in; for one Namespace itself, as rights see it.
    pub(super) namespace: Option<String>,
    /// The one that is meant.
    pub(super) name: Option<String>,
}

impl Of {
    /// The one object that is meant.
    pub(super) fn key(&self) -> Option<Key> {
        let name = self.name.clone()?;
        let namespace = self.namespace.clone().filter(|_| self.resource.namespaced());
        Some(Key { resource: self.resource, namespace, name })
    }
}

impl Target {
    /// Takes a path apart; one that leads nowhere is 404, in the words for its place.
    pub(super) fn of(path: &str) -> Result<Self, Failure> {
        let words: Vec<&str> = path.split('/').filter(|word| !word.is_empty()).collect();
        match words.as_slice() {
            ["healthz" | "livez" | "readyz"] => Ok(Self::Health),
            ["version"] => Ok(Self::Version),
            ["api"] => Ok(Self::CoreVersions),
            ["apis"] => Ok(Self::Groups),
            ["api", version, rest @ ..] => Self::within("", version, rest),
            ["apis", group] => Ok(Self::Group((*group).to_owned())),
            ["apis", group, version, rest @ ..] => Self::within(group, version, rest),
            _ => Err(Failure::no_page()),
        }
    }

    fn within(group: &str, version: &str, rest: &[&str]) -> Result<Self, Failure> {
        if (group, version) == (super::review::GROUP, "v1") {
            return match rest {
                [] => Ok(Self::Kinds(group.to_owned(), version.to_owned())),
                [plural] => Review::at(plural).map(Self::Review).ok_or_else(Failure::no_resource),
                _ => Err(Failure::no_resource()),
            };
        }
        let known = |it: &Resource| it.group() == group && it.version() == version;
        if !Resource::ALL.iter().any(known) {
            // The core group is served by a part that knows no other.
            let core = group.is_empty();
            return Err(if core { Failure::no_resource() } else { Failure::no_page() });
        }
        let (namespace, plural, name) = match rest {
            [] => return Ok(Self::Kinds(group.to_owned(), version.to_owned())),
            ["namespaces", name] => (Some(*name), "namespaces", Some(*name)),
            ["namespaces", namespace, plural] => (Some(*namespace), *plural, None),
            ["namespaces", namespace, plural, name] => (Some(*namespace), *plural, Some(*name)),
            [plural] => (None, *plural, None),
            [plural, name] => (None, *plural, Some(*name)),
            _ => return Err(Failure::no_resource()),
        };
        let resource = Resource::at(group, version, plural).ok_or_else(Failure::no_resource)?;
        let is_possible = match (resource, resource.namespaced()) {
            (Resource::Namespaces, _) => namespace == name,
            // All namespaces can be asked for all, not for one.
            (_, true) => namespace.is_some() || name.is_none(),
            (_, false) => namespace.is_none(),
        };
        if !is_possible {
            return Err(Failure::no_resource());
        }
        let owned = |text: Option<&str>| text.map(str::to_owned);
        Ok(Self::Objects(Of { resource, namespace: owned(namespace), name: owned(name) }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(resource: Resource, namespace: Option<&str>, name: Option<&str>) -> Target {
        let owned = |text: Option<&str>| text.map(str::to_owned);
        Target::Objects(Of { resource, namespace: owned(namespace), name: owned(name) })
    }

    #[test]
    fn a_path_says_which_objects() {
        let at = |path: &str| Target::of(path).ok();
        let pods = "/api/v1/namespaces/ml/pods";
        for (path, wanted) in [
            ("/api/v1/pods", of(Resource::Pods, None, None)),
            (pods, of(Resource::Pods, Some("ml"), None)),
            (&format!("{pods}/a"), of(Resource::Pods, Some("ml"), Some("a"))),
            ("/api/v1/namespaces/ml", of(Resource::Namespaces, Some("ml"), Some("ml"))),
            (
                "/apis/networking.k8s.io/v1/ingressclasses/c",
                of(Resource::IngressClasses, None, Some("c")),
            ),
            ("/api/v1/", Target::Kinds(String::new(), "v1".to_owned())),
        ] {
            assert_eq!(at(path), Some(wanted), "{path}");
        }
        for wrong in [
            "/api/v1/pods/a",
            "/api/v1/namespaces/ml/nodes",
            "/api/v2/pods",
            "/apis/networking.k8s.io/v1/pods",
            "/api/v1/namespaces/ml/pods/a/log",
            "/",
        ] {
            assert_eq!(at(wrong), None, "{wrong}");
        }
    }
}
