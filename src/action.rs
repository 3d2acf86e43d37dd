//! What people do, as values: the steps of a plan and the procedures of a runbook. They are written out at
//! the very end, as POSIX shell for people, as JSON, and as files to run. Nothing learns what an action does
//! from its shell.

mod answer;
mod aws;
mod does;
pub(crate) mod elasticache;
mod guards;
pub(crate) mod kubectl;
mod question;
pub(crate) mod rds;
mod reads;
pub mod shell;
mod summary;
mod variables;

use schemars::JsonSchema;
use serde::Serialize;

pub use aws::{Argument, ArgumentValue, AwsCall, AwsQuery, Remembered};
pub use kubectl::{KubectlArgument, KubectlCall};
pub use question::{Holds, Number, Question, SettledAnswer};
pub use summary::summary;

/// An action, or a check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(
    tag = "kind",
    rename_all = "kebab-case",
    rename_all_fields = "kebab-case"
)]
pub enum Action {
    /// `kubectl apply`.
    Apply {
        /// What is applied.
        manifests: Manifests,
    },
    /// `kubectl delete` of every object of a file.
    Delete {
        /// What is deleted.
        manifests: Manifests,
    },
    /// `kubectl delete` of objects by their names.
    DeleteObjects {
        /// Their namespace.
        namespace: String,
        /// Each as `kind/name`.
        objects: Vec<String>,
    },
    /// `helm upgrade --install` of the platform's chart.
    Helm {
        /// The release.
        release: String,
        /// Its namespace.
        namespace: String,
        /// The file of values.
        values: String,
    },
    /// `terraform apply`.
    Terraform {
        /// The file of variables.
        variables: String,
        /// The target addresses; empty for everything.
        targets: Vec<String>,
    },
    /// Removes a resource from Terraform's state, unless it is the new one already.
    Forget {
        /// Its address.
        address: String,
        /// The name of the new one.
        unless: String,
    },
    /// A call of the AWS command line.
    Aws {
        /// The call.
        call: AwsCall,
        /// Two variables: the call is skipped unless the first is smaller than the second.
        unless: Option<(&'static str, &'static str)>,
    },
    /// A call of kubectl.
    Kubectl {
        /// The call.
        call: KubectlCall,
    },
    /// Shows what AWS answers, as JSON.
    Show {
        /// The question.
        query: AwsQuery,
    },
    /// Sets kubectl up for a cluster, and the AWS command line for its region.
    SetUp {
        /// The EKS cluster.
        cluster: String,
        /// The region.
        region: String,
    },
    /// Makes Terraform know what exists already.
    Import {
        /// The file of variables.
        variables: String,
        /// The address in Terraform.
        address: String,
        /// The id in AWS.
        id: String,
    },
    /// Applies the object that `kubectl create` would create; an existing object is updated.
    ApplyMade {
        /// The call.
        call: KubectlCall,
    },
    /// `kubectl rollout restart`.
    Restart {
        /// The namespace.
        namespace: String,
        /// The Deployment.
        deployment: String,
    },
    /// Adds pods to those that a network policy admits.
    LetIn {
        /// The namespace.
        namespace: String,
        /// The policy.
        policy: String,
        /// The values of their label `app`.
        apps: Vec<String>,
    },
    /// `kubectl cordon`: nodes accept no more pods.
    Cordon {
        /// The nodes.
        nodes: NodeLabels,
    },
    /// `kubectl uncordon`: nodes accept pods again.
    Uncordon {
        /// The nodes.
        nodes: NodeLabels,
    },
    /// Drains nodes one after the other.
    EmptyNodes {
        /// The nodes.
        nodes: NodeLabels,
        /// How.
        emptying: Emptying,
    },
    /// Drains and removes nodes of a group one after the other, the newest first.
    Shrink {
        /// The EKS cluster.
        cluster: String,
        /// The group's name in EKS.
        group: Remembered,
        /// Its nodes.
        nodes: NodeLabels,
        /// The most nodes that stay.
        most: u32,
        /// How each node is drained.
        emptying: Emptying,
    },
    /// PgBouncer's pods reload their settings.
    Reload {
        /// The namespace.
        namespace: String,
        /// The Deployment.
        deployment: String,
        /// The file with the settings.
        config: String,
        /// The SHA-256 of its new content.
        digest: String,
    },
    /// Starts the API if off-hours have scaled it to zero.
    WakeApi {
        /// The namespace.
        namespace: String,
        /// The Deployment.
        deployment: String,
        /// The number of pods to start.
        replicas: u32,
    },
    /// Starts a Deployment that has no pods: an HPA does not.
    Start {
        /// The namespace.
        namespace: String,
        /// The Deployment.
        deployment: String,
        /// The number of pods to start.
        replicas: u32,
    },
    /// Resumes a pool if off-hours have paused it.
    WakePool {
        /// The namespace.
        namespace: String,
        /// The ScaledObject.
        scaled_object: String,
    },
    /// Stores an answer in a shell variable.
    Remember {
        /// The variable.
        variable: &'static str,
        /// What it holds.
        value: Memory,
    },
    /// Stops if a variable is empty.
    Need {
        /// The variable.
        variable: &'static str,
        /// The message if it stops.
        otherwise: String,
    },
    /// Runs actions unless a variable has one of these values. A second run then skips what an
    /// interrupted run has done.
    Unless {
        /// The variable.
        variable: &'static str,
        /// The values, as shell patterns.
        holds: Vec<String>,
        /// The actions.
        actions: Vec<Action>,
    },
    /// The same actions for each of several values of a variable.
    Each {
        /// The variable.
        variable: &'static str,
        /// Its values.
        values: Vec<String>,
        /// The actions for each value.
        actions: Vec<Action>,
    },
    /// Shows what the console of each pod of PgBouncer answers; `psql` asks for the password.
    ShowConsole {
        /// Its pods.
        pooler: PoolerDeployment,
        /// The command of the console.
        questions: Vec<&'static str>,
    },
    /// Shows the clients of PgBouncer that wait.
    ShowWaiting {
        /// Its pods.
        pooler: PoolerDeployment,
    },
    /// Waits until a condition is true, or checks it once and stops if it is false.
    Wait {
        /// A condition.
        until: Question,
    },
}

/// Manifests of a tree.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Manifests {
    /// A file.
    File(String),
    /// A folder with its kustomization.
    Folder(String),
}

/// The Deployment of PgBouncer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct PoolerDeployment {
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub deployment: String,
}

/// The nodes of a group, selected by their labels.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct NodeLabels {
    /// The environment in the label.
    pub environment: String,
    /// The node group in the label.
    pub group: String,
}

/// How a node is drained.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Emptying {
    /// PgBouncer, whose pods are evicted one after the other.
    pub pooler: PoolerDeployment,
    /// Whether PgBouncer has a single pod, which is replaced as in a rollout.
    pub only_one: bool,
    /// The Deployments that must be available before the next node is drained.
    pub workloads: Vec<String>,
    /// The longest time of a drain, in seconds.
    pub timeout: u64,
}

/// The content of a variable.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case", rename_all_fields = "kebab-case")]
pub enum Memory {
    /// The answer of AWS.
    Answer(AwsQuery),
    /// The number in the answer of AWS; empty if the answer is not a number.
    Number(AwsQuery),
    /// The versions in the answer of AWS.
    Versions(AwsQuery),
    /// The newest of the versions that AWS answers with.
    Newest {
        /// The question.
        query: AwsQuery,
        /// The version that is wanted, with or without its minor.
        wanted: String,
    },
    /// What another variable holds.
    Variable(&'static str),
    /// The larger of another variable and a number.
    Larger(&'static str, u32),
    /// The smaller of another variable and a number.
    Smaller(&'static str, u32),
    /// The name of a node group in EKS, which ends in a suffix from Terraform.
    NodeGroup {
        /// The EKS cluster.
        cluster: String,
        /// The environment in the group's label.
        environment: String,
        /// The group in its label.
        group: String,
    },
    /// How many nodes there are.
    Nodes {
        /// Their labels.
        nodes: NodeLabels,
    },
    /// Whether the schedule has scaled the API to zero.
    ApiMark {
        /// The namespace.
        namespace: String,
        /// The ConfigMap that records it.
        config_map: String,
    },
}

impl From<Question> for Action {
    fn from(until: Question) -> Self {
        Self::Wait { until }
    }
}

impl From<AwsCall> for Action {
    fn from(call: AwsCall) -> Self {
        Self::Aws { call, unless: None }
    }
}

impl From<KubectlCall> for Action {
    fn from(call: KubectlCall) -> Self {
        Self::Kubectl { call }
    }
}

impl Action {
    /// This, unless a variable holds one of these.
    pub(crate) fn unless(
        variable: &'static str,
        holds: &[&str],
        actions: impl IntoIterator<Item = Self>,
    ) -> Self {
        Self::Unless {
            variable,
            holds: holds.iter().map(|&value| value.to_owned()).collect(),
            actions: actions.into_iter().collect(),
        }
    }
}
