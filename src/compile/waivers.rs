//! Waivers: applied last, and checked by their own rules.

use std::collections::BTreeSet;

use jiff::civil::Date;

use crate::ast::{Ast, WaiverNode};
use crate::check;
use crate::diagnostic::{Code, Diagnostic, Diagnostics, Help, Severity, code, suggest};
use crate::edit::Edit;
use crate::model::Waiver;
use crate::source::{Span, Spanned};

/// The rules that report unknown or mistyped words. Other rules about the same value are then
/// silent.
const UNKNOWN: [&str; 9] = [
    "class-unknown",
    "engine-version-unknown",
    "instance-type-unknown",
    "node-type-unknown",
    "pgbouncer-version-unsupported",
    "quantity-suspicious",
    "region-unknown",
    "tls-step-unknown",
    "zone-unknown",
];

/// Removes waived findings, and reports waivers that are unknown, expired or unused.
///
/// A waiver is not called unused if its rule may only be silent because something could not be
/// read.
pub(super) fn apply(file: &Ast, resolved: bool, today: Date, diagnostics: &mut Diagnostics) {
    let understood = |finding: &Diagnostic| {
        !code::LANGUAGE.contains(&finding.code) && !UNKNOWN.contains(&finding.code.0)
    };
    let all_rules_spoke = resolved && diagnostics.iter().all(understood);
    let waivable = |code: Code| check::rule(code.0).is_some_and(|rule| rule.waivable);
    diagnostics.retain(|finding| {
        !(file.perhaps_waived.contains(finding.code.0) && waivable(finding.code))
    });
    let mut about = Diagnostics::new();
    for waiver in &file.waivers {
        if waiver.rule.value == code::SECRET_LITERAL.0 {
            about.extend(of_a_literal(file, waiver, today));
            continue;
        }
        if let Some(value) = &waiver.value {
            about.push(takes_no_value(&waiver.rule.value, value.span));
            continue;
        }
        let Some(rule) = check::rule(&waiver.rule.value) else {
            // A mistyped waiver still waives the rule that it was meant for.
            let meant = meant(waiver);
            diagnostics.retain(|finding| Some(finding.code.0) != meant || !waivable(finding.code));
            about.push(unknown(waiver));
            continue;
        };
        if !rule.waivable {
            about.push(not_waivable(waiver));
        } else if waiver.until.value.0 < today {
            let finding = expired(&waiver.rule.value, waiver.until.value.0, today);
            about.push(finding.label(waiver.until.span, ""));
        } else {
            let before = diagnostics.len();
            diagnostics.retain(|finding| finding.code != rule.code);
            if before == diagnostics.len() && all_rules_spoke {
                about.push(unused(waiver));
            }
        }
    }
    diagnostics.extend(about);
}

/// Mistakes in the waiver of one literal, which the parser has already applied.
fn of_a_literal(file: &Ast, waiver: &WaiverNode, today: Date) -> Diagnostics {
    let mut about = Diagnostics::new();
    match &waiver.value {
        None => about.push(
            Diagnostic::error(
                code::WRONG_VALUE,
                "`secret-literal` cannot be waived for a whole file",
                waiver.rule.span,
            )
            .help(
                "add `value=` with the fingerprint that the finding states: that waives one value",
            ),
        ),
        Some(_) if waiver.until.value.0 < today => {
            let finding = expired(&waiver.rule.value, waiver.until.value.0, today);
            about.push(finding.label(waiver.until.span, ""));
        }
        Some(value) if !file.waived_literals.contains(&value.value) => {
            let message = format!(
                "no literal here has the fingerprint `{}`, so there is nothing to waive",
                value.value
            );
            let finding = Diagnostic::error(code::WAIVER_UNUSED, message, waiver.place);
            about.push(finding.help("remove the waiver"));
        }
        Some(_) => {}
    }
    about
}

fn takes_no_value(rule: &str, span: Span) -> Diagnostic {
    let message = format!("a waiver of `{rule}` takes no `value`: it is for the whole file");
    Diagnostic::error(code::WRONG_VALUE, message, span)
        .help("remove it; only `secret-literal` is waived value by value")
}

/// The waivers of a file, by the rule's name.
pub(super) fn stated(file: &Ast) -> Vec<Waiver> {
    let waivers = file.waivers.iter().map(|waiver| Waiver {
        rule: waiver.rule.value.clone(),
        value: waiver.value.as_ref().map(|value| value.value.clone()),
        until: waiver.until.value,
        reason: waiver.reason.value.clone(),
    });
    let mut waivers: Vec<Waiver> = waivers.collect();
    waivers.sort();
    waivers
}

/// The same waivers as a file would state them, without a location.
pub(super) fn restated(waivers: &[Waiver]) -> Vec<WaiverNode> {
    let nowhere = Span::nowhere();
    let node = |waiver: &Waiver| WaiverNode {
        place: nowhere,
        rule: Spanned::new(waiver.rule.clone(), nowhere),
        value: waiver
            .value
            .clone()
            .map(|value| Spanned::new(value, nowhere)),
        reason: Spanned::new(waiver.reason.clone(), nowhere),
        until: Spanned::new(waiver.until, nowhere),
    };
    waivers.iter().map(node).collect()
}

/// The rules that are waived on a day.
pub(super) fn in_force(waivers: &[Waiver], today: Date) -> BTreeSet<Code> {
    waivers
        .iter()
        .filter(|waiver| waiver.until.0 >= today)
        .filter_map(|waiver| check::rule(&waiver.rule))
        .filter(|rule| rule.waivable)
        .map(|rule| rule.code)
        .collect()
}

/// The remaining findings of a record, and the rules that it waives. An expired waiver is reported,
/// as for a file. Other mistakes in a waiver were reported when its file was read.
pub(super) fn apply_recorded(
    waivers: &[Waiver],
    today: Date,
    mut found: Diagnostics,
) -> (Diagnostics, BTreeSet<Code>) {
    let waived = in_force(waivers, today);
    found.retain(|finding| !waived.contains(&finding.code));
    let known = |waiver: &&Waiver| {
        waiver.value.is_some() || check::rule(&waiver.rule).is_some_and(|rule| rule.waivable)
    };
    for waiver in waivers.iter().filter(known) {
        if waiver.until.0 < today {
            found.push(expired(&waiver.rule, waiver.until.0, today));
        }
    }
    (found, waived)
}

/// For a record without waivers: no tree is rendered with an error, so an error that can be waived
/// may have been waived. It becomes a warning.
pub(super) fn perhaps_waived(found: Diagnostics) -> (Diagnostics, BTreeSet<Code>) {
    let waivable = |code: Code| check::rule(code.0).is_some_and(|rule| rule.waivable);
    let codes = found.iter().map(|finding| finding.code);
    let waived = codes.filter(|code| waivable(*code)).collect();
    let found = found.map(|mut finding| {
        if finding.severity == Severity::Error && waivable(finding.code) {
            finding.severity = Severity::Warning;
            finding = finding.note(
                "an error, unless the file waives it: this tree does not record waivers, until it is rendered again",
            );
        }
        finding
    });
    (found, waived)
}

fn unknown(waiver: &WaiverNode) -> Diagnostic {
    let written = waiver.rule.value.as_str();
    if code::LANGUAGE.iter().any(|known| known.0 == written) {
        return not_waivable(waiver);
    }
    let message = format!("there is no rule `{written}`");
    let finding = Diagnostic::error(code::UNKNOWN_WORD, message, waiver.rule.span);
    match meant(waiver) {
        Some(near) => finding.replace(
            format!("did you mean `{near}`?"),
            waiver.rule.span,
            format!("\"{near}\""),
        ),
        None => finding.help("run `tierc explain` to list all rules"),
    }
}

/// The rule whose name is closest to the waiver's.
fn meant(waiver: &WaiverNode) -> Option<&'static str> {
    let rules = check::rules().map(|rule| rule.code.0);
    suggest::nearest(&waiver.rule.value, rules)
}

fn not_waivable(waiver: &WaiverNode) -> Diagnostic {
    let message = format!("`{}` cannot be waived", waiver.rule.value);
    Diagnostic::error(code::WRONG_VALUE, message, waiver.rule.span)
        .help("remove the waiver, and fix the finding")
}

fn expired(rule: &str, until: Date, today: Date) -> Diagnostic {
    let message = format!("the waiver of `{rule}` ended on {until}");
    Diagnostic::new(code::WAIVER_EXPIRED, Severity::Error, message)
        .note(format!("the day of this run is {today}"))
        .help("fix the finding that it waives, or state a new last day in `until=`")
}

fn unused(waiver: &WaiverNode) -> Diagnostic {
    let message = format!(
        "nothing here breaks `{}`, so there is nothing to waive",
        waiver.rule.value
    );
    let mut finding = Diagnostic::error(code::WAIVER_UNUSED, message, waiver.place);
    let edit = Edit::remove(format!("waive.{}", waiver.rule.value));
    finding
        .help
        .push(Help::new("remove the waiver").editing([edit]));
    finding.safely()
}
