//! Waivers: applied last, and held to their own rules.

use std::collections::BTreeSet;

use jiff::civil::Date;

use crate::ast::{Ast, WaiverNode};
use crate::check;
use crate::diagnostic::{Code, Diagnostic, Diagnostics, code, suggest};

/// Removes what the file waives; reports waivers that are unknown, expired or silence nothing.
///
/// Nothing is said about unused ones where a rule may have been silent only because something
/// could not be read.
pub(super) fn apply(file: &Ast, resolved: bool, today: Date, diagnostics: &mut Diagnostics) {
    let understood = |finding: &Diagnostic| !code::LANGUAGE.contains(&finding.code);
    let all_rules_spoke = resolved && diagnostics.iter().all(understood);
    let mut about = Diagnostics::new();
    for waiver in &file.waivers {
        let Some(rule) = check::rule(&waiver.code.value) else {
            about.push(unknown(waiver));
            continue;
        };
        if !rule.waivable {
            about.push(not_waivable(waiver));
        } else if waiver.until.value < today {
            about.push(expired(waiver, today));
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

/// The rules that a file waives on a day.
pub(super) fn in_force(file: &Ast, today: Date) -> BTreeSet<Code> {
    file.waivers
        .iter()
        .filter(|waiver| waiver.until.value >= today)
        .filter_map(|waiver| check::rule(&waiver.code.value))
        .filter(|rule| rule.waivable)
        .map(|rule| rule.code)
        .collect()
}

fn unknown(waiver: &WaiverNode) -> Diagnostic {
    let written = waiver.code.value.as_str();
    if code::LANGUAGE.iter().any(|known| known.0 == written) {
        return not_waivable(waiver);
    }
    let message = format!("there is no rule `{written}`");
    let finding = Diagnostic::error(code::UNKNOWN_WORD, message, waiver.code.span);
    let rules = check::rules().map(|rule| rule.code.0);
    match suggest::nearest(written, rules) {
        Some(near) => finding.replace(
            format!("did you mean `{near}`?"),
            waiver.code.span,
            format!("\"{near}\""),
        ),
        None => finding.help("`tierc explain` lists every rule"),
    }
}

fn not_waivable(waiver: &WaiverNode) -> Diagnostic {
    let message = format!("`{}` cannot be waived", waiver.code.value);
    Diagnostic::error(code::WRONG_VALUE, message, waiver.code.span)
        .help("remove the waiver, and mend what it is about")
}

fn expired(waiver: &WaiverNode, today: Date) -> Diagnostic {
    let message = format!(
        "the waiver of `{}` ended on {}",
        waiver.code.value, waiver.until.value
    );
    Diagnostic::error(code::WAIVER_EXPIRED, message, waiver.until.span)
        .note(format!("the day of this run is {today}"))
        .help("mend what it waives, or give it a new last day")
}

fn unused(waiver: &WaiverNode) -> Diagnostic {
    let message = format!(
        "nothing here breaks `{}`, so there is nothing to waive",
        waiver.code.value
    );
    Diagnostic::error(code::WAIVER_UNUSED, message, waiver.place).help("remove the waiver")
}
