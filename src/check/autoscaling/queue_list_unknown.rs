//! A list that the framework never writes.

use crate::ast::Part;
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::suggest;
use crate::diagnostic::{Code, Severity};
use crate::model::{Framework, Name, Queue, Worker};
use crate::source::Sourced;

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
        let other = |queue: &&Queue| form(framework.value, &queue.list.value).is_some();
        let others: Vec<&Queue> = worker.queue.iter().filter(other).collect();
        // A list that the file states is mended where it stands, the tier's as a whole.
        let declared = others.iter().any(|queue| queue.list.is_declared());
        let each = if declared { 1 } else { others.len().max(1) };
        for queues in others.chunks(each) {
            findings.report(one(framework, name, worker, queues));
        }
    }
}

fn one(framework: &Sourced<Framework>, pool: &Name, worker: &Worker, queues: &[&Queue]) -> Finding {
    let lists: Vec<&str> = queues
        .iter()
        .map(|queue| queue.list.value.as_str())
        .collect();
    let what = if lists.len() == 1 {
        "a list named"
    } else {
        "the lists"
    };
    let message = format!(
        "`{}` never writes {what} {}",
        framework.value,
        suggest::list(lists)
    );
    let mut finding = Finding::new(RULE.code, Severity::Note, message);
    for queue in queues {
        finding = finding.written(&queue.list, "a list that the pool scales on");
    }
    finding = finding.operand(framework, "framework", "the queue library");
    let forms = queues
        .iter()
        .find_map(|queue| form(framework.value, &queue.list.value));
    let Some((form, example)) = forms else {
        return finding;
    };
    let message = format!("its lists are named `{form}`");
    match queues {
        [queue] if queue.list.is_declared() => {
            let path = format!("worker.{pool}.queue");
            finding.repair(&queue.list, &path, message, format!("\"{example}\""))
        }
        _ => finding.help(format!(
            "{message}: write `worker \"{pool}\" {{ {} }}`",
            renamed(framework.value, worker).join("; ")
        )),
    }
}

/// Every queue of a pool, with its list in the framework's form.
fn renamed(framework: Framework, worker: &Worker) -> Vec<String> {
    let queues = worker.queue.iter();
    queues
        .map(|queue| {
            let list = &queue.list.value;
            let list = form(framework, list).map_or_else(|| list.clone(), |(_, example)| example);
            format!("queue \"{list}\" length={}", queue.length.value)
        })
        .collect()
}

/// The form of the framework's lists, and `list` in that form, when it does not have it already.
/// Prefixes can be configured, so that any is taken.
fn form(framework: Framework, list: &str) -> Option<(&'static str, String)> {
    let queue = list.rsplit(':').next().unwrap_or(list);
    let (form, fits, example) = match framework {
        Framework::Bullmq | Framework::Bull => (
            "<prefix>:<queue>:wait",
            list.ends_with(":wait") && list.split(':').count() > 2,
            format!("bull:{queue}:wait"),
        ),
        Framework::Sidekiq => (
            "queue:<name>",
            list.starts_with("queue:") || list.contains(":queue:"),
            format!("queue:{queue}"),
        ),
        Framework::Resque => (
            "<namespace>:queue:<name>",
            list.contains(":queue:"),
            format!("resque:queue:{queue}"),
        ),
        Framework::Rq => (
            "rq:queue:<name>",
            list.starts_with("rq:queue:"),
            format!("rq:queue:{queue}"),
        ),
        // Celery's list is the queue's own name, whatever that is.
        Framework::Celery => return None,
    };
    (!fits).then_some((form, example))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_framework_knows_its_lists_by_their_names() {
        use Framework::{Bull, Bullmq, Celery, Resque, Rq, Sidekiq};
        for (framework, fits, other) in [
            (Bullmq, "{bull}:decisions:wait", "queue:decisions"),
            (Bull, "bull:decisions:wait", "bull:wait"),
            (Sidekiq, "app:queue:decisions", "decisions"),
            (Resque, "resque:queue:decisions", "queue:decisions"),
            (Rq, "rq:queue:decisions", "app:rq:queue:decisions"),
        ] {
            assert_eq!(form(framework, fits), None, "{fits}");
            assert!(form(framework, other).is_some(), "{other}");
        }
        assert_eq!(form(Celery, "anything"), None);
    }
}
