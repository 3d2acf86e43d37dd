//! What an action waits for.

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::Serialize;

use super::aws::{Argument, AwsCall, AwsQuery};
use super::{Manifests, NodeLabels, PoolerDeployment};

/// A condition.
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
        /// The values, separated by blanks, as an extended regular expression.
        answer: String,
        /// The list for each of whose entries (`$NODE`) AWS is asked; null if it is asked once.
        each: Option<AwsQuery>,
        /// Another answer that ends the wait; null if there is none.
        settled: Option<SettledAnswer>,
    },
    /// A waiter of the AWS CLI succeeds.
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
    /// The minimum of an autoscaler is at least this number.
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
    /// A Deployment has at least this number of ready pods.
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
        /// A Deployment: while it has no pods, the condition is not required.
        unless_asleep: Option<String>,
    },
    /// No pod is terminating.
    NoneLeaving {
        /// The namespace.
        namespace: String,
        /// The labels of the pods; null for all pods.
        pods: Option<String>,
    },
    /// There are at most this many pods, including terminating ones.
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
        key: Cow<'static, str>,
        /// What it holds.
        holds: Holds,
    },
    /// Nodes are ready.
    NodesReady {
        /// Their labels.
        nodes: NodeLabels,
    },
    /// There are at least this many nodes.
    Nodes {
        /// Their labels.
        nodes: NodeLabels,
        /// The number.
        least: Number,
    },
    /// No pod waits for a node.
    NonePending,
    /// Each PgBouncer pod has at most this many server connections per database entry.
    ServerConnections {
        /// PgBouncer.
        pooler: PoolerDeployment,
        /// The number.
        most: u32,
    },
    /// Each PgBouncer pod has at most this many server connections for each of these database entries.
    EntryConnections {
        /// PgBouncer.
        pooler: PoolerDeployment,
        /// The entries.
        databases: Vec<String>,
        /// The number.
        most: u32,
    },
    /// The pods have at most this many client connections to PgBouncer.
    ClientConnections {
        /// PgBouncer.
        pooler: PoolerDeployment,
        /// The labels of the pods.
        pods: String,
        /// The number.
        most: u64,
    },
    /// At most this many connections to the primary bypass PgBouncer.
    PastPooler {
        /// PgBouncer.
        pooler: PoolerDeployment,
        /// The number.
        most: u64,
    },
}

/// An answer of AWS that ends a wait if it is repeated, and if a variable allows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct SettledAnswer {
    /// The variable.
    pub variable: &'static str,
    /// The value of the variable that allows it.
    pub holds: String,
    /// The answer.
    pub answer: String,
    /// How often the answer must be repeated.
    pub looks: u32,
}

/// What a key of a Secret holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Holds {
    /// It starts with this text.
    Start(String),
    /// It contains this text.
    Text(String),
}

/// A number, or the variable that contains it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Number {
    /// The number.
    Known(u32),
    /// The variable.
    Variable(&'static str),
}
