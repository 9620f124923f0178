//! What SkyPilot's own config says of a context: the mode in which it opens ports, and the metadata
//! that it gives every object.
//!
//! Read as `sky/skypilot_config.py` of 0.14.1 does: the file of `SKYPILOT_CONFIG` alone, else the
//! user's file with the project's over it. A key of `context_configs` wins over the general one.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use skyports_model::{ContextName, Mode};

/// What concerns us of SkyPilot's config.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SkyPilotConfig {
    general: Section,
    contexts: BTreeMap<String, Section>,
    /// The files that it was read from, the one that wins last.
    pub files: Vec<PathBuf>,
    /// What could not be read, and why; SkyPilot itself would end there.
    pub problems: Vec<String>,
}

/// What a context's config says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ForContext {
    /// The mode, if one is named that SkyPilot knows.
    pub ports: Option<Mode>,
    /// Labels for every object.
    pub labels: BTreeMap<String, String>,
    /// Annotations for every object.
    pub annotations: BTreeMap<String, String>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
struct Section {
    ports: Option<String>,
    custom_metadata: Option<Metadata>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
struct Metadata {
    labels: BTreeMap<String, String>,
    annotations: BTreeMap<String, String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct File {
    kubernetes: Option<Kubernetes>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Kubernetes {
    #[serde(flatten)]
    general: Section,
    context_configs: BTreeMap<String, Section>,
}

impl SkyPilotConfig {
    /// Reads the files, in which each overrides those before it. One that is not there says nothing.
    pub fn read(files: &[PathBuf]) -> Self {
        files.iter().fold(Self::default(), |config, file| match std::fs::read_to_string(file) {
            Ok(text) => config.with(file, &text),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => config,
            Err(error) => config.failing(file, &error.to_string()),
        })
    }

    fn with(mut self, path: &Path, text: &str) -> Self {
        // An empty file is a config that says nothing.
        let file = match serde_yaml_ng::from_str::<Option<File>>(text) {
            Ok(file) => file.unwrap_or_default(),
            Err(error) => return self.failing(path, &error.to_string()),
        };
        let Kubernetes { general, context_configs } = file.kubernetes.unwrap_or_default();
        self.general.take(general);
        for (name, section) in context_configs {
            self.contexts.entry(name).or_default().take(section);
        }
        self.files.push(path.to_owned());
        self
    }

    fn failing(mut self, path: &Path, error: &str) -> Self {
        self.problems.push(format!("{}: {error}", path.display()));
        self
    }

    /// What it says of a context.
    pub fn of(&self, context: &ContextName) -> ForContext {
        let own = self.contexts.get(context.as_str());
        let sections = || own.into_iter().chain([&self.general]);
        let ports = sections().find_map(|section| section.ports.as_deref());
        let metadata = sections().find_map(|section| section.custom_metadata.clone());
        let Metadata { labels, annotations } = metadata.unwrap_or_default();
        ForContext { ports: ports.and_then(Mode::parse), labels, annotations }
    }
}

impl Section {
    /// Takes what another file says.
    fn take(&mut self, Section { ports, custom_metadata }: Section) {
        if ports.is_some() {
            self.ports = ports;
        }
        if let Some(Metadata { labels, annotations }) = custom_metadata {
            let own = self.custom_metadata.get_or_insert_default();
            own.labels.extend(labels);
            own.annotations.extend(annotations);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(texts: &[&str]) -> SkyPilotConfig {
        let files = texts.iter().enumerate();
        files.fold(SkyPilotConfig::default(), |config, (number, text)| {
            config.with(Path::new(&format!("{number}.yaml")), text)
        })
    }

    fn context(name: &str) -> ContextName {
        ContextName::parse(name).unwrap()
    }

    #[test]
    fn a_context_wins_over_the_general_setting() {
        let config = config(&["
kubernetes:
  ports: ingress
  custom_metadata: {labels: {team: ml}}
  allowed_contexts: [a, b]
  context_configs:
    a: {ports: loadbalancer, autoscaler: gke}
"]);
        assert_eq!(config.of(&context("a")).ports, Some(Mode::LoadBalancer));
        assert_eq!(config.of(&context("b")).ports, Some(Mode::Ingress));
        assert_eq!(config.of(&context("a")).labels["team"], "ml");
        assert!(config.problems.is_empty(), "{:?}", config.problems);
    }

    #[test]
    fn a_later_file_wins_key_by_key() {
        let config = config(&[
            "kubernetes: {ports: ingress, custom_metadata: {labels: {a: x, b: x}}}",
            "kubernetes: {custom_metadata: {labels: {b: y}, annotations: {c: z}}}",
        ]);
        let found = config.of(&context("any"));
        assert_eq!(found.ports, Some(Mode::Ingress));
        assert_eq!(found.labels, BTreeMap::from([("a", "x"), ("b", "y")].map(owned)));
        assert_eq!(found.annotations, BTreeMap::from([("c", "z")].map(owned)));
    }

    fn owned((key, value): (&str, &str)) -> (String, String) {
        (key.to_owned(), value.to_owned())
    }

    #[test]
    fn what_says_nothing_is_no_problem_and_what_cannot_be_read_is_told() {
        for text in ["", "# only a comment\n", "aws: {vpc_name: x}", "kubernetes:\n"] {
            let config = config(&[text]);
            assert_eq!(config.of(&context("a")), ForContext::default(), "{text}");
            assert!(config.problems.is_empty(), "{text}");
        }
        let broken = config(&["kubernetes: {ports: ingress}", "kubernetes: [1, 2"]);
        assert_eq!(broken.problems.len(), 1);
        assert!(broken.problems[0].starts_with("1.yaml: "), "{:?}", broken.problems);
        assert_eq!(broken.of(&context("a")).ports, Some(Mode::Ingress));
        assert_eq!(config(&["kubernetes: {ports: what}"]).of(&context("a")).ports, None);
    }
}
