//! What is waited for of pods.

use super::{Procedure, State};
use crate::action::Question;
use crate::model::Name;

/// The rollout of a Deployment is over.
pub(super) fn rolled(state: State<'_>, deployment: &Name) -> Question {
    Question::RolledOut {
        namespace: state.namespace(),
        deployment: deployment.to_string(),
    }
}

/// No pod is on its way out: a rollout is over before its old pods are gone, and they keep their
/// connections as long.
pub(super) fn none_terminating(state: State<'_>) -> Question {
    Question::NoneLeaving {
        namespace: state.namespace(),
        pods: None,
    }
}

/// The same of the pods with a label alone.
pub(super) fn none_leaving(state: State<'_>, label: &str) -> Question {
    Question::NoneLeaving {
        namespace: state.namespace(),
        pods: Some(label.to_owned()),
    }
}

/// Whether a Deployment has at most `most` pods, terminating pods included.
pub(super) fn at_most(state: State<'_>, deployment: &Name, most: u32) -> Question {
    Question::MostPods {
        namespace: state.namespace(),
        pods: format!("app={deployment}"),
        most,
    }
}

/// No pod of these Deployments is left.
pub(super) fn none_left(state: State<'_>, deployments: &[&str]) -> Procedure {
    Procedure::default().apply(Question::MostPods {
        namespace: state.namespace(),
        pods: format!("app in ({})", deployments.join(",")),
        most: 0,
    })
}
