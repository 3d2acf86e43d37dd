//! A scaling behaviour that Kubernetes rejects.

use crate::check::workloads::workloads;
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};
use crate::model::{Duration, Policy, Scaler, Scaling};
use crate::source::{Origin, Sourced};

/// The rule `behaviour-out-of-range`.
pub(super) static RULE: Rule = Rule {
    code: Code("behaviour-out-of-range"),
    severity: Severity::Error,
    waivable: true,
    steady: true,
    reads: &[],
    explanation: include_str!("../../diagnostic/explain/behaviour-out-of-range.md"),
    check,
};

/// The longest `stabilizationWindowSeconds`.
const WINDOW: u64 = 3600;

/// The longest `periodSeconds`.
const PERIOD: u64 = 1800;

fn check(context: &Context<'_>, findings: &mut Findings) {
    let environment = context.environment;
    for (who, workload) in workloads(environment) {
        if workload.is_fixed() {
            continue;
        }
        let (up, down) = (&workload.scale_up, &workload.scale_down);
        let path = format!("{who}.scale-up");
        window(&path, &up.window, (&path, &up.window), findings);
        policies(&path, up, findings);
        let path = format!("{who}.scale-down");
        let cooldown = format!("{who}.cooldown");
        // A pool's window can follow from its cooldown, which is then the value to repair.
        let pool = environment.worker.iter();
        let pool = pool.filter(|(name, _)| who == format!("worker.{name}"));
        let pool = pool.filter(|(_, pool)| pool.scaler() == Scaler::Keda);
        let cause = match pool.map(|(_, pool)| &pool.cooldown).next() {
            Some(value) if matches!(down.window.origin, Origin::Derived(_)) => (&cooldown, value),
            _ => (&path, &down.window),
        };
        window(&path, &down.window, cause, findings);
        policies(&path, down, findings);
    }
}

fn window(
    path: &str,
    window: &Sourced<Duration>,
    (cause, value): (&String, &Sourced<Duration>),
    findings: &mut Findings,
) {
    let secs = window.value.secs();
    if secs <= WINDOW {
        return;
    }
    let message =
        format!("the window of `{path}` is {secs} s, but Kubernetes allows at most {WINDOW} s");
    let finding = Finding::new(RULE.code, Severity::Error, message)
        .operand(
            window,
            &format!("{path}.window"),
            format!("must be 0 s to {WINDOW} s"),
        )
        .note(format!("{secs} s > {WINDOW} s"));
    let message = format!("use the longest allowed window, {WINDOW} s");
    let longest = format!("\"{WINDOW}s\"");
    if cause == path {
        let at = format!("{path}.window");
        findings.report(finding.repair(value, &at, message, longest).safely());
    } else {
        // The window follows from `cooldown`, which also decides when the pool stops. So a person
        // must review this repair.
        findings.report(finding.repair(value, cause, message, longest));
    }
}

fn policies(path: &str, scaling: &Scaling, findings: &mut Findings) {
    for (index, policy) in scaling.policy.iter().enumerate() {
        one(&format!("{path}.policy.{}", index + 1), policy, findings);
    }
}

fn one(path: &str, policy: &Policy, findings: &mut Findings) {
    let Policy { kind, value, every } = policy;
    let what = format!("`{} {} every=\"{}\"`", kind.value, value.value, every.value);
    let secs = every.value.secs();
    if !(1..=PERIOD).contains(&secs) {
        let message =
            format!("the period of {what} is {secs} s, but Kubernetes allows 1 s to {PERIOD} s");
        let nearest = secs.clamp(1, PERIOD);
        findings.report(
            Finding::new(RULE.code, Severity::Error, message)
                .operand(
                    every,
                    &format!("{path}.every"),
                    format!("must be 1 s to {PERIOD} s"),
                )
                .repair(
                    every,
                    &format!("{path}.every"),
                    format!("use the nearest allowed period, {nearest} s"),
                    format!("\"{nearest}s\""),
                )
                .safely(),
        );
    }
    if value.value == 0 {
        let message = format!("{what} changes nothing, and Kubernetes rejects it");
        findings.report(
            Finding::new(RULE.code, Severity::Error, message)
                .operand(value, &format!("{path}.value"), "must be 1 or more")
                .repair(
                    value,
                    &format!("{path}.value"),
                    "use a step of at least 1",
                    "1",
                )
                .help("to turn this direction off, write `select \"disabled\"` instead"),
        );
    }
}
