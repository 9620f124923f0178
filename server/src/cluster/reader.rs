//! Who reads, as Kubernetes knows them.

use serde_json::{Value, json};
use thiserror::Error;

/// A longer name is none that a person has.
const LONGEST: usize = 512;
/// More groups than any directory gives somebody.
const MOST_GROUPS: usize = 1_000;
/// Names with this prefix are Kubernetes' own: `system:masters` passes every check, and every
/// webhook, too.
const RESERVED: &str = "system:";
/// The group of everybody who is somebody; the API server puts each user into it.
const AUTHENTICATED: &str = "system:authenticated";

/// A user whose identity was verified, under the names that the API server has for user and groups.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Reader {
    user: String,
    /// Sorted, each once.
    groups: Vec<String>,
}

/// Why somebody can be no reader.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NoReader {
    /// No name, or none that can be sent or shown.
    #[error("a {0} is empty, too long, or holds characters that do not show")]
    Name(&'static str),
    /// A name that Kubernetes keeps for itself.
    #[error("the {0} begins with `system:`, which Kubernetes keeps for itself")]
    Reserved(&'static str),
    /// More groups than can be asked about.
    #[error("there are more than {MOST_GROUPS} groups")]
    Groups,
}

impl Reader {
    /// A reader of that name and those groups.
    ///
    /// # Errors
    /// Where a name is none, or one that Kubernetes keeps for itself.
    pub fn new(user: String, mut groups: Vec<String>) -> Result<Self, NoReader> {
        check(&user, "user’s name")?;
        if groups.len() > MOST_GROUPS {
            return Err(NoReader::Groups);
        }
        groups.iter().try_for_each(|group| check(group, "group’s name"))?;
        groups.sort_unstable();
        groups.dedup();
        Ok(Self { user, groups })
    }

    /// The name.
    pub fn user(&self) -> &str {
        &self.user
    }

    /// The groups, but for those that the API server adds by itself.
    pub fn groups(&self) -> &[String] {
        &self.groups
    }

    /// The question whether this reader may do something: a `SubjectAccessReview`.
    pub(super) fn review(&self, attributes: &Value) -> Value {
        let groups: Vec<&str> =
            self.groups.iter().map(String::as_str).chain([AUTHENTICATED]).collect();
        json!({
            "apiVersion": "authorization.k8s.io/v1",
            "kind": "SubjectAccessReview",
            "spec": { "user": self.user, "groups": groups, "resourceAttributes": attributes },
        })
    }
}

fn check(name: &str, what: &'static str) -> Result<(), NoReader> {
    let is_shown = !name.chars().any(skyports_model::finding::is_unseen);
    if name.trim().is_empty() || name.len() > LONGEST || !is_shown {
        return Err(NoReader::Name(what));
    }
    // Whatever its case: what compares it may not look at that.
    let is_reserved =
        name.get(..RESERVED.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(RESERVED));
    if is_reserved { Err(NoReader::Reserved(what)) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reader(user: &str, groups: &[&str]) -> Result<Reader, NoReader> {
        Reader::new(user.to_owned(), groups.iter().map(|&it| it.to_owned()).collect())
    }

    #[test]
    fn nobody_is_one_of_kubernetes_own() {
        for (user, groups) in [
            ("system:admin", &[][..]),
            ("System:admin", &[]),
            ("ada", &["system:masters"]),
            ("ada", &["ml", "SYSTEM:masters"]),
        ] {
            assert!(
                matches!(reader(user, groups), Err(NoReader::Reserved(_))),
                "{user} {groups:?}"
            );
        }
        assert!(reader("oidc:system:admin", &["oidc:system:masters"]).is_ok());
    }

    #[test]
    fn names_can_be_seen_and_sent() {
        let long = "a".repeat(LONGEST + 1);
        for user in ["", " ", "a\nb", "a\r\nX-Evil: 1", "ada\u{202e}", long.as_str()] {
            assert!(matches!(reader(user, &[]), Err(NoReader::Name(_))), "{user:?}");
            assert!(matches!(reader("ada", &[user]), Err(NoReader::Name(_))), "{user:?}");
        }
        let many = vec!["g"; MOST_GROUPS + 1];
        assert_eq!(reader("ada", &many), Err(NoReader::Groups));
    }

    #[test]
    fn the_order_of_groups_makes_nobody_another() {
        assert_eq!(reader("ada", &["b", "a", "b"]), reader("ada", &["a", "b"]));
        let review = reader("ada", &["b", "a"]).unwrap().review(&json!({ "verb": "list" }));
        assert_eq!(review.pointer("/spec/groups"), Some(&json!(["a", "b", AUTHENTICATED])));
    }
}
