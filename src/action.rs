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

/// Something that a step does, or looks at.
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
        /// The addresses that it is limited to; everything where there is none.
        targets: Vec<String>,
    },
    /// Takes a resource out of Terraform's state, unless it is the new one already.
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
        /// Two variables: it is not made where the first is no smaller than the second.
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
        /// The address that it gets.
        address: String,
        /// What AWS knows it by.
        id: String,
    },
    /// Applies what a call of `kubectl create` would make: it is changed where it exists.
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
    /// Lets more pods through a network policy, beside those that it knows.
    LetIn {
        /// The namespace.
        namespace: String,
        /// The policy.
        policy: String,
        /// The values of their label `app`.
        apps: Vec<String>,
    },
    /// `kubectl cordon`: nodes take no more pods.
    Cordon {
        /// The nodes.
        nodes: NodeLabels,
    },
    /// `kubectl uncordon`: nodes take pods again.
    Uncordon {
        /// The nodes.
        nodes: NodeLabels,
    },
    /// Empties nodes, one after the other.
    EmptyNodes {
        /// The nodes.
        nodes: NodeLabels,
        /// How.
        emptying: Emptying,
    },
    /// Takes nodes out of a group, one after the other, the youngest first.
    Shrink {
        /// The EKS cluster.
        cluster: String,
        /// The group, as EKS knows it.
        group: Remembered,
        /// Its nodes.
        nodes: NodeLabels,
        /// As many nodes stay at the most.
        most: u32,
        /// How each is emptied.
        emptying: Emptying,
    },
    /// Pods of PgBouncer read their settings again.
    Reload {
        /// The namespace.
        namespace: String,
        /// The Deployment.
        deployment: String,
        /// The file that they read.
        config: String,
        /// The SHA-256 of its new content.
        digest: String,
    },
    /// Wakes the API, if off-hours have put it to sleep.
    WakeApi {
        /// The namespace.
        namespace: String,
        /// The Deployment.
        deployment: String,
        /// Its pods when it is awake.
        replicas: u32,
    },
    /// Wakes a pool, if off-hours have put it to sleep.
    WakePool {
        /// The namespace.
        namespace: String,
        /// The ScaledObject.
        scaled_object: String,
    },
    /// Keeps an answer in a variable of the shell.
    Remember {
        /// The variable.
        variable: &'static str,
        /// What it holds.
        value: Memory,
    },
    /// Goes on only where a variable holds something.
    Need {
        /// The variable.
        variable: &'static str,
        /// What is said where it does not.
        otherwise: String,
    },
    /// Other actions, unless a variable holds one of these: what a run that was interrupted has done
    /// is not done again.
    Unless {
        /// The variable.
        variable: &'static str,
        /// The values, as patterns of the shell.
        holds: Vec<String>,
        /// What is done otherwise.
        actions: Vec<Action>,
    },
    /// The same actions for each of several values of a variable.
    Each {
        /// The variable.
        variable: &'static str,
        /// Its values.
        values: Vec<String>,
        /// What is done with each.
        actions: Vec<Action>,
    },
    /// Shows what the console of each pod of PgBouncer answers; `psql` asks for the password.
    ShowConsole {
        /// Its pods.
        pooler: PoolerDeployment,
        /// What is asked.
        questions: Vec<&'static str>,
    },
    /// Shows the clients of PgBouncer that wait.
    ShowWaiting {
        /// Its pods.
        pooler: PoolerDeployment,
    },
    /// Waits until something is so, or ends where it is not.
    Wait {
        /// What is to be so.
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

/// The nodes of a group, which are known by their labels.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct NodeLabels {
    /// The environment that they name.
    pub environment: String,
    /// The node group that they name.
    pub group: String,
}

/// How a node is emptied.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Emptying {
    /// PgBouncer, whose pods leave one after the other.
    pub pooler: PoolerDeployment,
    /// Whether PgBouncer has one pod alone, which leaves as in a rollout.
    pub only_one: bool,
    /// What has to be available again before the next node.
    pub workloads: Vec<String>,
    /// Seconds that a drain takes at the most.
    pub timeout: u64,
}

/// What a variable holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case", rename_all_fields = "kebab-case")]
pub enum Memory {
    /// What AWS answers.
    Answer(AwsQuery),
    /// The number that AWS answers with; nothing where it answers with something else.
    Number(AwsQuery),
    /// The versions that AWS answers with.
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
    /// The name that EKS knows a node group by: it ends in what Terraform made up.
    NodeGroup {
        /// The EKS cluster.
        cluster: String,
        /// The environment that the group's label names.
        environment: String,
        /// The group that its label names.
        group: String,
    },
    /// How many nodes there are.
    Nodes {
        /// Their labels.
        nodes: NodeLabels,
    },
    /// Whether the schedule has put the API to sleep.
    ApiMark {
        /// The namespace.
        namespace: String,
        /// The ConfigMap that says so.
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
