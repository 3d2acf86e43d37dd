//! The sections of one environment.

use crate::cost::Range;
use crate::diagnostic::Severity;
use crate::diagnostic::json::FindingJson;
use crate::diff::{Presence, Root};
use crate::impact::Class;
use crate::pair::Pair;
use crate::report::amount::{dollars, growth, lasting};
use crate::report::markdown::{block, code, details, prose, table};

use super::super::disrupted::changing_cost;
use super::super::folded::because;
use super::super::headline;
use super::super::{CostDiff, EnvironmentDiff, FileDiff};
use super::value::{NONE, named, shift, side};

/// What the environment is called, and its heading with what matters of it in a sentence.
pub(super) fn head(environment: &EnvironmentDiff, level: &str) -> (String, String) {
    let name = code(&environment.environment);
    let what = headline::what(environment).join(", ");
    let about: Vec<String> = headline::about(environment)
        .iter()
        .map(|(part, _)| match part.strip_prefix(headline::WORST) {
            Some(worst) => format!("{}**{}**", headline::WORST, prose(worst)),
            None => prose(part),
        })
        .collect();
    let about = about.join(", ");
    let text = format!(
        "{level} {name}: {}\n\n{}\n",
        prose(&what),
        marked(environment, &about)
    );
    (format!("all of {name}"), text)
}

/// The sentence, as an alert where somebody has to look.
fn marked(environment: &EnvironmentDiff, about: &str) -> String {
    let class = environment
        .worst
        .as_ref()
        .map_or(Class::None, |worst| worst.class);
    let broken = environment
        .findings
        .iter()
        .any(|it| it.severity == Severity::Error);
    let mark = match class {
        _ if broken => "CAUTION",
        Class::Outage | Class::Replace | Class::Impossible => "CAUTION",
        Class::Failover | Class::Reboot => "WARNING",
        Class::None
        | Class::Autoscaler
        | Class::Reload
        | Class::Rolling
        | Class::OnlineDegraded => return about.to_owned(),
    };
    format!("> [!{mark}]\n> {about}")
}

pub(super) fn findings(environment: &EnvironmentDiff) -> String {
    let findings = environment.findings.iter();
    let lines: Vec<String> = findings
        .filter(|it| it.severity != Severity::Note)
        .map(finding)
        .collect();
    if lines.is_empty() {
        return String::new();
    }
    format!("**Rules**\n\n{}", lines.join(""))
}

/// A finding with its place, its arithmetic and what to do.
pub(super) fn finding(finding: &FindingJson) -> String {
    let place = finding.shown_place();
    let place = place.map_or_else(String::new, |place| code(&place) + ": ");
    let mut text = format!(
        "- **{}** {place}{} ({})\n",
        finding.severity,
        prose(&finding.message),
        code(&finding.code)
    );
    for note in &finding.notes {
        text += &format!("  - {}\n", prose(note));
    }
    for help in &finding.help {
        text += &format!("  - help: {}\n", prose(&help.message));
    }
    text
}

pub(super) fn intent(environment: &EnvironmentDiff) -> String {
    if environment.presence != Presence::Kept {
        return String::new();
    }
    let mut lines: Vec<String> = Vec::new();
    for rename in &environment.renames {
        let place = rename.place.to_string();
        let kind = place.split('.').next().unwrap_or_default();
        let former = code(&format!("{kind}.{}", rename.names.before));
        let note = follow(environment, &Root::Part(rename.place.clone()));
        lines.push(format!("{former} is renamed to {}{note}", code(&place)));
    }
    for value in environment.changes.iter().filter(|it| it.is_stated()) {
        let note = follow(environment, &Root::Stated(value.path.clone()));
        lines.push(format!("{}: {}{note}", code(&value.path), shift(value)));
    }
    for part in &environment.parts {
        let root = Root::Part(part.place.clone());
        let values = environment.following(&root).count();
        let what = match part.presence {
            Presence::Removed => "is removed",
            Presence::Added | Presence::Kept => "is added",
        };
        if values > 0 {
            lines.push(format!(
                "{} {what} ({values} values)",
                code(&part.place.to_string())
            ));
        }
    }
    for (root, of) in [(Root::Tier, "the tier"), (Root::Catalogue, "the catalogue")] {
        match environment.following(&root).count() {
            0 => {}
            1 => lines.push(format!("1 value follows {of}")),
            count => lines.push(format!("{count} values follow {of}")),
        }
    }
    format!("**Intent**\n\n- {}\n", lines.join("\n- "))
}

fn follow(environment: &EnvironmentDiff, root: &Root) -> String {
    match environment.following(root).count() {
        0 => String::new(),
        1 => " (1 value follows from it)".into(),
        count => format!(" ({count} values follow from it)"),
    }
}

pub(super) fn resources(environment: &EnvironmentDiff) -> String {
    if environment.resources.is_empty() || environment.presence != Presence::Kept {
        return String::new();
    }
    let shown = |side: &Option<String>| side.as_deref().map_or_else(|| NONE.into(), prose);
    let rows = environment.resources.iter().map(|resource| {
        vec![
            prose(&resource.name),
            shown(&resource.before),
            shown(&resource.after),
        ]
    });
    table(&["Resource", "Before", "After"], rows)
}

pub(super) fn money(environment: &EnvironmentDiff) -> String {
    let Some(cost) = &environment.cost else {
        return String::new();
    };
    let row = |what: String, mark: &str, cost: &Pair<Range>| {
        let cells = [dollars(cost.before), dollars(cost.after), growth(cost)];
        let cells = cells.map(|cell| format!("{mark}{}{mark}", prose(&cell)));
        std::iter::once(what).chain(cells).collect::<Vec<String>>()
    };
    let rows = cost.rows().into_iter().map(|(what, cost)| {
        let (what, mark) = match what.as_str() {
            "total" => ("**total**".to_owned(), "**"),
            _ => (what, ""),
        };
        row(what, mark, &cost)
    });
    let rows: Vec<Vec<String>> = rows.collect();
    let notes = notes(cost, environment);
    if rows.is_empty() && notes.is_empty() {
        return String::new();
    }
    let mut text = String::new();
    if !rows.is_empty() {
        text += &table(&["USD a month", ">Before", ">After", ">Change"], rows);
    }
    text += &notes;
    // If nothing has a price, no price list was read.
    if !cost.price_lists.is_empty() {
        text += &format!("\n<sub>List prices: {}</sub>\n", prose(&cost.lists()));
    }
    text
}

/// What changes the amounts, and what the rows do not count.
fn notes(cost: &CostDiff, environment: &EnvironmentDiff) -> String {
    let mut notes = String::new();
    let paths = changing_cost(cost, environment);
    if !paths.is_empty() {
        let paths: Vec<String> = paths.iter().map(|path| named(path)).collect();
        notes += &format!("\nChanged by: {}\n", paths.join(", "));
    }
    for (what, paths) in [
        ("Changes without a price", &cost.unpriced),
        ("Cannot change, priced as before", &cost.kept),
    ] {
        if !paths.is_empty() {
            notes += &format!("\n{what}: {}\n", codes(paths));
        }
    }
    for sentence in &cost.calendar {
        notes += &format!("\nExcluded from the sums: {}\n", prose(sentence));
    }
    notes
}

fn codes(paths: &[String]) -> String {
    let paths: Vec<String> = paths.iter().map(|path| code(path)).collect();
    paths.join(", ")
}

/// Every value with its class, its cause and its fingerprint.
pub(super) fn values(environment: &EnvironmentDiff) -> String {
    if environment.changes.is_empty() {
        return String::new();
    }
    let rows = environment.changes.iter().map(|value| {
        vec![
            code(&value.path),
            side(value.before.as_ref()),
            side(value.after.as_ref()),
            lasting(value.impact.class, value.impact.seconds),
            prose(&because(&value.cause)),
            code(value.fingerprint.as_str()),
        ]
    });
    let heads = [
        "Value",
        "Before",
        "After",
        "Disruption",
        "Why",
        "Fingerprint",
    ];
    let count = environment.changes.len();
    let plural = if count == 1 { "value" } else { "values" };
    details(&format!("{count} {plural}"), &table(&heads, rows))
}

pub(super) fn artifact(file: &FileDiff) -> String {
    let what = match file.presence {
        Presence::Added => " (new)",
        Presence::Removed => " (removed)",
        Presence::Kept => "",
    };
    let summary = format!("<code>{}</code>{what}", html(&file.path));
    details(&summary, &block("diff", &file.unified))
}

/// Text within an element of HTML.
fn html(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}
