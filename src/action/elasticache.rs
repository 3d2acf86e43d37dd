//! ElastiCache by its command line: what plans and the runbook ask of a replication group.

use std::fmt::Display;

use super::rds::parameter_value;
use super::{Argument, ArgumentValue, AwsCall, AwsQuery, Question};

/// A call about a group.
pub(crate) fn of_group(operation: &'static str, id: impl Display) -> AwsCall {
    AwsCall::new("elasticache", operation).text("replication-group-id", id)
}

/// Changes a group, at once or in its maintenance window.
pub(crate) fn modified(
    id: impl Display,
    changes: impl IntoIterator<Item = Argument>,
    at_once: bool,
) -> AwsCall {
    of_group("modify-replication-group", id)
        .and(changes)
        .and([Argument::switch("apply-immediately", at_once)])
}

/// The group is available and has these values.
pub(crate) fn reached(id: impl Display, values: &[(&str, String)]) -> Question {
    let fields = std::iter::once("Status").chain(values.iter().map(|(field, _)| *field));
    let fields = fields.map(|field| format!("to_string(ReplicationGroups[0].{field})"));
    let values = values.iter().map(|(_, value)| value.as_str());
    let wanted: Vec<&str> = std::iter::once("available").chain(values).collect();
    Question::Aws {
        call: of_group("describe-replication-groups", id),
        fields: fields.collect(),
        answer: wanted.join(" "),
        each: None,
        settled: None,
    }
}

/// How many nodes each shard has.
pub(crate) const NODES: &str = "NodeGroups[0].NodeGroupMembers.length(@)";

/// How many shards a group has.
pub(crate) const SHARDS: &str = "NodeGroups.length(@)";

/// Changes how many replicas each shard has. ElastiCache does it at once, and takes no order for the
/// window.
pub(crate) fn replicas_set(operation: &'static str, id: impl Display, count: u32) -> AwsCall {
    of_group(operation, id)
        .text("new-replica-count", count)
        .and([Argument::switch("apply-immediately", true)])
}

/// Changes how many shards a group has; fewer are only taken with the names of those that stay.
pub(crate) fn shards_set(id: impl Display, count: u32, stay: Option<Argument>) -> AwsCall {
    of_group("modify-replication-group-shard-configuration", id)
        .text("node-group-count", count)
        .and(stay)
        .and([Argument::switch("apply-immediately", true)])
}

/// The parameter that says what a full group does.
const POLICY: &str = "maxmemory-policy";

/// One of the nodes of a group.
pub(crate) fn member(id: impl Display) -> ArgumentValue {
    let asked =
        of_group("describe-replication-groups", id).query("ReplicationGroups[0].MemberClusters[0]");
    ArgumentValue::Answer(Box::new(asked))
}

/// The name of the parameter group that a group uses: that of any of its nodes. All nodes of an account do
/// not fit one page of an answer.
fn parameter_group(id: impl Display) -> ArgumentValue {
    let asked = AwsCall::new("elasticache", "describe-cache-clusters")
        .with("cache-cluster-id", member(id))
        .query("CacheClusters[0].CacheParameterGroup.CacheParameterGroupName");
    ArgumentValue::Answer(Box::new(asked))
}

/// The policy is a parameter: it acts at once and restarts nothing.
pub(crate) fn policy_set(id: impl Display, policy: impl Display) -> AwsCall {
    let parameter = [
        Argument::text("ParameterName", POLICY),
        Argument::text("ParameterValue", policy),
    ];
    AwsCall::new("elasticache", "modify-cache-parameter-group")
        .with("cache-parameter-group-name", parameter_group(id))
        .with(
            "parameter-name-values",
            ArgumentValue::Fields(parameter.into()),
        )
}

/// The parameters of the group that a group uses.
fn parameters(id: impl Display) -> AwsCall {
    AwsCall::new("elasticache", "describe-cache-parameters")
        .with("cache-parameter-group-name", parameter_group(id))
}

/// The policy that the group has now.
pub(crate) fn policy_of(id: impl Display) -> AwsQuery {
    parameters(id).query(format!(
        "Parameters[?ParameterName=='{POLICY}'].ParameterValue"
    ))
}

/// The group has this policy.
pub(crate) fn policy_is(id: impl Display, policy: impl Display) -> Question {
    Question::Aws {
        call: parameters(id),
        fields: vec![parameter_value(POLICY)],
        answer: policy.to_string(),
        each: None,
        settled: None,
    }
}
