//! A held or paused count that a schedule would change.

use crate::ast::TopPart;
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};
use crate::model::{Api, Environment, Name};
use crate::source::Sourced;

/// The rule `hold-during-schedule`.
pub(super) static RULE: Rule = Rule {
    code: Code("hold-during-schedule"),
    severity: Severity::Error,
    waivable: true,
    steady: false,
    reads: &[TopPart::Api, TopPart::Worker, TopPart::Schedule],
    explanation: include_str!("../../diagnostic/explain/hold-during-schedule.md"),
    check,
};

/// A count and its path.
type CountAt<'a> = (String, &'a Sourced<u32>);

fn check(context: &Context<'_>, findings: &mut Findings) {
    let environment = context.environment;
    for (name, api) in &environment.api {
        let Some(hold) = &api.workload.hold else {
            continue;
        };
        let path = format!("{}.hold", Api::path(name));
        report((path, hold), of_api(environment, name), findings);
    }
    for (name, pool) in &environment.worker {
        let held = [("hold", &pool.workload.hold), ("pause", &pool.pause)];
        for (what, count) in held {
            let Some(count) = count else { continue };
            let path = format!("worker.{name}.{what}");
            report((path, count), of_pool(environment, name), findings);
        }
    }
}

fn of_api<'a>(environment: &'a Environment, api: &Name) -> Option<CountAt<'a>> {
    let who = Api::path(api);
    let windows = environment.off_hours.iter();
    let sleeps = windows
        .filter_map(|(key, hours)| Some((format!("off-hours.{key}.{who}"), hours.api.get(api)?)));
    let events = environment.event.iter();
    let floors = events
        .filter_map(|(name, event)| Some((format!("event.{name}.{who}"), event.api.get(api)?)));
    sleeps.chain(floors).next()
}

fn of_pool<'a>(environment: &'a Environment, pool: &Name) -> Option<CountAt<'a>> {
    let windows = environment.off_hours.iter().filter_map(|(key, hours)| {
        let path = format!("off-hours.{key}.worker.{pool}");
        Some((path, hours.worker.get(pool)?))
    });
    let events = environment.event.iter().filter_map(|(name, event)| {
        let path = format!("event.{name}.worker.{pool}");
        Some((path, event.worker.get(pool)?))
    });
    windows.chain(events).next()
}

fn report(held: CountAt<'_>, scheduled: Option<CountAt<'_>>, findings: &mut Findings) {
    let ((held_path, held), Some((path, count))) = (held, scheduled) else {
        return;
    };
    let message = format!("`{held_path}` fixes the number of pods, but `{path}` has to change it");
    findings.report(
        Finding::new(RULE.code, Severity::Error, message)
            .operand(held, &held_path, "fixed until this line is removed")
            .operand(count, &path, "changed by the calendar")
            .help("remove one of the two"),
    );
}
