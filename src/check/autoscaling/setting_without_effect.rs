//! A setting that KEDA ignores or cuts short, and an event's floor that changes nothing.

use std::fmt::Display;

use crate::ast::{TopPart, Written};
use crate::budget::scaling::Rules;
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};
use crate::model::count::counted;
use crate::model::{Duration, Environment, Scaling, Worker};
use crate::schedule::{Calendar, Occasion, ScheduleSubject};
use crate::source::Sourced;

/// The rule `setting-without-effect`.
pub(super) static RULE: Rule = Rule {
    code: Code("setting-without-effect"),
    severity: Severity::Warning,
    waivable: true,
    steady: true,
    reads: &[],
    explanation: include_str!("../../diagnostic/explain/setting-without-effect.md"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for (name, worker) in &context.environment.worker {
        let who = format!("worker.{name}");
        let (fewest, _) = worker.workload.bounds();
        if fewest > 0 {
            findings.extend(unread(&who, "polling", &worker.polling, worker));
            findings.extend(unread(&who, "activation", &worker.activation, worker));
            findings.extend(replaced(&who, worker));
        } else {
            findings.extend(cut_short(&who, worker));
        }
    }
    untold(context, findings);
    // If off-hours could not be read, a floor may keep something awake during them.
    if context.file.broken.contains(&TopPart::Schedule) {
        return;
    }
    let calendar = Calendar::of(context.environment);
    for occasion in &calendar.occasions {
        inert(context.environment, &calendar, occasion, findings);
    }
}

/// A variable for the lifetime of connections, without a lifetime.
fn untold(context: &Context<'_>, findings: &mut Findings) {
    let file = context.file;
    let unread = Written::default();
    let api = (
        "api".to_owned(),
        &context.environment.api.workload.connections,
        &file.stated.api.workload.connections.lifetime,
    );
    let pools = context.environment.worker.iter().map(|(name, pool)| {
        let written = file.stated.worker.get(name);
        (
            format!("worker.{name}"),
            &pool.workload.connections,
            written.map_or(&unread, |node| &node.workload.connections.lifetime),
        )
    });
    for (who, connections, written) in std::iter::once(api).chain(pools) {
        let variable = connections.lifetime_env.as_ref();
        let Some(variable) = variable.filter(|_| connections.lifetime.is_none()) else {
            continue;
        };
        let message = format!(
            "`{}` of `{who}` is never set, because no `lifetime` is stated",
            variable.value
        );
        findings.report(
            Finding::new(RULE.code, Severity::Warning, message)
                .operand(
                    variable,
                    &format!("{who}.connections.lifetime-env"),
                    "the variable for the application",
                )
                .optional(written)
                .help("state how long connections are kept, as in `connections lifetime=\"2m\"`"),
        );
    }
}

/// The floors of an event that are at or below the minimum. During off-hours, even a low floor
/// keeps a workload awake.
fn inert(
    environment: &Environment,
    calendar: &Calendar<'_>,
    occasion: &Occasion<'_>,
    findings: &mut Findings,
) {
    let event = occasion.event;
    let pools = event.worker.iter().filter_map(|(name, floor)| {
        let pool = environment.worker.get(name)?;
        Some((ScheduleSubject::Pool(name.clone()), floor, &pool.workload))
    });
    let api = event.api.iter();
    let api = api.map(|floor| (ScheduleSubject::Api, floor, &environment.api.workload));
    for (subject, floor, workload) in api.chain(pools) {
        let min = &workload.replicas.min;
        if floor.value > min.value || calendar.sleeps(&subject) {
            continue;
        }
        let message = format!(
            "the event `{}` has no effect on `{subject}`: it asks for {} pods, but the minimum is {}",
            occasion.name, floor.value, min.value
        );
        findings.report(
            Finding::new(RULE.code, Severity::Warning, message)
                .operand(
                    floor,
                    &format!("event.{}.{subject}", occasion.name),
                    "the floor of the event",
                )
                .operand(
                    min,
                    &format!("{subject}.replicas.min"),
                    "the minimum at any time",
                )
                .help(format!(
                    "ask for more than {} pods, or remove the floor",
                    min.value
                )),
        );
    }
}

/// A setting that the file itself states. Values from a scenario or the tier are not reported.
fn unread<T: Display>(
    who: &str,
    setting: &str,
    value: &Sourced<T>,
    worker: &Worker,
) -> Option<Finding> {
    if !value.is_declared() {
        return None;
    }
    let path = format!("{who}.{setting}");
    let finding = |severity, message: String| {
        Finding::new(RULE.code, severity, message).operand(value, &path, "has no effect")
    };
    let min = &worker.workload.replicas.min;
    if let Some(hold) = worker.workload.hold.as_ref().filter(|_| min.value == 0) {
        let message = format!(
            "`{setting}` of `{who}` has no effect while `hold` keeps the pool at {}",
            hold.value
        );
        // A hold is temporary, and the setting works again after it.
        return Some(
            finding(Severity::Note, message)
                .operand(hold, &format!("{who}.hold"), "never zero")
                .given(min)
                .help("the setting has an effect again when `hold` is removed"),
        );
    }
    let message = format!(
        "`{setting}` of `{who}` has no effect, because the pool never goes to zero: its minimum is {}",
        min.value
    );
    Some(
        finding(Severity::Warning, message)
            .operand(min, &format!("{who}.replicas.min"), "1 or more")
            .help(format!(
                "remove the line `{setting}`, or let the pool go to zero with `replicas min=0`"
            )),
    )
}

/// A cooldown becomes the scale-down window unless that is stated.
fn replaced(who: &str, worker: &Worker) -> Option<Finding> {
    let (cooldown, window) = (&worker.cooldown, &worker.workload.scale_down.window);
    let min = &worker.workload.replicas.min;
    if min.value == 0 || !cooldown.is_declared() || window.is_derived() {
        return None;
    }
    let message = format!(
        "`cooldown` of `{who}` has no effect: the pool never goes to zero, and `scale-down` states its own window"
    );
    Some(
        Finding::new(RULE.code, Severity::Warning, message)
            .operand(cooldown, &format!("{who}.cooldown"), "has no effect")
            .operand(
                window,
                &format!("{who}.scale-down.window"),
                "applies instead",
            )
            .operand(min, &format!("{who}.replicas.min"), "1 or more")
            .help("remove one of the two"),
    )
}

/// The longest descent to look at, in seconds; no cooldown is longer.
const LONGEST: u64 = 604_800;

/// Whether the file itself states a part of a direction.
fn states(scaling: &Scaling) -> bool {
    let mut steps = scaling.policy.iter();
    scaling.window.is_declared()
        || scaling.select.is_declared()
        || steps.any(|step| step.value.is_declared())
}

/// A `scale-down` that still keeps pods when the cooldown ends: KEDA then sets the count to zero
/// without the HPA.
fn cut_short(who: &str, worker: &Worker) -> Option<Finding> {
    let (workload, cooldown) = (&worker.workload, &worker.cooldown);
    let scaling = &workload.scale_down;
    if worker.pause.is_some() || !states(scaling) || super::is_rejected(scaling) {
        return None;
    }
    let max = &workload.replicas.max;
    let rules = Rules::down(scaling);
    let secs = cooldown.value.secs();
    let descent = rules.descent(max.value, 1, secs);
    let left = descent.last().map_or(max.value, |(_, pods)| *pods);
    if left < 2 {
        return None;
    }
    let message = format!(
        "`scale-down` of `{who}` is cut short: {} after the last job, KEDA stops the remaining {left} of {} pods at once",
        cooldown.value, max.value
    );
    let min = &workload.replicas.min;
    let (of_min, of_cooldown) = (format!("{who}.replicas.min"), format!("{who}.cooldown"));
    let finding = Finding::new(RULE.code, Severity::Warning, message);
    let finding = super::steps(finding, &format!("{who}.scale-down"), scaling)
        .operand(cooldown, &of_cooldown, "KEDA scales to zero after this")
        .operand(min, &of_min, "the pool may go to zero")
        .operand(max, &format!("{who}.replicas.max"), "the maximum")
        .note(format!(
            "after {1} without a job, {0} are left: the HPA would remove them step by step, but KEDA then removes all at once",
            counted(left, "pod"),
            cooldown.value
        ));
    let window = &scaling.window;
    if window.is_derived() {
        // The window follows from the cooldown, so a longer cooldown starts the descent later.
        let message = "use a minimum of 1, so that only the HPA scales the pool down";
        return Some(finding.repair(min, &of_min, message, "1"));
    }
    let slowest = rules.descent(max.value, 1, LONGEST);
    let done = slowest.last().filter(|(_, pods)| *pods < 2);
    Some(match done {
        Some((second, _)) => finding.repair(
            cooldown,
            &of_cooldown,
            "use the shortest cooldown after which the HPA is finished",
            format!("\"{}\"", Duration::from_secs(*second)),
        ),
        None => finding.help("keep a pod with `replicas min=1`: then only the HPA removes pods"),
    })
}
