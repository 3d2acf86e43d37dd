//! A logical database for a use that its group does not serve.

use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity, suggest};
use crate::edit::Edit;
use crate::model::{Name, RedisDatabase, RedisGroup, Use, Word};

/// The rule `redis-database-unserved`.
pub(super) static RULE: Rule = Rule {
    code: Code("redis-database-unserved"),
    severity: Severity::Error,
    waivable: true,
    steady: true,
    reads: &[],
    explanation: include_str!("../../diagnostic/explain/redis-database-unserved.md"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for (name, group) in &context.environment.redis {
        for database in &group.database {
            findings.extend(one(name, group, database));
        }
    }
}

fn one(name: &Name, group: &RedisGroup, database: &RedisDatabase) -> Option<Finding> {
    let role = database.role.value.as_str();
    let path = format!("redis.{name}.database.{role}.role");
    if let Some(wanted) = Use::from_word(role) {
        if group.uses.iter().any(|used| used.value == wanted) {
            return None;
        }
        let message =
            format!("the group `{name}` has a database for `{role}`, but does not serve it");
        let mut finding = Finding::new(RULE.code, Severity::Error, message).operand(
            &database.role,
            &path,
            "this use",
        );
        for used in &group.uses {
            finding = finding.operand(used, &format!("redis.{name}.uses"), "served");
        }
        let uses = group.uses.iter().map(|used| used.value.to_string());
        let uses: Vec<String> = uses.chain([role.to_owned()]).collect();
        let text = format!("\"{}\"", uses.join("\" \""));
        let edit = Edit::set(format!("redis.{name}.uses"), text);
        return Some(finding.help_by(format!("add `\"{role}\"` to its `uses`"), [edit]));
    }
    // Another role of the application, unless it is a misspelled use.
    let served = group.uses.iter().map(|used| used.value);
    let own = |used: &Use| {
        group
            .database
            .iter()
            .any(|it| it.role.value.as_str() == used.to_string())
    };
    let open: Vec<String> = served
        .filter(|used| !own(used))
        .map(|used| used.to_string())
        .collect();
    let near = suggest::nearest(role, open.iter().map(String::as_str))?;
    let message = format!(
        "the database `{role}` of the group `{name}` is not for its use `{near}`, whose name is similar"
    );
    Some(
        Finding::new(RULE.code, Severity::Warning, message)
            .operand(&database.role, &path, "another role")
            .note(format!(
                "`{near}` is in database 0: any name that is no use is a role of its own"
            ))
            .help(format!(
                "if `{near}` is meant, use its name; if not, use another name for the role, or waive this finding"
            )),
    )
}
