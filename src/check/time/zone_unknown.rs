//! A time zone that does not exist.

use crate::ast::TopPart;
use crate::check::{Context, Finding, Findings, Rule};
use crate::diagnostic::{Code, Severity};
use crate::schedule::Zone;
use crate::source::Sourced;

/// The rule `zone-unknown`.
pub(super) static RULE: Rule = Rule {
    code: Code("zone-unknown"),
    severity: Severity::Error,
    waivable: false,
    steady: false,
    reads: &[TopPart::Schedule],
    explanation: include_str!("../../diagnostic/explain/zone-unknown.md"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for (key, hours) in &context.environment.off_hours {
        let path = format!("off-hours.{key}.zone");
        match Zone::find(&hours.zone.value) {
            None => findings.report(unknown(&hours.zone, &path)),
            Some(zone) if !zone.is_regular(context.today) => {
                findings.report(irregular(&hours.zone, &path, &zone));
            }
            Some(_) => {}
        }
    }
    for (name, event) in &context.environment.event {
        if Zone::find(&event.zone.value).is_none() {
            findings.report(unknown(&event.zone, &format!("event.{name}.zone")));
        }
    }
}

fn unknown(zone: &Sourced<String>, path: &str) -> Finding {
    let message = format!("there is no time zone `{}`", zone.value);
    let finding = Finding::new(RULE.code, Severity::Error, message).operand(zone, path, "the zone");
    match Zone::nearest(&zone.value) {
        Some(near) => finding.repair(
            zone,
            path,
            format!("did you mean `{near}`?"),
            format!("\"{near}\""),
        ),
        None => {
            finding.help("use a name of the IANA time zone database, such as \"Europe/Berlin\"")
        }
    }
}

/// Off-hours repeat by the rules of their time zone.
fn irregular(zone: &Sourced<String>, path: &str, known: &Zone) -> Finding {
    let message = format!(
        "the clock changes of `{}` are announced year by year, so off-hours can be an hour early or late",
        zone.value
    );
    Finding::new(RULE.code, Severity::Warning, message)
        .operand(zone, path, "the zone")
        .note(format!("tierc uses the rule `{}`", known.rule()))
        .help("choose hours for which one hour more or less does not matter")
}
