//! A list that the framework never writes.

use crate::ast::Part;
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};
use crate::model::Framework;

/// The rule `queue-list-unknown`.
pub(super) static RULE: Rule = Rule {
    code: Code("queue-list-unknown"),
    severity: Severity::Note,
    waivable: true,
    steady: true,
    reads: &[Part::Worker, Part::Other],
    explanation: include_str!("../../diagnostic/explain/queue-list-unknown.md"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let Some(framework) = &context.environment.framework else {
        return;
    };
    for (name, worker) in &context.environment.worker {
        for queue in &worker.queue {
            let list = &queue.list;
            let Some(form) = form(framework.value, &list.value) else {
                continue;
            };
            let message = format!(
                "`{}` never writes a list named `{}`",
                framework.value, list.value
            );
            findings.report(
                Finding::new(RULE.code, Severity::Note, message)
                    .operand(
                        list,
                        &format!("worker.{name}.queue.{}.list", list.value),
                        "the list",
                    )
                    .operand(framework, "framework", "the queue library")
                    .help(format!("its lists are named `{form}`")),
            );
        }
    }
}

/// The form of the framework's lists, when `list` does not have it.
fn form(framework: Framework, list: &str) -> Option<&'static str> {
    let (form, fits) = match framework {
        Framework::Bullmq | Framework::Bull => {
            let prefixed = list.starts_with("bull:") || list.starts_with('{');
            ("bull:<queue>:wait", prefixed && list.ends_with(":wait"))
        }
        Framework::Sidekiq => ("queue:<name>", list.starts_with("queue:")),
        Framework::Resque => ("resque:queue:<name>", list.starts_with("resque:queue:")),
        Framework::Rq => ("rq:queue:<name>", list.starts_with("rq:queue:")),
        Framework::Celery => ("<name>", true),
    };
    (!fits).then_some(form)
}
