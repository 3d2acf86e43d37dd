//! How a step is applied, verified and undone.

mod database;
mod manifests;
pub(super) mod nodes;
mod pods;
mod pooler;
pub(super) mod queues;
mod redis;
mod schedules;
mod service;
pub mod unapplied_files;
mod workloads;

use super::move_kind::MoveKind;
use crate::action::shell::literal;
use crate::action::{Action, AwsCall, AwsQuery, Manifests, Memory, PoolerDeployment, Question};
use crate::catalogue::Catalogue;
use crate::emit::{Artifacts, secret};
use crate::model::Environment;
use crate::pair::Pair;

/// A state, and the place of its rendered tree.
#[derive(Clone, Copy)]
pub struct State<'a> {
    /// The state.
    pub environment: &'a Environment,
    /// The tree's folder, such as `plan/03/prod`.
    pub tree: &'a str,
    /// Facts about AWS, on which the output depends.
    pub catalogue: &'a Catalogue,
    /// The files of the state that the cluster gets.
    pub files: &'a Artifacts,
}

impl State<'_> {
    /// A file or folder of the tree.
    fn path(self, below: &str) -> String {
        format!("{}/{below}", self.tree)
    }

    /// A file of the tree.
    fn file(self, below: &str) -> Manifests {
        Manifests::File(self.path(below))
    }

    /// The namespace.
    fn namespace(self) -> String {
        self.environment.namespace.value.to_string()
    }

    /// PgBouncer.
    fn pooler(self) -> PoolerDeployment {
        PoolerDeployment {
            namespace: self.namespace(),
            deployment: self.environment.pgbouncer.name.value.to_string(),
        }
    }
}

/// The actions of a step, and what a person must take care of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Procedure {
    /// What must be true before anything is applied, as sentences.
    pub requires: Vec<String>,
    /// The actions that apply the step.
    pub apply: Vec<Action>,
    /// The checks that it is done. The next step waits for them.
    pub verify: Vec<Action>,
    /// What else to wait for, as sentences.
    pub wait: Vec<String>,
    /// Further notes, as sentences.
    pub notes: Vec<String>,
}

impl Procedure {
    fn require(mut self, sentence: impl Into<String>) -> Self {
        self.requires.push(sentence.into());
        self
    }

    fn apply(mut self, action: impl Into<Action>) -> Self {
        self.apply.push(action.into());
        self
    }

    fn verify(mut self, action: impl Into<Action>) -> Self {
        self.verify.push(action.into());
        self
    }

    fn wait(mut self, sentence: impl Into<String>) -> Self {
        self.wait.push(sentence.into());
        self
    }

    fn note(mut self, sentence: impl Into<String>) -> Self {
        self.notes.push(sentence.into());
        self
    }

    /// Moves the checks to the actions, so that later actions wait for them.
    fn waited_for(mut self) -> Self {
        self.apply.append(&mut self.verify);
        self
    }

    /// Both procedures, one after the other, without duplicates.
    #[must_use]
    pub fn then(mut self, other: Self) -> Self {
        fn add<T: PartialEq>(into: &mut Vec<T>, from: Vec<T>) {
            for it in from {
                if !into.contains(&it) {
                    into.push(it);
                }
            }
        }
        add(&mut self.requires, other.requires);
        add(&mut self.apply, other.apply);
        add(&mut self.verify, other.verify);
        add(&mut self.wait, other.wait);
        add(&mut self.notes, other.notes);
        self
    }
}

/// What the Secrets must hold before a step: tierc does not write Secrets, and pods read theirs at start.
/// The Secret of a new group is filled after the step, because its endpoint is unknown before.
#[must_use]
pub fn secrets(states: Pair<State<'_>>) -> Procedure {
    let entries = states.map(|state| secret::entries(state.environment));
    let groups = states.map(|state| &state.environment.redis);
    let of_a_new_group = |entry: &secret::SecretEntry| {
        let mut new = groups.after.keys();
        new.any(|name| {
            let secret = secret::redis_secret(states.after.environment, name);
            !groups.before.contains_key(name) && secret == entry.secret
        })
    };
    // An encrypted address does not work before the group accepts encryption: that step says when.
    let offered = redis::offering(states)
        .flat_map(|(name, group)| secret::redis_urls(states.after.environment, name, group));
    // PgBouncer's entry for reads does not work before PgBouncer has it, either.
    let later: Vec<secret::SecretEntry> = offered.chain(workloads::newly_pooled(states)).collect();
    let new = entries.after.iter();
    let new = new.filter(|it| !entries.before.contains(it) && !later.contains(it));
    new.fold(Procedure::default(), |procedure, entry| {
        let mut sentence = format!(
            "key `{}` of Secret `{}` holds: {}",
            entry.key, entry.secret, entry.content
        );
        // Pods of both roles run side by side during the step and its undo.
        let roles = states.map(|state| state.environment.database.user.value.as_str());
        if entry.key == secret::USERLIST && roles.before != roles.after {
            sentence += &format!(
                "; keep the line of `{}` until no pod connects as that role",
                roles.before
            );
        }
        if of_a_new_group(entry) {
            procedure.wait(sentence)
        } else {
            procedure.require(sentence)
        }
    })
}

/// The procedure of a step of this kind from one state to the next.
#[must_use]
pub fn procedure(kind: &MoveKind, states: Pair<State<'_>>) -> Procedure {
    match kind {
        MoveKind::Api(..)
        | MoveKind::Pool(..)
        | MoveKind::Service(_)
        | MoveKind::PoolSizes
        | MoveKind::Pooler
        | MoveKind::PoolerPace
        | MoveKind::Network
        | MoveKind::Delivery
        | MoveKind::Alerts
        | MoveKind::Identity => workloads::procedure(kind, states),
        MoveKind::Schedules => schedules::procedure(states),
        MoveKind::Database(what) => database::procedure(*what, states),
        MoveKind::Redis(name, what) => redis::procedure(name, *what, states),
        MoveKind::RedisUses => redis::uses(states),
        MoveKind::Nodes(name, _) => nodes::procedure(name, states),
    }
}

/// Deletes a resource, unless it is deleted or being deleted: the commands may run again after an
/// interruption. `status` finds it by a query over a list, because AWS answers with an error if it is
/// asked for a deleted resource by name. The query runs on each page; a page without it gives an empty
/// line.
fn unless_gone(status: AwsQuery, deletion: AwsCall) -> Procedure {
    Procedure::default()
        .apply(Action::Remember {
            variable: "STATUS",
            value: Memory::Answer(status),
        })
        .apply(Action::unless(
            "STATUS",
            &["", "*deleting"],
            [deletion.into()],
        ))
}

/// Terraform with the variables of a state, for changes that need several calls, and for new resources,
/// so that they are in Terraform's state.
fn terraform(state: State<'_>) -> Action {
    targeted(state, Vec::new())
}

/// The same for some resources only.
fn targeted(state: State<'_>, targets: Vec<String>) -> Action {
    Action::Terraform {
        variables: variables(state),
        targets,
    }
}

/// Terraform has nothing left to do.
fn nothing_left(state: State<'_>) -> Question {
    Question::NothingLeft {
        variables: variables(state),
    }
}

fn variables(state: State<'_>) -> String {
    state.path(&format!(
        "terraform/{}.tfvars",
        state.environment.environment.value
    ))
}
