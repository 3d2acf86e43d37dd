//! Differences as text for a terminal of 80 columns.

mod disruption;
mod headline;
mod money;
mod values;

use rayon::prelude::*;

use crate::diff::Presence;
use crate::report::amount::lasting;
use crate::report::paint::{Ink, Paint};
use crate::report::table::Columns;
pub(in crate::report) use crate::report::wrap::{WIDTH, wrapped};

use super::{DiffReport, EnvironmentDiff, Gated, ResourceReport};

/// How much is shown.
#[derive(Clone, Copy, Debug)]
pub struct DiffDetail {
    /// Whether to colour.
    pub color: bool,
    /// Whether to list every value with its class, cause and fingerprint, instead of counts.
    pub all: bool,
}

/// The report: an environment on one screen, or several with a line that counts them.
#[must_use]
pub fn text(report: &DiffReport, shown: DiffDetail) -> String {
    let paint = Paint(shown.color);
    let mut blocks: Vec<String> = report
        .environments
        .par_iter()
        .map(|environment| one(environment, paint, shown.all))
        .collect();
    blocks.push(foot(report, paint));
    blocks.join("\n")
}

fn one(environment: &EnvironmentDiff, paint: Paint, all: bool) -> String {
    let mut sections = vec![headline::headline(environment, paint)];
    if environment.presence == Presence::Kept && environment.has_changes() {
        sections.push(values::intent(environment, paint, all));
        sections.push(resources(&environment.resources, paint));
    }
    sections.push(money::money(environment, paint));
    if environment.presence != Presence::Added {
        sections.push(disruption::disruption(environment, paint));
    }
    if environment.presence == Presence::Kept && all {
        sections.push(values::values(environment, paint));
    }
    sections.push(artifacts(environment, paint));
    sections.retain(|section| !section.is_empty());
    sections.join("\n")
}

fn title(title: &str, paint: Paint) -> String {
    format!("{}\n", paint.ink(Ink::Bold, title))
}

fn resources(resources: &[ResourceReport], paint: Paint) -> String {
    if resources.is_empty() {
        return String::new();
    }
    let shown = |side: &Option<String>| side.clone().unwrap_or_else(|| "none".into());
    let left = |it: &ResourceReport| [it.name.clone(), shown(&it.before)];
    let columns = Columns::fit(resources.iter().map(left));
    let rows = resources.iter().map(|resource| {
        let cells = columns.cells(&left(resource)).join("  ");
        format!("  {cells} -> {}\n", shown(&resource.after))
    });
    title("resources", paint) + &rows.collect::<String>()
}

fn artifacts(environment: &EnvironmentDiff, paint: Paint) -> String {
    let Some(files) = &environment.artifacts else {
        return String::new();
    };
    let mut text = title("artifacts", paint);
    if files.is_empty() {
        text += "  no rendered file differs\n";
    }
    for line in files.iter().flat_map(|file| file.unified.lines()) {
        let ink = match line.as_bytes().first() {
            _ if line.starts_with("+++") || line.starts_with("---") => Ink::Bold,
            Some(b'+') => Ink::Green,
            Some(b'-') => Ink::Red,
            Some(b'@') => Ink::Cyan,
            _ => Ink::Plain,
        };
        paint.line(&mut text, ink, line);
    }
    text
}

/// The gates, and a line that counts.
fn foot(report: &DiffReport, paint: Paint) -> String {
    let mut text: String = report.gates.iter().map(|gate| gated(gate, paint)).collect();
    let environments = |count: usize| match count {
        1 => "1 environment".to_owned(),
        _ => format!("{count} environments"),
    };
    let differing = report.environments.len();
    if differing == 0 {
        return format!("no differences in {}\n", environments(report.unchanged));
    }
    if differing + report.unchanged > 1 {
        let worst = report.worst.as_ref().map_or_else(String::new, |worst| {
            format!(
                ", worst disruption: {}",
                lasting(worst.class, worst.seconds)
            )
        });
        let of = environments(differing + report.unchanged);
        text += &format!("{differing} of {of} differ{worst}\n");
    }
    text + &format!(
        "{}\n",
        paint.ink(Ink::Dim, &format!("fingerprint {}", report.fingerprint))
    )
}

fn gated(gate: &Gated, paint: Paint) -> String {
    let (ink, says) = if gate.exceeded {
        (Ink::Red, "exceeded")
    } else {
        (Ink::Green, "kept")
    };
    let by: String = gate.by.iter().map(|by| format!("  {by}\n")).collect();
    format!("--fail-on {}: {}\n{by}", gate.gate, paint.ink(ink, says))
}
