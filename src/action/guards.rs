//! What stops a script before an action.

use super::{Action, ArgumentValue, AwsCall, Memory, Question};

/// Why a script ends before it does this, as sentences after "if": a variable that the action reads holds
/// nothing. Those of the actions in it are not among them.
pub(super) fn stops(action: &Action) -> Vec<&str> {
    match action {
        Action::Need { otherwise, .. } => vec![otherwise],
        Action::Aws { call, .. } => of_call(call),
        Action::Show { query } => of_call(&query.call),
        Action::Remember { value, .. } => match value {
            Memory::Answer(query)
            | Memory::Number(query)
            | Memory::Versions(query)
            | Memory::Newest { query, .. } => of_call(&query.call),
            Memory::Variable(_)
            | Memory::Larger(..)
            | Memory::Smaller(..)
            | Memory::NodeGroup { .. }
            | Memory::Nodes { .. }
            | Memory::ApiMark { .. } => Vec::new(),
        },
        Action::Shrink { group, .. } => group.otherwise.iter().map(String::as_str).collect(),
        Action::Wait {
            until: Question::Aws { call, each, .. },
        } => {
            let each = each.iter().flat_map(|query| of_call(&query.call));
            of_call(call).into_iter().chain(each).collect()
        }
        Action::Wait {
            until: Question::Waiter { arguments, .. },
        } => arguments
            .iter()
            .flat_map(|it| of_value(&it.value))
            .collect(),
        Action::Wait { .. }
        | Action::Apply { .. }
        | Action::Delete { .. }
        | Action::DeleteObjects { .. }
        | Action::Helm { .. }
        | Action::Terraform { .. }
        | Action::Forget { .. }
        | Action::Kubectl { .. }
        | Action::SetUp { .. }
        | Action::Import { .. }
        | Action::ApplyMade { .. }
        | Action::Restart { .. }
        | Action::LetIn { .. }
        | Action::Cordon { .. }
        | Action::Uncordon { .. }
        | Action::EmptyNodes { .. }
        | Action::Reload { .. }
        | Action::WakeApi { .. }
        | Action::Start { .. }
        | Action::WakePool { .. }
        | Action::Unless { .. }
        | Action::Each { .. }
        | Action::ShowConsole { .. }
        | Action::ShowWaiting { .. } => Vec::new(),
    }
}

fn of_call(call: &AwsCall) -> Vec<&str> {
    let arguments = call.arguments.iter();
    arguments.flat_map(|it| of_value(&it.value)).collect()
}

fn of_value(value: &ArgumentValue) -> Vec<&str> {
    match value {
        ArgumentValue::Remembered(variable) => {
            variable.otherwise.iter().map(String::as_str).collect()
        }
        ArgumentValue::Fields(fields) => fields.iter().flat_map(|it| of_value(&it.value)).collect(),
        ArgumentValue::Answer(query) | ArgumentValue::Answers(query) => of_call(&query.call),
        ArgumentValue::Switch(_)
        | ArgumentValue::Text(_)
        | ArgumentValue::Larger(..)
        | ArgumentValue::Ago(_) => Vec::new(),
    }
}
