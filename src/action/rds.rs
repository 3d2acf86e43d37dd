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

/// The states in which an instance serves and takes changes. RDS optimises a volume for hours.
const SERVING: &str = "(available|storage-optimization)";

/// The only state in which an instance can be rebooted.
const AVAILABLE: &str = "available";

/// The status of parameters that are all in force.
const IN_FORCE: &str = "in-sync";

/// What RDS says once it has applied parameters: those that need a reboot may still wait for one.
const APPLIED: &str = "(in-sync|pending-reboot)";

/// An instance serves, with nothing pending and what is set: one that was refused looks idle, too. Its
/// parameters may wait for a reboot.
pub(crate) fn reached(id: impl Into<ArgumentValue>, wanted: &[Wanted]) -> Question {
    told(id, SERVING, None, wanted)
}

/// The same with every parameter in force.
pub(crate) fn in_force(id: impl Into<ArgumentValue>, wanted: &[Wanted]) -> Question {
    told(id, SERVING, Some(IN_FORCE), wanted)
}

/// The same with every parameter in force that needs no reboot.
pub(crate) fn applied(id: impl Into<ArgumentValue>) -> Question {
    told(id, SERVING, Some(APPLIED), &[])
}

/// An instance can be rebooted, has its parameter group and what is set.
pub(crate) fn attached(id: impl Into<ArgumentValue>, wanted: &[Wanted]) -> Question {
    told(id, AVAILABLE, Some(APPLIED), wanted)
}

/// An instance is in one of these states, with nothing pending, its parameters in one of these and what is
/// set.
fn told(
    id: impl Into<ArgumentValue>,
    states: &str,
    parameters: Option<&str>,
    wanted: &[Wanted],
) -> Question {
    let mut fields = vec![
        "DBInstances[0].DBInstanceStatus".to_owned(),
        "to_string(DBInstances[0].PendingModifiedValues || 'nothing')".to_owned(),
    ];
    let mut answer = vec![states, "nothing"];
    if let Some(parameters) = parameters {
        fields.push("DBInstances[0].DBParameterGroups[0].ParameterApplyStatus".to_owned());
        answer.push(parameters);
    }
    for (field, value) in wanted {
        fields.push(format!("to_string(DBInstances[0].{field})"));
        answer.push(value);
    }
    Question::Aws {
        call: of_instance("describe-db-instances", id),
        fields,
        answer: answer.join(" "),
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
    let mut asked = told(id.clone(), AVAILABLE, Some("pending-reboot"), &[]);
    let done = format!("{AVAILABLE} nothing {IN_FORCE}");
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
