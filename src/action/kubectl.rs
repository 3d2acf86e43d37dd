//! kubectl's command line: what plans and the runbook ask of the cluster.

use std::fmt::Display;

use schemars::JsonSchema;
use serde::Serialize;

/// A call of kubectl.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct KubectlCall {
    /// The command, such as `rollout status`.
    pub command: &'static str,
    /// The object: a kind and a name, `kind/name`, or a kind alone.
    pub operands: Vec<String>,
    /// The namespace; null if the command needs none.
    pub namespace: Option<String>,
    /// The other arguments.
    pub arguments: Vec<KubectlArgument>,
}

/// An argument of kubectl.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case", rename_all_fields = "kebab-case")]
pub enum KubectlArgument {
    /// A word, such as an annotation.
    Word(String),
    /// A flag without a value.
    Switch(&'static str),
    /// A flag with its value.
    Flag {
        /// The flag without its dashes.
        name: &'static str,
        /// The value.
        value: String,
    },
}

impl KubectlCall {
    /// A call without a namespace and arguments yet.
    pub(crate) fn new<T: Display>(
        command: &'static str,
        operands: impl IntoIterator<Item = T>,
    ) -> Self {
        Self {
            command,
            operands: operands.into_iter().map(|it| it.to_string()).collect(),
            namespace: None,
            arguments: Vec::new(),
        }
    }

    /// In a namespace.
    pub(crate) fn within(mut self, namespace: impl Display) -> Self {
        self.namespace = Some(namespace.to_string());
        self
    }

    /// With a flag and its value.
    pub(crate) fn flag(mut self, name: &'static str, value: impl Display) -> Self {
        let value = value.to_string();
        self.arguments.push(KubectlArgument::Flag { name, value });
        self
    }

    /// With a flag that has no value.
    pub(crate) fn switch(mut self, name: &'static str) -> Self {
        self.arguments.push(KubectlArgument::Switch(name));
        self
    }

    /// With a word.
    pub(crate) fn word(mut self, word: impl Display) -> Self {
        self.arguments.push(KubectlArgument::Word(word.to_string()));
        self
    }
}

/// Changes fields of an object, as a JSON Merge Patch.
pub(crate) fn merged(
    kind: &str,
    name: impl Display,
    namespace: impl Display,
    patch: impl Display,
) -> KubectlCall {
    patched(kind, name, namespace, "merge", patch)
}

/// Changes an object by a patch of a type that the API server knows.
pub(crate) fn patched(
    kind: &str,
    name: impl Display,
    namespace: impl Display,
    how: &'static str,
    patch: impl Display,
) -> KubectlCall {
    KubectlCall::new("patch", [kind, &name.to_string()])
        .within(namespace)
        .flag("type", how)
        .flag("p", patch)
}

/// Gives a Deployment a number of pods.
pub(crate) fn scaled(
    deployment: impl Display,
    namespace: impl Display,
    replicas: impl Display,
) -> KubectlCall {
    KubectlCall::new("scale", [format!("deployment/{deployment}")])
        .within(namespace)
        .flag("replicas", replicas)
}

/// The annotation that pauses a pool at a number of pods.
pub(crate) const PAUSED: &str = "autoscaling.keda.sh/paused-replicas";

/// The annotation that says what the schedule has put to sleep.
pub(crate) const ASLEEP: &str = "tierc.dev/off-hours";

/// Pauses a pool at a number of pods, whatever it was paused at.
pub(crate) fn paused(
    scaled_object: impl Display,
    namespace: impl Display,
    replicas: u32,
) -> KubectlCall {
    KubectlCall::new("annotate", ["scaledobject", &scaled_object.to_string()])
        .within(namespace)
        .switch("overwrite")
        .word(format!("{PAUSED}={replicas}"))
}

/// Takes annotations off a ScaledObject.
pub(crate) fn unmarked(
    scaled_object: impl Display,
    namespace: impl Display,
    annotations: &[&str],
) -> KubectlCall {
    let call = KubectlCall::new("annotate", ["scaledobject", &scaled_object.to_string()])
        .within(namespace);
    annotations
        .iter()
        .fold(call, |call, it| call.word(format!("{it}-")))
}

/// Lists what has a kind.
pub(crate) fn listed(kind: &str, namespace: impl Display) -> KubectlCall {
    KubectlCall::new("get", [kind]).within(namespace)
}

/// Shows one object in a line, or all there is about it.
pub(crate) fn shown(
    command: &'static str,
    kind: &str,
    name: impl Display,
    namespace: impl Display,
) -> KubectlCall {
    KubectlCall::new(command, [kind, &name.to_string()]).within(namespace)
}

/// Lists the pods of an app.
pub(crate) fn pods(app: impl Display, namespace: impl Display) -> KubectlCall {
    listed("pods", namespace).flag("l", format!("app={app}"))
}

/// The last lines that pods have written, each with its pod.
pub(crate) fn logged(labels: impl Display, namespace: impl Display, lines: i32) -> KubectlCall {
    KubectlCall::new::<&str>("logs", [])
        .within(namespace)
        .flag("l", labels)
        .flag("tail", lines)
        .switch("prefix")
}

/// Sets a limit of the containers of a Deployment.
pub(crate) fn limited(
    deployment: impl Display,
    namespace: impl Display,
    resource: &str,
    limit: impl Display,
) -> KubectlCall {
    KubectlCall::new("set resources", [format!("deployment/{deployment}")])
        .within(namespace)
        .flag("limits", format!("{resource}={limit}"))
}
