//! A setting that KEDA ignores or cuts short, and an event's floor that changes nothing.

use std::fmt::Display;

use crate::ast::{ScalingNode, TopPart, WorkerNode, Written};
use crate::budget::scaling::Rules;
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};
use crate::model::count::counted;
use crate::model::{Api, Duration, Environment, Scaler, Scaling, Worker};
use crate::schedule::{Calendar, Occasion, ScheduleSubject};
use crate::source::{Sourced, Span};

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
        if let Some(written) = context.file.stated.worker.get(name) {
            without_keda(&who, worker, written, findings);
        }
        let (fewest, _) = worker.workload.bounds();
        if worker.scaler() != Scaler::Keda {
            continue;
        }
        if fewest > 0 {
            findings.extend(unread(&who, "polling", &worker.polling, worker));
            findings.extend(unread(&who, "activation", &worker.activation, worker));
            findings.extend(replaced(&who, worker));
        } else {
            findings.extend(cut_short(&who, worker));
        }
    }
    untold(context, findings);
    unscaled(context, findings);
    // If off-hours could not be read, a floor may keep something awake during them.
    if context.file.broken.contains(&TopPart::Schedule) {
        return;
    }
    let calendar = Calendar::of(context.environment);
    for occasion in &calendar.occasions {
        inert(context.environment, &calendar, occasion, findings);
    }
}

/// A setting that a file states, and its place.
type StatedSetting = (&'static str, Option<Span>);

fn place<T>(written: &Written<T>) -> Option<Span> {
    written.value.as_ref().map(|value| value.span)
}

/// The place of a value, and whether it could not be read.
fn of<T>(written: &Written<T>) -> (Option<Span>, bool) {
    (place(written), written.broken)
}

/// The place of the first value that is stated; `None` if one of them could not be read.
fn first<const N: usize>(parts: [(Option<Span>, bool); N]) -> Option<Span> {
    if parts.iter().any(|(_, broken)| *broken) {
        return None;
    }
    parts.into_iter().find_map(|(span, _)| span)
}

/// What the file states for KEDA, although KEDA does not scale the pool.
fn without_keda(who: &str, worker: &Worker, written: &WorkerNode, findings: &mut Findings) {
    let replicas = &worker.workload.replicas;
    let (why, help) = match worker.scaler() {
        Scaler::Keda => return,
        Scaler::Fixed => (
            "its number of pods is fixed",
            "remove it, or let an autoscaler work with `replicas min= max=`",
        ),
        Scaler::Hpa => ("the pool has no queue", "remove it, or state a `queue`"),
    };
    let fallback = &written.fallback;
    let stated: [StatedSetting; 8] = [
        ("queue", place(&written.queue)),
        ("combine", place(&written.combine)),
        ("scenario", place(&written.scenario)),
        ("polling", place(&written.polling)),
        ("cooldown", place(&written.cooldown)),
        ("activation", place(&written.activation)),
        (
            "fallback",
            first([of(&fallback.replicas), of(&fallback.failures)]),
        ),
        ("pause", place(&written.pause)),
    ];
    for (setting, span) in stated {
        let Some(span) = span else { continue };
        let message = format!("`{setting}` of `{who}` has no effect, because {why}");
        let help = match (setting, worker.scaler()) {
            ("pause", Scaler::Hpa) => {
                "only KEDA can pause a pool: use `hold` for a fixed count, or `replicas max=0` to turn the pool off"
            }
            ("pause", _) => {
                "change the number in `replicas`, or turn the pool off with `replicas max=0`"
            }
            _ => help,
        };
        findings.report(
            Finding::new(RULE.code, Severity::Warning, message)
                .at(span, "has no effect")
                .given(&replicas.min)
                .help(help),
        );
    }
}

/// What the file states for an autoscaler beside a fixed count, and a rollout of a singleton.
fn unscaled(context: &Context<'_>, findings: &mut Findings) {
    let (file, environment) = (context.file, context.environment);
    let apis = environment.api.iter().filter_map(|(name, api)| {
        let written = file.stated.api.get(name)?;
        Some((Api::path(name), &api.workload, &written.workload))
    });
    let pools = environment.worker.iter().filter_map(|(name, pool)| {
        let written = file.stated.worker.get(name)?;
        Some((format!("worker.{name}"), &pool.workload, &written.workload))
    });
    for (who, workload, written) in apis.chain(pools) {
        let Some(count) = &workload.replicas.count else {
            continue;
        };
        let other = |bound: &Written<u32>| {
            let differs = bound.value.as_ref().filter(|it| it.value != count.value);
            differs.map(|it| it.span)
        };
        let scaling =
            |node: &ScalingNode| first([of(&node.window), of(&node.select), of(&node.policy)]);
        let api = Api::of_path(&who).and_then(|name| file.stated.api.get(&name));
        let metric = api.and_then(|api| place(&api.metric));
        let stated: [StatedSetting; 7] = [
            ("replicas min", other(&written.replicas.min)),
            ("replicas max", other(&written.replicas.max)),
            ("target cpu", place(&written.target.cpu)),
            ("target memory", place(&written.target.memory)),
            ("metric", metric),
            ("scale-up", scaling(&written.scale_up)),
            ("scale-down", scaling(&written.scale_down)),
        ];
        let why = format!("its number of pods is fixed at {}", count.value);
        let rollout = &written.rollout;
        let rollout = first([of(&rollout.max_surge), of(&rollout.max_unavailable)]);
        let rollout = rollout.filter(|_| workload.is_singleton());
        let singleton = "a singleton stops its old pod before it starts the new one".to_owned();
        let fixed = stated.into_iter().map(|(it, span)| (it, span, why.clone()));
        for (setting, span, why) in fixed.chain([("rollout", rollout, singleton)]) {
            let Some(span) = span else { continue };
            let message = format!("`{setting}` of `{who}` has no effect, because {why}");
            findings.report(
                Finding::new(RULE.code, Severity::Warning, message)
                    .at(span, "has no effect")
                    .given(count)
                    .help(format!("remove `{setting}`")),
            );
        }
    }
}

/// A variable for the lifetime of connections, without a lifetime.
fn untold(context: &Context<'_>, findings: &mut Findings) {
    let file = context.file;
    let unread = Written::default();
    let apis = context.environment.api.iter().map(|(name, api)| {
        let written = file.stated.api.get(name);
        (
            Api::path(name),
            &api.workload.connections,
            written.map_or(&unread, |node| &node.workload.connections.lifetime),
        )
    });
    let pools = context.environment.worker.iter().map(|(name, pool)| {
        let written = file.stated.worker.get(name);
        (
            format!("worker.{name}"),
            &pool.workload.connections,
            written.map_or(&unread, |node| &node.workload.connections.lifetime),
        )
    });
    for (who, connections, written) in apis.chain(pools) {
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
    let apis = event.api.iter().filter_map(|(name, floor)| {
        let api = environment.api.get(name)?;
        Some((ScheduleSubject::Api(name.clone()), floor, &api.workload))
    });
    for (subject, floor, workload) in apis.chain(pools) {
        let (step, min) = workload.replicas.lowest();
        if floor.value > min.value || calendar.sleeps(&subject) {
            continue;
        }
        let least = if workload.is_fixed() {
            "number is fixed at"
        } else {
            "minimum is"
        };
        let message = format!(
            "the event `{}` has no effect on `{subject}`: it asks for {} pods, but the {least} {}",
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
                    &format!("{subject}.replicas.{step}"),
                    "the minimum at any time",
                )
                .help(if workload.is_fixed() {
                    "remove the floor: an event does not change a fixed number".to_owned()
                } else {
                    format!("ask for more than {} pods, or remove the floor", min.value)
                }),
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
