//! RDS through the AWS CLI: the calls that plans and the runbook share.

use super::{Action, Argument, ArgumentValue, AwsCall, AwsQuery, Memory, Question, SettledAnswer};

/// A field of the description of an instance, and the regular expression of its value.
pub(crate) type Wanted = (&'static str, String);

/// The parameter for the number of connections, which takes effect after a restart.
pub(crate) const CONNECTIONS: &str = "max_connections";

/// A call about one instance.
pub(crate) fn of_instance(operation: &'static str, id: impl Into<ArgumentValue>) -> AwsCall {
    AwsCall::new("rds", operation).with("db-instance-identifier", id.into())
}

/// Queries a field of an instance.
pub(crate) fn described(id: impl Into<ArgumentValue>, field: &str) -> AwsQuery {
    of_instance("describe-db-instances", id).query(format!("DBInstances[0].{field}"))
}

/// Changes an instance, at once or in its maintenance window.
pub(crate) fn modified(
    id: impl Into<ArgumentValue>,
    changes: impl IntoIterator<Item = Argument>,
    at_once: bool,
) -> AwsCall {
    of_instance("modify-db-instance", id)
        .and(changes)
        .and([Argument::switch("apply-immediately", at_once)])
}

/// An instance is in one of these states, without pending changes, with every parameter in force and
/// with the `wanted` values. The values matter because an instance that refused a change is idle, too.
pub(crate) fn reached(id: impl Into<ArgumentValue>, states: &str, wanted: &[Wanted]) -> Question {
    reached_with(id, states, IN_FORCE, wanted)
}

/// The status of parameters that are all in force.
const IN_FORCE: &str = "in-sync";

/// The same with parameters in one of these states.
pub(crate) fn reached_with(
    id: impl Into<ArgumentValue>,
    states: &str,
    parameters: &str,
    wanted: &[Wanted],
) -> Question {
    let fields: Vec<String> = [
        "DBInstances[0].DBInstanceStatus",
        "to_string(DBInstances[0].PendingModifiedValues || 'nothing')",
        "DBInstances[0].DBParameterGroups[0].ParameterApplyStatus",
    ]
    .into_iter()
    .map(str::to_owned)
    .chain(
        wanted
            .iter()
            .map(|(field, _)| format!("to_string(DBInstances[0].{field})")),
    )
    .collect();
    let values: String = wanted
        .iter()
        .map(|(_, value)| format!(" {value}"))
        .collect();
    Question::Aws {
        call: of_instance("describe-db-instances", id),
        fields,
        answer: format!("{states} nothing {parameters}{values}"),
        each: None,
        settled: None,
    }
}

/// The name of the parameter group that an instance uses.
fn group_of(id: impl Into<ArgumentValue>) -> ArgumentValue {
    let query = described(id, "DBParameterGroups[0].DBParameterGroupName");
    ArgumentValue::Answer(Box::new(query))
}

/// Sets a parameter in the group that the instance uses.
pub(crate) fn parameter(
    id: impl Into<ArgumentValue>,
    name: &'static str,
    value: u32,
    method: &'static str,
) -> AwsCall {
    let parameter = [
        Argument::text("ParameterName", name),
        Argument::text("ParameterValue", value),
        Argument::text("ApplyMethod", method),
    ];
    AwsCall::new("rds", "modify-db-parameter-group")
        .with("db-parameter-group-name", group_of(id))
        .with("parameters", ArgumentValue::Fields(parameter.into()))
}

/// The parameters of the group that the instance uses.
fn parameters(id: impl Into<ArgumentValue>) -> AwsCall {
    AwsCall::new("rds", "describe-db-parameters").with("db-parameter-group-name", group_of(id))
}

/// The group that the instance uses has this value.
pub(crate) fn parameter_is(id: impl Into<ArgumentValue>, name: &str, value: u32) -> Question {
    Question::Aws {
        call: parameters(id),
        fields: vec![parameter_value(name)],
        answer: value.to_string(),
        each: None,
        settled: None,
    }
}

/// The query of one parameter of a group. A family has more parameters than one page of an answer, and
/// the AWS CLI runs the query on each page. A page without the parameter must also give a word: `null`.
pub(crate) fn parameter_value(name: &str) -> String {
    format!("to_string(Parameters[?ParameterName=='{name}']|[0].ParameterValue)")
}

/// How often `in-sync` must be seen before a parameter that already had its value counts as in force:
/// ten minutes.
const LOOKS: u32 = 40;

/// Sets a parameter that needs a reboot, and reboots the instance once RDS reports `pending-reboot`.
/// Until then RDS reports `in-sync`, as if the change were complete.
///
/// A second run finds the value set. If the first run rebooted the instance, RDS stays at `in-sync`. If
/// the first run ended before the reboot, RDS also reports `in-sync` until it notices the change. Only
/// time tells these two cases apart.
pub(crate) fn set_and_rebooted(
    id: impl Into<ArgumentValue>,
    name: &'static str,
    value: u32,
    how: Option<Argument>,
) -> [Action; 4] {
    let id = id.into();
    let has = parameters(id.clone()).query(format!(
        "Parameters[?ParameterName=='{name}'].ParameterValue"
    ));
    let mut asked = reached_with(id.clone(), "available", "pending-reboot", &[]);
    let done = format!("available nothing {IN_FORCE}");
    if let Question::Aws { settled, .. } = &mut asked {
        *settled = Some(SettledAnswer {
            variable: "VALUE",
            holds: value.to_string(),
            answer: done,
            looks: LOOKS,
        });
    }
    let reboot = of_instance("reboot-db-instance", id.clone()).and(how);
    [
        Action::Remember {
            variable: "VALUE",
            value: Memory::Number(has),
        },
        Action::unless(
            "VALUE",
            &[&value.to_string()],
            [parameter(id, name, value, "pending-reboot").into()],
        ),
        asked.into(),
        Action::unless("ANSWER", &["*in-sync"], [reboot.into()]),
    ]
}
