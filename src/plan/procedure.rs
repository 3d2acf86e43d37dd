//! How a step is applied, how to see that it is done, and the way back.

mod database;
mod redis;
mod workloads;

use super::kind::Kind;
use crate::catalogue::Catalogue;
use crate::model::Environment;
use crate::pair::Pair;

/// A state, and where its rendered tree lies.
#[derive(Clone, Copy)]
pub struct State<'a> {
    /// The state.
    pub environment: &'a Environment,
    /// The tree's folder, such as `plan/03/prod`.
    pub tree: &'a str,
    /// Facts about AWS, which what is emitted depends on.
    pub catalogue: &'a Catalogue,
}

/// What to type: lines for a POSIX shell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Procedure {
    /// What brings the step about.
    pub apply: Vec<String>,
    /// What shows that it is done; the next step waits for it.
    pub verify: Vec<String>,
    /// What to wait for besides, as sentences.
    pub waits: Vec<String>,
}

impl Procedure {
    fn apply(mut self, line: impl Into<String>) -> Self {
        self.apply.push(line.into());
        self
    }

    fn verify(mut self, line: impl Into<String>) -> Self {
        self.verify.push(line.into());
        self
    }

    fn wait(mut self, sentence: impl Into<String>) -> Self {
        self.waits.push(sentence.into());
        self
    }

    /// Both procedures, one after the other, nothing said twice.
    #[must_use]
    pub fn then(mut self, other: Self) -> Self {
        let add = |into: &mut Vec<String>, from: Vec<String>| {
            for line in from {
                if !into.contains(&line) {
                    into.push(line);
                }
            }
        };
        add(&mut self.apply, other.apply);
        add(&mut self.verify, other.verify);
        add(&mut self.waits, other.waits);
        self
    }
}

/// The procedure of a step of this kind from one state to the next.
#[must_use]
pub fn procedure(kind: &Kind, states: Pair<State<'_>>) -> Procedure {
    match kind {
        Kind::Api(_)
        | Kind::Pool(..)
        | Kind::Service(_)
        | Kind::PoolSizes
        | Kind::Pooler
        | Kind::Network
        | Kind::Delivery
        | Kind::Identity => workloads::procedure(kind, states),
        Kind::Database(what) => database::procedure(*what, states),
        Kind::Redis(name, what) => redis::procedure(name, *what, states),
        Kind::RedisUses => workloads::values(states.after)
            .wait("the old groups' queues are empty and their sessions have ended"),
        Kind::Nodes(name, _) => nodes(name.as_str(), states.after),
    }
}

/// Node groups are the EKS module's: it creates the new nodes before it drains the old.
fn nodes(name: &str, state: State<'_>) -> Procedure {
    let environment = &state.environment.environment.value;
    let cluster = &state.environment.cluster.value;
    Procedure::default()
        .apply(format!(
            "terraform apply -var-file={}/terraform/{environment}.tfvars -target='module.eks.module.eks_managed_node_group[\"{name}\"]'",
            state.tree
        ))
        .verify(format!(
            "aws eks list-nodegroups --cluster-name {cluster}"
        ))
        .verify("kubectl get pods --all-namespaces --field-selector=status.phase=Pending".to_owned())
}

/// Terraform with the variables of a state, for what needs more than one call.
fn terraform(state: State<'_>) -> String {
    let environment = &state.environment.environment.value;
    format!(
        "terraform apply -var-file={}/terraform/{environment}.tfvars",
        state.tree
    )
}
