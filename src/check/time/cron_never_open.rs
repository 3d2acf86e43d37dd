//! An event whose floors never hold, or that no trigger of KEDA can stand for.

use crate::ast::Part;
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};
use crate::schedule::cron::Trigger;
use crate::schedule::{Calendar, Occasion};

/// The rule `cron-never-open`.
pub(super) static RULE: Rule = Rule {
    code: Code("cron-never-open"),
    severity: Severity::Error,
    waivable: true,
    steady: true,
    reads: &[Part::Schedule],
    explanation: include_str!("../../diagnostic/explain/cron-never-open.md"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for occasion in &Calendar::of(context.environment).occasions {
        findings.extend(over_before_it_begins(occasion).or_else(|| without_a_trigger(occasion)));
    }
}

fn finding(occasion: &Occasion<'_>, message: String) -> Finding {
    let (name, event) = (occasion.name, occasion.event);
    Finding::new(RULE.code, Severity::Error, message)
        .operand(&event.from, &format!("event.{name}.from"), "when it begins")
        .operand(&event.to, &format!("event.{name}.to"), "when it is over")
}

fn over_before_it_begins(occasion: &Occasion<'_>) -> Option<Finding> {
    let event = occasion.event;
    let from = occasion.zone.instant(event.from.value.civil());
    (occasion.end <= from).then(|| {
        let message = format!("the event `{}` is over before it begins", occasion.name);
        finding(occasion, message).help("write a `to=` that is later than `from=`")
    })
}

/// Five fields of cron have no year.
fn without_a_trigger(occasion: &Occasion<'_>) -> Option<Finding> {
    if occasion.event.worker.is_empty() || Trigger::of(occasion).is_some() {
        return None;
    }
    let message = format!(
        "no cron trigger of KEDA is open from {} until {} and closed before and after",
        super::shown(occasion, occasion.start),
        super::shown(occasion, occasion.end)
    );
    let note = "a cron trigger has a day and a month, and no year: it is open when its end comes before its next start";
    Some(
        finding(occasion, message)
            .operand(
                &occasion.event.lead,
                &format!("event.{}.lead", occasion.name),
                "its floors hold so much earlier",
            )
            .note(note)
            .help("state an event of less than a year, and let one that begins on a 29th of February end on that day"),
    )
}
