//! A plan for a pull request or a change ticket: a check list.

use super::{PlanReport, felt, shift};
use crate::plan::{Blocked, Step};

/// The plan as Markdown.
#[must_use]
pub fn markdown(report: &PlanReport<'_>) -> String {
    let mut text = format!("### {}\n", report.headline());
    for step in &report.plan.steps {
        text += &item(step);
    }
    for kept in &report.plan.kept {
        text += &format!(
            "\n**Kept:** {}. To say so in the file, write `{}`.\n",
            kept.reason, kept.line
        );
    }
    if let Some(blocked) = &report.plan.blocked {
        text += &stopped(blocked);
    }
    text
}

fn item(step: &Step) -> String {
    let mut text = format!("\n- [ ] **{}. {}**", step.number, step.title);
    if let Some(impact) = step.worst() {
        text += &format!("  \n      {}: {}", felt(impact), impact.reason);
    }
    text.push('\n');
    for change in &step.changes.changes {
        let shift = shift(change.values.before.as_ref(), change.values.after.as_ref());
        text += &format!("      - `{}` {shift}\n", change.path);
    }
    text += &block("apply", &step.procedure.apply);
    text += &block("verify", &step.procedure.verify);
    for wait in &step.procedure.waits {
        text += &format!("\n      Wait until {wait}.\n");
    }
    match &step.undo {
        Ok(back) => text + &block("undo", &back.apply),
        Err(why) => text + &format!("\n      Undo: {why}\n"),
    }
}

fn block(label: &str, lines: &[String]) -> String {
    if lines.is_empty() {
        return String::new();
    }
    let mut text = format!("\n      {label}:\n\n      ```sh\n");
    for line in lines {
        text += &format!("      {line}\n");
    }
    text + "      ```\n"
}

fn stopped(blocked: &Blocked) -> String {
    let mut text = "\n**No order goes on.** Each of these would break a rule:\n\n".to_owned();
    for left in &blocked.left {
        text += &format!("- {left}\n");
    }
    text.push('\n');
    for finding in &blocked.findings {
        text += &format!("- `{}`: {}\n", finding.code, finding.message);
    }
    for bridge in &blocked.bridges {
        text += &format!("- a value that opens a way: {bridge}\n");
    }
    text
}
