//! `kubectl` commands to copy, each for the context and namespace that it is meant for.

use crate::id::{ContextName, Namespace, ObjectRef};
use crate::shell::{shell_option, shell_word};

/// `kubectl` in a context.
///
/// Somebody with several contexts must be able to copy a command without a thought. The context
/// of a Pod's own account has no entry in anybody's kubeconfig, so its commands name none.
#[derive(Debug, Clone, Copy)]
pub struct Kubectl<'a> {
    context: &'a ContextName,
    namespace: Option<&'a Namespace>,
}

impl<'a> Kubectl<'a> {
    /// Commands for that context.
    pub fn of(context: &'a ContextName) -> Self {
        Self { context, namespace: None }
    }

    /// The same within a namespace.
    #[must_use]
    pub fn within(self, namespace: &'a Namespace) -> Self {
        Self { namespace: Some(namespace), ..self }
    }

    /// A command from its words, each of which is quoted.
    pub fn command<'w>(self, words: impl IntoIterator<Item = &'w str>) -> String {
        let mut command = "kubectl".to_owned();
        if *self.context != ContextName::in_cluster() {
            command = format!("{command} {}", shell_option("--context", self.context.as_str()));
        }
        if let Some(namespace) = self.namespace {
            command = format!("{command} {}", shell_option("-n", namespace.as_str()));
        }
        for word in words {
            command = format!("{command} {}", shell_word(word));
        }
        command
    }

    /// `kubectl describe` of an object, which tells its events too.
    pub fn describe(self, object: &'a ObjectRef) -> String {
        self.within(&object.namespace).command(["describe", &object.path()])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::ObjectKind;

    fn object(name: &str) -> ObjectRef {
        let namespace = Namespace::parse("ml").unwrap();
        ObjectRef { kind: ObjectKind::Service, namespace, name: name.to_owned() }
    }

    #[test]
    fn a_command_names_its_context() {
        let context = ContextName::parse("arn:aws:eks:eu-west-1:1:cluster/serve").unwrap();
        assert_eq!(
            Kubectl::of(&context).describe(&object("train--skypilot-lb")),
            "kubectl --context arn:aws:eks:eu-west-1:1:cluster/serve -n ml describe service/train--skypilot-lb"
        );
        let here = ContextName::in_cluster();
        assert_eq!(Kubectl::of(&here).command(["get", "pods"]), "kubectl get pods");
    }

    #[test]
    fn no_name_becomes_a_flag_or_a_command() {
        let context = ContextName::parse("-x; reboot").unwrap();
        assert_eq!(
            Kubectl::of(&context).describe(&object("--all $(id)")),
            "kubectl --context='-x; reboot' -n ml describe 'service/--all $(id)'"
        );
    }
}
