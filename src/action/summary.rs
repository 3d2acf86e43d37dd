//! What a procedure does, in the lines that people need.

use super::Action;
use super::guards::stops;
use super::variables::Variables;

/// What a procedure does, for each of its actions the lines that people need: those that only look
/// up a name or a number for a later action have none, and the later one says what it uses. What stops the
/// procedure has a line, and what keeps an action from being done is in the action's line.
#[must_use]
pub fn summary(actions: &[Action]) -> Vec<Vec<String>> {
    let mut variables = Variables::default();
    let each = actions.iter();
    each.map(|action| summarised(action, &mut variables))
        .collect()
}

fn summarised(action: &Action, variables: &mut Variables) -> Vec<String> {
    let stops = stops(action).into_iter();
    let stops = stops.filter(|why| variables.stops_first(why));
    let mut lines: Vec<String> = stops.map(|why| format!("stop if {why}")).collect();
    lines.extend(done(action, variables));
    lines
}

/// What an action does itself.
fn done(action: &Action, variables: &mut Variables) -> Vec<String> {
    match action {
        Action::Remember { variable, value } => {
            variables.hold(variable, value);
            Vec::new()
        }
        Action::Need { .. } => Vec::new(),
        Action::Unless {
            variable,
            holds,
            actions,
        } => {
            let guard = variables.condition(variable, holds);
            let inner = actions.iter();
            let lines = inner.flat_map(|it| summarised(it, variables));
            lines.map(|line| guarded(&line, &guard)).collect()
        }
        Action::Apply { .. }
        | Action::Delete { .. }
        | Action::DeleteObjects { .. }
        | Action::Helm { .. }
        | Action::Terraform { .. }
        | Action::Forget { .. }
        | Action::Aws { .. }
        | Action::Kubectl { .. }
        | Action::Show { .. }
        | Action::SetUp { .. }
        | Action::Import { .. }
        | Action::ApplyMade { .. }
        | Action::Each { .. }
        | Action::ShowConsole { .. }
        | Action::Restart { .. }
        | Action::LetIn { .. }
        | Action::Cordon { .. }
        | Action::Uncordon { .. }
        | Action::EmptyNodes { .. }
        | Action::Shrink { .. }
        | Action::Reload { .. }
        | Action::WakeApi { .. }
        | Action::Start { .. }
        | Action::WakePool { .. }
        | Action::ShowWaiting { .. }
        | Action::Wait { .. } => vec![action.told(variables)],
    }
}

/// A line of what is not done where something is so already.
fn guarded(line: &str, guard: &str) -> String {
    if line.contains(UNLESS) {
        format!("{line} or {guard}")
    } else {
        format!("{line}{UNLESS}{guard}")
    }
}

/// What stands before the first reason not to do something.
pub(super) const UNLESS: &str = ", unless ";
