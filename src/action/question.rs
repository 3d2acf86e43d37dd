//! What an action waits for.

use schemars::JsonSchema;
use serde::Serialize;

use super::aws::{Argument, AwsCall, AwsQuery};
use super::{Manifests, NodeLabels, PoolerDeployment};

/// What is to be so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(
    tag = "kind",
    rename_all = "kebab-case",
    rename_all_fields = "kebab-case"
)]
pub enum Question {
    /// AWS answers with these values.
    Aws {
        /// The call.
        call: AwsCall,
        /// JMESPath expressions, one for each value.
        fields: Vec<String>,
        /// The values, with blanks between them, as an extended regular expression.
        answer: String,
        /// Asked for each of these, as `$NODE`; null where it is asked once.
        each: Option<AwsQuery>,
        /// Another answer that ends the wait; null where there is none.
        settled: Option<SettledAnswer>,
    },
    /// One of the waiters of AWS' command line is content.
    Waiter {
        /// The service.
        service: &'static str,
        /// The waiter.
        waiter: &'static str,
        /// Its arguments.
        arguments: Vec<Argument>,
    },
    /// The cluster has the manifests: `kubectl diff` finds nothing.
    Same {
        /// The manifests.
        manifests: Manifests,
        /// Whether an event may hold the minimum of the API's autoscaler above the declared one.
        raised: bool,
    },
    /// The minimum of an autoscaler is no lower.
    Minimum {
        /// The namespace.
        namespace: String,
        /// The HorizontalPodAutoscaler.
        autoscaler: String,
        /// The minimum.
        least: u32,
    },
    /// Terraform has nothing left to do.
    NothingLeft {
        /// The file of variables.
        variables: String,
    },
    /// A Deployment has as many pods that are ready.
    Ready {
        /// The namespace.
        namespace: String,
        /// The Deployment.
        deployment: String,
        /// The number.
        least: u32,
    },
    /// A rollout is over.
    RolledOut {
        /// The namespace.
        namespace: String,
        /// The Deployment.
        deployment: String,
    },
    /// An object has a condition.
    Condition {
        /// The namespace.
        namespace: String,
        /// The object, as `kind/name`.
        object: String,
        /// The condition.
        condition: &'static str,
        /// A Deployment that has no condition while it has no pods.
        unless_asleep: Option<String>,
    },
    /// No pod is on its way out.
    NoneLeaving {
        /// The namespace.
        namespace: String,
        /// The labels of the pods; all of them where there is none.
        pods: Option<String>,
    },
    /// There are no more pods than so many, those that finish included.
    MostPods {
        /// The namespace.
        namespace: String,
        /// The labels of the pods.
        pods: String,
        /// The number.
        most: u32,
    },
    /// A key of a Secret holds a text.
    Secret {
        /// The namespace.
        namespace: String,
        /// The Secret.
        secret: String,
        /// The key.
        key: &'static str,
        /// What it holds.
        holds: Holds,
    },
    /// Nodes are ready.
    NodesReady {
        /// Their labels.
        nodes: NodeLabels,
    },
    /// There are as many nodes.
    Nodes {
        /// Their labels.
        nodes: NodeLabels,
        /// The number.
        least: Number,
    },
    /// No pod waits for a node.
    NonePending,
    /// No pod of PgBouncer has more server connections of any database entry.
    ServerConnections {
        /// PgBouncer.
        pooler: PoolerDeployment,
        /// The number.
        most: u32,
    },
    /// Pods have no more client connections of PgBouncer than so many.
    ClientConnections {
        /// PgBouncer.
        pooler: PoolerDeployment,
        /// The labels of the pods.
        pods: String,
        /// The number.
        most: u64,
    },
    /// No more connections of the primary bypass PgBouncer than so many.
    PastPooler {
        /// PgBouncer.
        pooler: PoolerDeployment,
        /// The number.
        most: u64,
    },
}

/// An answer of AWS that ends a wait once it has come often enough, where a variable says that it may.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct SettledAnswer {
    /// The variable.
    pub variable: &'static str,
    /// What it holds where the answer may end the wait.
    pub holds: String,
    /// The answer.
    pub answer: String,
    /// How often it has to come.
    pub looks: u32,
}

/// What a key of a Secret holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Holds {
    /// It starts so.
    Start(String),
    /// This text is in it.
    Text(String),
}

/// A number that is known, or that a variable holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Number {
    /// The number.
    Known(u32),
    /// The variable.
    Variable(&'static str),
}
