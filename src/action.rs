//! What people do, as values: the steps of a plan and the procedures of a runbook. They are written out at
//! the very end, as POSIX shell for people, as JSON, and as files to run. Nothing learns what an action does
//! from its shell.

mod does;
pub(crate) mod elasticache;
pub(crate) mod kubectl;
pub(crate) mod rds;
mod reads;
pub mod shell;

use std::fmt::Display;

use schemars::JsonSchema;
use serde::Serialize;

pub use does::summary;
pub use kubectl::{KubectlArgument, KubectlCall};

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

/// A call of the AWS command line, which reads botocore's models.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct AwsCall {
    /// The service, such as `rds`.
    pub service: &'static str,
    /// The operation as the command line has it, such as `modify-db-instance`.
    pub operation: &'static str,
    /// Its arguments.
    pub arguments: Vec<Argument>,
}

/// An argument.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Argument {
    /// Its name as the command line has it, without `--`.
    pub name: &'static str,
    /// Its value.
    pub value: ArgumentValue,
}

/// The value of an argument.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ArgumentValue {
    /// On or off.
    Switch(bool),
    /// A text.
    Text(String),
    /// A variable of the shell.
    Remembered(Remembered),
    /// The larger of a variable and a number.
    Larger(&'static str, u32),
    /// A moment that many seconds ago.
    Ago(u32),
    /// The fields of a structure.
    Fields(Vec<Argument>),
    /// What AWS answers: one text.
    Answer(Box<AwsQuery>),
    /// What AWS answers: a list of texts.
    Answers(Box<AwsQuery>),
}

/// A variable of the shell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Remembered {
    /// The variable.
    pub variable: &'static str,
    /// What is said where it holds nothing; null where it always holds something.
    pub otherwise: Option<String>,
}

/// A question to AWS, and what of the answer is wanted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct AwsQuery {
    /// The call.
    pub call: AwsCall,
    /// The JMESPath expression.
    pub query: String,
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
    Newest(AwsQuery),
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
        /// Their labels; all of them where there is none.
        nodes: Option<NodeLabels>,
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

impl<T: Display> From<T> for ArgumentValue {
    fn from(text: T) -> Self {
        Self::Text(text.to_string())
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

impl ArgumentValue {
    /// What a variable holds, which always holds something.
    pub(crate) fn variable(variable: &'static str) -> Self {
        Self::Remembered(Remembered {
            variable,
            otherwise: None,
        })
    }
}

impl AwsCall {
    /// A call without arguments yet.
    pub(crate) fn new(service: &'static str, operation: &'static str) -> Self {
        Self {
            service,
            operation,
            arguments: Vec::new(),
        }
    }

    /// With one argument more.
    pub(crate) fn with(mut self, name: &'static str, value: ArgumentValue) -> Self {
        self.arguments.push(Argument { name, value });
        self
    }

    /// With a text as one argument more.
    pub(crate) fn text(self, name: &'static str, value: impl Display) -> Self {
        self.with(name, value.into())
    }

    /// With more arguments.
    pub(crate) fn and(mut self, arguments: impl IntoIterator<Item = Argument>) -> Self {
        self.arguments.extend(arguments);
        self
    }

    /// What of its answer is wanted.
    pub(crate) fn query(self, query: impl Into<String>) -> AwsQuery {
        AwsQuery {
            call: self,
            query: query.into(),
        }
    }
}

impl Argument {
    /// A text.
    pub(crate) fn text(name: &'static str, value: impl Display) -> Self {
        Self {
            name,
            value: ArgumentValue::Text(format!("{value}")),
        }
    }

    /// On or off.
    pub(crate) fn switch(name: &'static str, on: bool) -> Self {
        Self {
            name,
            value: ArgumentValue::Switch(on),
        }
    }
}
