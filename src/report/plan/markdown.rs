//! Plans for a pull request or a change ticket: check lists.

use super::{
    BlockedPlan, EnvironmentPlan, PlanReport, PlanStep, at_last, closing, cost_of, felt, scripts,
    shift, summary, unwritten, way_back,
};
use crate::report::markdown::{LIMIT, code, prose};

/// Bytes kept for the line that counts what was left out.
const RESERVE: usize = 200;

/// The plans as Markdown. Steps that do not fit a comment are left out whole, and counted.
#[must_use]
pub fn markdown(report: &PlanReport) -> String {
    let heads = report
        .environments
        .iter()
        .map(|plan| head(plan, report).len() + 1);
    let mut left = LIMIT.saturating_sub(RESERVE + heads.sum::<usize>());
    let (mut plans, mut dropped) = (Vec::new(), 0);
    for plan in &report.environments {
        let items: Vec<String> = plan.steps.iter().map(item).collect();
        let mut fit = 0;
        for item in &items {
            match left.checked_sub(item.len()) {
                Some(rest) if fit < items.len() => left = rest,
                Some(_) | None => break,
            }
            fit += 1;
        }
        dropped += items.len() - fit;
        plans.push(
            head(plan, report).replace(STEPS, &items.into_iter().take(fit).collect::<String>()),
        );
    }
    let mut text = plans.join("\n");
    if dropped > 0 {
        text += &format!("\n{dropped} more steps do not fit here: `tierc plan` prints them.\n");
    }
    if let Some(line) = closing(report) {
        text += &format!("\n{line}\n");
    }
    text
}

/// Stands for the steps: no text of a plan holds it.
const STEPS: &str = "\0";

/// Everything but the steps.
fn head(plan: &EnvironmentPlan, report: &PlanReport) -> String {
    let mut text = format!("### {}\n\n", prose(&plan.headline()));
    for (label, line) in [
        ("Cost", plan.money()),
        ("Disruption", plan.interrupted()),
        ("Files", unwritten(report, plan)),
    ] {
        if let Some(line) = line {
            text += &format!("- {label}: {}\n", prose(&line));
        }
    }
    text += STEPS;
    for kept in &plan.kept {
        text += &format!(
            "\n**Kept:** {}. Write this in the file: {}.\n",
            prose(&kept.reason),
            code(&kept.line)
        );
    }
    if let Some(blocked) = &plan.blocked {
        text += &stopped(blocked);
    }
    if let Some(line) = at_last(plan) {
        text += &format!("\n**Finally:** {}.\n", prose(&line));
    }
    text
}

fn item(step: &PlanStep) -> String {
    let mut text = format!("\n- [ ] **{}. {}**", step.number, prose(&step.title));
    if let Some(impact) = &step.impact {
        text += &format!("  \n      {}: {}", felt(impact), prose(&impact.reason));
        if let Some(heed) = &impact.heed {
            text += &format!("; {}", prose(heed));
        }
    }
    text.push('\n');
    for change in &step.changes {
        text += &format!("      - {} {}\n", code(&change.path), prose(&shift(change)));
    }
    if let Some(cost) = cost_of(step) {
        text += &format!("      - cost: {}\n", prose(&cost));
    }
    for meanwhile in &step.meanwhile {
        text += &format!("      - meanwhile {}\n", prose(&meanwhile.told()));
    }
    let procedure = &step.procedure;
    if let Some(files) = &step.files {
        text += &format!("      - scripts: {}\n", prose(&scripts(files)));
    }
    text += &sentences("Requires:", &procedure.requires);
    text += &list("apply", &summary(&procedure.apply));
    text += &list("verify", &summary(&procedure.verify));
    text += &sentences("Wait until", &procedure.wait);
    text += &sentences("Note:", &procedure.notes);
    match (&step.undo.procedure, &step.undo.impossible) {
        (_, Some(why)) => text + &format!("\n      Undo: {}\n", prose(why)),
        (Some(back), None) => text + &list("undo", &way_back(back)),
        (None, None) => text,
    }
}

fn sentences(label: &str, lines: &[String]) -> String {
    let lines = lines.iter();
    lines
        .map(|line| format!("\n      {label} {}.\n", prose(line)))
        .collect()
}

fn list(label: &str, lines: &[String]) -> String {
    if lines.is_empty() {
        return String::new();
    }
    let mut text = format!("\n      {label}:\n\n");
    for line in lines {
        text += &format!("      - {}\n", prose(line));
    }
    text
}

fn stopped(blocked: &BlockedPlan) -> String {
    let mut text = "\n**Blocked.** Each of these would break a rule:\n\n".to_owned();
    for left in &blocked.left {
        text += &format!("- {}\n", prose(left));
    }
    text.push('\n');
    for finding in &blocked.findings {
        text += &format!("- `{}`: {}\n", finding.code, prose(&finding.message));
    }
    for bridge in &blocked.bridges {
        text += &format!("- help: {}\n", prose(&bridge.message));
    }
    text
}
