//! Waivers: applied last, and held to their own rules.

use std::collections::BTreeSet;

use jiff::civil::Date;

use crate::ast::{Ast, WaiverNode};
use crate::check;
use crate::diagnostic::{Code, Diagnostic, Diagnostics, code};

/// Removes what the file waives; reports waivers that are unknown, expired or silence nothing.
/// Where the file was not resolved, no rule ran, and nothing is said about unused ones.
pub(super) fn apply(file: &Ast, resolved: bool, today: Date, diagnostics: &mut Diagnostics) {
    let mut about = Diagnostics::new();
    for waiver in &file.waivers {
        let Some(rule) = check::rule(&waiver.code.value) else {
            about.push(unknown(waiver));
            continue;
        };
        if !rule.waivable {
            let message = format!("`{}` cannot be waived", rule.code);
            about.push(Diagnostic::error(
                code::WRONG_VALUE,
                message,
                waiver.code.span,
            ));
        } else if waiver.until.value < today {
            about.push(expired(waiver, today));
        } else {
            let before = diagnostics.len();
            diagnostics.retain(|finding| finding.code != rule.code);
            let could_fire = resolved && rule.reads.iter().all(|part| !file.broken.contains(part));
            if before == diagnostics.len() && could_fire {
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
    if code::LANGUAGE.contains(&Code(
        code::LANGUAGE
            .iter()
            .find(|known| known.0 == written)
            .map_or("", |known| known.0),
    )) {
        let message = format!("`{written}` is an error of the language, which cannot be waived");
        return Diagnostic::error(code::WRONG_VALUE, message, waiver.code.span);
    }
    let near = check::rules()
        .map(|rule| {
            (
                strsim::damerau_levenshtein(rule.code.0, written),
                rule.code.0,
            )
        })
        .min()
        .filter(|(distance, _)| *distance <= 3);
    let finding = Diagnostic::error(
        code::UNKNOWN_WORD,
        format!("there is no rule `{written}`"),
        waiver.code.span,
    );
    match near {
        Some((_, near)) => finding.replace(
            format!("did you mean `{near}`?"),
            waiver.code.span,
            format!("\"{near}\""),
        ),
        None => finding.help("`tierc explain` lists every rule"),
    }
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
