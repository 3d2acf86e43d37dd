//! A queue in PostgreSQL without a query, or with two.

use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity, suggest};
use crate::edit::Edit;
use crate::model::{JobFramework, Name, PostgresqlQueue, Queue, Word as _};

/// The rule `queue-query-unclear`.
pub(super) static RULE: Rule = Rule {
    code: Code("queue-query-unclear"),
    severity: Severity::Error,
    waivable: false,
    steady: true,
    reads: &[],
    explanation: include_str!("../../diagnostic/explain/queue-query-unclear.md"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for (pool, worker) in &context.environment.worker {
        for queue in &worker.queue {
            if let Queue::PostgresqlQueue(queue) = queue {
                findings.extend(one(pool, queue));
            }
        }
    }
}

fn one(pool: &Name, queue: &PostgresqlQueue) -> Option<Finding> {
    let name = &queue.name.value;
    let path = format!("worker.{pool}.queue.{name}");
    match (&queue.framework, &queue.query) {
        (None, None) => {
            let message = format!("KEDA has no query for the queue `{name}` of `worker.{pool}`");
            let finding = Finding::new(RULE.code, Severity::Error, message);
            let words = JobFramework::WORDS.iter().map(|(word, _)| *word);
            Some(finding.written(&queue.name, "the queue").help(format!(
                "state `framework=` with one of {}, or a `query=` of your own",
                suggest::list(words)
            )))
        }
        (Some(framework), Some(query)) => {
            let message =
                format!("the queue `{name}` of `worker.{pool}` has a framework and a query");
            let finding = Finding::new(RULE.code, Severity::Error, message)
                .operand(query, &format!("{path}.query"), "a query of its own")
                .operand(framework, &format!("{path}.framework"), "another query");
            let edit = Edit::remove(format!("{path}.framework"));
            Some(finding.offer("if the query is meant, remove the framework", edit))
        }
        (Some(_), None) | (None, Some(_)) => None,
    }
}
