//! What a procedure does, in the lines that people need.

use super::Action;
use super::variables::Variables;

/// What a procedure does, for each of its actions the lines that people need: those that only look
/// up a name or a number for a later action have none, and the later one says what it uses.
#[must_use]
pub fn summary(actions: &[Action]) -> Vec<Vec<String>> {
    let mut variables = Variables::default();
    let each = actions.iter();
    each.map(|action| summarised(action, &mut variables))
        .collect()
}

fn summarised(action: &Action, variables: &mut Variables) -> Vec<String> {
    match action {
        Action::Remember { variable, value } => {
            variables.hold(variable, value);
            Vec::new()
        }
        Action::Need { .. } => Vec::new(),
        Action::Unless { actions, .. } => {
            let inner = actions.iter();
            inner.flat_map(|it| summarised(it, variables)).collect()
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
        | Action::WakePool { .. }
        | Action::ShowWaiting { .. }
        | Action::Wait { .. } => vec![action.told(variables)],
    }
}
