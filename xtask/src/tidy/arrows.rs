//! Which part may name which: the arrows of `ARCHITECTURE.md` that Cargo cannot enforce.

use super::tree::{File, Tree};

/// A name that only some places may use.
struct Arrow {
    name: &'static str,
    /// The places it is about: paths that begin so.
    within: &'static [&'static str],
    /// The places that may use it all the same.
    but: &'static [&'static str],
    why: &'static str,
}

const RUST: &[&str] = &["app/", "model/", "server/"];
const NOT_THE_SERVER: &[&str] = &["app/", "model/"];
const NOWHERE: &[&str] = &[];

const ARROWS: &[Arrow] = &[
    Arrow {
        name: "kube",
        within: RUST,
        but: &["server/src/cluster"],
        why: "only `cluster` talks to a Kubernetes API",
    },
    Arrow {
        name: "k8s_openapi",
        within: NOT_THE_SERVER,
        but: NOWHERE,
        why: "Kubernetes' types end at `server/k8s`",
    },
    Arrow {
        name: "tokio",
        within: NOT_THE_SERVER,
        but: NOWHERE,
        why: "it would have to run in a browser",
    },
    Arrow {
        name: "leptos",
        within: &["model/"],
        but: NOWHERE,
        why: "the vocabulary knows no page",
    },
    Arrow { name: "tokio", within: &["server/k8s/"], but: NOWHERE, why: "`k8s` is pure" },
    Arrow { name: "hyper", within: &["server/k8s/"], but: NOWHERE, why: "`k8s` is pure" },
    Arrow {
        name: "skyports_model",
        within: &["server/demo/"],
        but: NOWHERE,
        why: "the demo shares no code with skyports, so that it cannot share a mistake",
    },
    Arrow {
        name: "skyports_k8s",
        within: &["server/demo/"],
        but: NOWHERE,
        why: "the demo shares no code with skyports, so that it cannot share a mistake",
    },
    Arrow {
        name: "skyports_app",
        within: &["server/demo/"],
        but: NOWHERE,
        why: "the demo shares no code with skyports, so that it cannot share a mistake",
    },
    Arrow {
        name: "skyports_demo",
        within: RUST,
        but: &["server/demo/", "server/src/cli/serve", "server/tests/"],
        why: "the demo is a server like any other: only who starts it knows it",
    },
    Arrow {
        name: "std::env",
        within: RUST,
        but: &["server/src/config", "server/build.rs", "app/examples/"],
        why: "the environment is read in `config` only",
    },
    Arrow {
        name: "inner_html",
        within: &["app/"],
        but: &["app/src/page.rs"],
        why: "text is escaped everywhere; only the page's own state and scripts are written as they are",
    },
    Arrow {
        name: "crate::dashboard",
        within: &["server/src/cluster", "server/src/probe"],
        // Its builders of endpoints.
        but: &["server/src/probe/tests"],
        why: "arrows lead from `dashboard` to `cluster` and `probe`",
    },
    Arrow {
        name: "crate::cluster",
        within: &["server/src/probe"],
        but: NOWHERE,
        why: "`probe` asks endpoints, not Kubernetes",
    },
    Arrow {
        name: "crate::web",
        within: &[
            "server/src/cluster",
            "server/src/dashboard",
            "server/src/probe",
            "server/src/config",
        ],
        but: NOWHERE,
        why: "`web` is on top",
    },
    Arrow {
        name: "crate::cli",
        within: &[
            "server/src/cluster",
            "server/src/dashboard",
            "server/src/probe",
            "server/src/web",
        ],
        but: NOWHERE,
        why: "`cli` is on top",
    },
];

/// Sentences about what breaks these rules.
pub(crate) fn check(tree: &Tree) -> Vec<String> {
    tree.ending(".rs")
        .flat_map(|file| {
            ARROWS.iter().filter(|arrow| arrow.applies(file)).flat_map(|arrow| arrow.broken(file))
        })
        .collect()
}

impl Arrow {
    fn applies(&self, file: &File) -> bool {
        let under = |places: &[&str]| places.iter().any(|place| file.path.starts_with(place));
        under(self.within) && !under(self.but)
    }

    fn broken(&self, file: &File) -> Vec<String> {
        let Self { name, why, .. } = self;
        let lines = file.code().filter(|(_, line)| names(line, name));
        lines.map(|(number, _)| format!("{}:{number} names `{name}`: {why}", file.path)).collect()
    }
}

/// Whether a line names a crate or an item: the word in a path, or after `use`.
fn names(line: &str, name: &str) -> bool {
    line.match_indices(name).any(|(at, _)| {
        let (before, after) =
            (line.get(..at).unwrap_or_default(), line.get(at + name.len()..).unwrap_or_default());
        let part_of_a_word = |c: char| c.is_alphanumeric() || c == '_';
        let begins = !before.ends_with(part_of_a_word) && !before.ends_with("::");
        let ends = !after.starts_with(part_of_a_word);
        let is_path =
            name.contains("::") || after.starts_with("::") || before.trim_end().ends_with("use");
        begins && ends && (is_path || name == "inner_html")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_a_whole_word_in_a_path() {
        for line in [
            "use kube::Client;",
            "    let c = kube::Client::new();",
            "use kube;",
            "pub use kube as k;",
        ] {
            assert!(names(line, "kube"), "{line}");
        }
        for line in [
            "use kube_core::Api;",
            "let kube = 1;",
            "\"kube/config\"",
            "use crate::kube::a;",
            "kubelet::run()",
        ] {
            assert!(!names(line, "kube"), "{line}");
        }
        assert!(names("<div inner_html=x>", "inner_html"));
        assert!(
            names("std::env::var(\"A\")", "std::env") && !names("std::environment", "std::env")
        );
    }

    #[test]
    fn a_wrong_arrow_is_told_with_its_line() {
        let tree = Tree::of(&[
            (
                "server/src/web/router.rs",
                "//! R.\n// kube::Client is not used here\nuse kube::Client;\n",
            ),
            ("server/src/cluster/watch.rs", "//! W.\nuse kube::Client;\n"),
            ("model/src/lib.rs", "//! M.\nuse tokio::time;\n"),
        ]);
        let broken = check(&tree);
        assert_eq!(broken.len(), 2, "{broken:?}");
        assert!(
            broken.iter().any(|it| it.starts_with("server/src/web/router.rs:3 ")),
            "{broken:?}"
        );
    }
}
