//! What an answer of AWS says that an action waits for, in words.

use super::{AwsQuery, SettledAnswer};

/// An answer that is waited for.
pub(super) struct Awaited<'a> {
    /// What of the answer is asked for.
    pub(super) fields: &'a [String],
    /// The values, with blanks between them.
    pub(super) answer: &'a str,
    /// What each answer is about.
    pub(super) which: &'a str,
}

/// What one value of an answer says.
#[derive(PartialEq)]
enum Said {
    /// The state that something is in.
    State(String),
    /// Something that it has.
    Has(String),
}

/// `wait until prod-db is available, with nothing pending and AllocatedStorage 300`.
pub(super) fn awaited(wait: &Awaited<'_>, settled: Option<&SettledAnswer>) -> String {
    let said = all_said(wait.fields, wait.answer);
    let told = format!("wait until {} {}", wait.which, sentence(&said));
    let Some(settled) = settled else {
        return told;
    };
    let mut other = all_said(wait.fields, &settled.answer);
    other.retain(|it| !said.contains(it));
    format!(
        "{told}; if the value was already {}, stop waiting once {} {} for ten minutes",
        settled.holds,
        wait.which,
        sentence(&other)
    )
}

/// What a wait of a service's command line is for.
pub(super) fn by_waiter(service: &str, waiter: &str, which: &str) -> String {
    match waiter.rsplit_once('-') {
        Some((_, "deleted")) => format!("wait until {which} is deleted"),
        Some(_) | None => format!("wait until {} reports {waiter} for {which}", name(service)),
    }
}

/// A service as people call it.
pub(super) fn name(service: &str) -> &str {
    match service {
        "rds" => "RDS",
        "elasticache" => "ElastiCache",
        "eks" => "EKS",
        other => other,
    }
}

/// What a query asks for, as the field that AWS calls it.
pub(super) fn field(query: &AwsQuery) -> &str {
    let last = query.query.rsplit('.').next().unwrap_or_default();
    last.trim_end_matches(')')
}

fn sentence(said: &[Said]) -> String {
    let state = said.iter().find_map(|it| match it {
        Said::State(state) => Some(state),
        Said::Has(_) => None,
    });
    let has = said.iter().filter_map(|it| match it {
        Said::Has(what) => Some(what.as_str()),
        Said::State(_) => None,
    });
    let has: Vec<&str> = has.collect();
    match (state, has.as_slice()) {
        (Some(state), []) => format!("is {state}"),
        (Some(state), has) => format!("is {state}, with {}", listed(has)),
        (None, has) => format!("has {}", listed(has)),
    }
}

/// `a, b and c`.
fn listed(all: &[&str]) -> String {
    match all.split_last() {
        None => "the answer".into(),
        Some((last, [])) => (*last).to_owned(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
    }
}

/// What the values of an answer say, but for those that may be anything.
fn all_said(fields: &[String], answer: &str) -> Vec<Said> {
    let values = fields.iter().zip(answer.split(' '));
    values
        .filter(|(_, value)| !ANYTHING.contains(value))
        .map(|(field, value)| said(field, value))
        .collect()
}

/// Regular expressions of any value.
const ANYTHING: [&str; 2] = ["[0-9]+", "[a-z-]+"];

fn said(field: &str, value: &str) -> Said {
    let field = field.strip_prefix("to_string(").unwrap_or(field);
    let value = read(value);
    if field.contains("PendingModifiedValues") {
        return Said::Has(format!("{value} pending"));
    }
    if let Some((_, name)) = field.split_once("[?ParameterName=='") {
        let name = name.split('\'').next().unwrap_or_default();
        return Said::Has(format!("{name} {value}"));
    }
    if field.contains("NodeGroupMembers.length(") {
        return Said::Has(format!("{value} nodes in each shard"));
    }
    if field.contains("NodeGroups.length(") {
        return Said::Has(format!("{value} shards"));
    }
    let name = field.rsplit('.').next().unwrap_or_default();
    let name = name.trim_end_matches(')');
    match (name, value.as_str()) {
        ("ParameterApplyStatus", "in-sync") => Said::Has("all parameters in force".into()),
        ("ParameterApplyStatus", "pending-reboot") => {
            Said::Has("a parameter that waits for a reboot".into())
        }
        ("ParameterApplyStatus", _) => Said::Has("all parameters applied".into()),
        ("Status" | "DBInstanceStatus" | "CacheClusterStatus" | "status", _) => Said::State(value),
        (name, "null") => Said::Has(format!("no {name}")),
        (name, value) => Said::Has(format!("{name} {value}")),
    }
}

/// A regular expression as people read it.
fn read(answer: &str) -> String {
    let alternatives = answer.strip_prefix('(').and_then(|it| it.strip_suffix(')'));
    if let Some(alternatives) = alternatives {
        return alternatives.replace('|', " or ");
    }
    answer.replace("([.][0-9]+)*", "").replace("[.]", ".")
}
