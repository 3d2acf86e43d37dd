//! A plan for a terminal.

use super::{PlanReport, felt, shift};
use crate::diff::Change;
use crate::plan::{Blocked, Step};

/// Changes of a step that are listed one by one.
const LISTED: usize = 6;

/// The plan, a paragraph for each step.
#[must_use]
pub fn text(report: &PlanReport<'_>) -> String {
    let mut text = report.headline();
    text.push('\n');
    for step in &report.plan.steps {
        text += &paragraph(step);
    }
    for kept in &report.plan.kept {
        text += &format!("\nkept  {}\n", kept.reason);
        text += &format!("      to say so in the file, write: {}\n", kept.line);
    }
    if let Some(blocked) = &report.plan.blocked {
        text += &stopped(blocked);
    }
    if !report.plan.steps.is_empty() {
        text += &format!("\n{}\n", closing(report));
    }
    text
}

fn paragraph(step: &Step) -> String {
    let mut text = format!("\n{:>2}  {}\n", step.number, step.title);
    if let Some(impact) = step.worst() {
        text += &format!("    {}: {}\n", felt(impact), impact.reason);
    }
    text += &values(&step.changes.changes);
    text += &lines("apply", &step.procedure.apply);
    text += &lines("verify", &step.procedure.verify);
    text += &lines("wait until", &step.procedure.waits);
    match &step.undo {
        Ok(back) => text + &lines("undo", &back.apply),
        Err(why) => text + &format!("    undo        {why}\n"),
    }
}

fn values(changes: &[Change]) -> String {
    let width = changes.iter().take(LISTED).map(|it| it.path.len()).max();
    let mut text = String::new();
    for change in changes.iter().take(LISTED) {
        text += &format!(
            "      {:width$}  {}\n",
            change.path,
            shift(change.values.before.as_ref(), change.values.after.as_ref()),
            width = width.unwrap_or_default()
        );
    }
    match changes.len().saturating_sub(LISTED) {
        0 => text,
        more => text + &format!("      and {more} more\n"),
    }
}

/// A label on the first line, the rest below it. Commands are never wrapped: they are copied.
fn lines(label: &str, lines: &[String]) -> String {
    let labels = std::iter::once(label).chain(std::iter::repeat(""));
    lines
        .iter()
        .zip(labels)
        .map(|(line, label)| format!("    {label:<12}{line}\n"))
        .collect()
}

fn stopped(blocked: &Blocked) -> String {
    let mut text = "\nno order goes on: each of these would break a rule\n".to_owned();
    for left in &blocked.left {
        text += &format!("    {left}\n");
    }
    for finding in &blocked.findings {
        text += &format!(
            "  {}[{}]: {}\n",
            finding.severity, finding.code, finding.message
        );
        for note in &finding.notes {
            text += &format!("      {note}\n");
        }
    }
    for bridge in &blocked.bridges {
        text += &format!("  a value that opens a way: {bridge}\n");
    }
    text
}

fn closing(report: &PlanReport<'_>) -> String {
    let root = report.root;
    if report.written {
        format!("the states are in {root}/: 00 is what is, each number what its step leaves")
    } else {
        format!("the commands read the states from {root}/: write them with --out {root}")
    }
}
