//! Plans for a terminal.

use super::{
    BlockedPlan, EnvironmentPlan, MeanwhileAsked, PlanReport, PlanStep, StepChange,
    applied_and_verified, at_last, closing, cost_of, felt, shift, way_back,
};

/// Changes of a step that are listed one by one.
const LISTED: usize = 6;

/// The plans, a paragraph for each step.
#[must_use]
pub fn text(report: &PlanReport) -> String {
    let plans: Vec<String> = report.environments.iter().map(one).collect();
    let mut text = plans.join("\n");
    if report
        .environments
        .iter()
        .any(|plan| !plan.steps.is_empty())
    {
        text += &format!("\n{}\n", closing(report));
    }
    text
}

fn one(plan: &EnvironmentPlan) -> String {
    let mut text = plan.headline();
    text.push('\n');
    for (label, line) in [("cost", plan.money()), ("disruption", plan.interrupted())] {
        if let Some(line) = line {
            text += &format!("    {label:<12}{line}\n");
        }
    }
    for step in &plan.steps {
        text += &paragraph(step);
    }
    for kept in &plan.kept {
        text += &format!("\nkept  {}\n", kept.reason);
        text += &format!("      write this in the file: {}\n", kept.line);
    }
    if let Some(blocked) = &plan.blocked {
        text += &stopped(blocked);
    }
    if let Some(line) = at_last(plan) {
        text += &format!("\nfinally  {line}\n");
    }
    text
}

fn paragraph(step: &PlanStep) -> String {
    let mut text = format!("\n{:>2}  {}\n", step.number, step.title);
    if let Some(impact) = &step.impact {
        text += &format!("    {}: {}\n", felt(impact), impact.reason);
        if let Some(heed) = &impact.heed {
            text += &format!("    {:<12}{heed}\n", "caution");
        }
    }
    text += &values(&step.changes);
    if let Some(cost) = cost_of(step) {
        text += &format!("    {:<12}{cost}\n", "cost");
    }
    let meanwhile: Vec<String> = step.meanwhile.iter().map(MeanwhileAsked::told).collect();
    text += &lines("meanwhile", &meanwhile);
    text += &procedure(step);
    match (&step.undo.procedure, &step.undo.impossible) {
        (_, Some(why)) => text + &format!("    {:<12}{why}\n", "undo"),
        (Some(back), None) => text + &lines("undo", &way_back(step, back)),
        (None, None) => text,
    }
}

fn procedure(step: &PlanStep) -> String {
    let procedure = &step.procedure;
    let [apply, verify] = applied_and_verified(step);
    [
        ("requires", &procedure.requires),
        ("apply", &apply),
        ("verify", &verify),
        ("wait until", &procedure.wait),
        ("note", &procedure.notes),
    ]
    .into_iter()
    .map(|(label, all)| lines(label, all))
    .collect()
}

fn values(changes: &[StepChange]) -> String {
    let listed = changes.get(..LISTED).unwrap_or(changes);
    let width = listed.iter().map(|it| it.path.len()).max();
    let mut text = String::new();
    for change in listed {
        text += &format!(
            "      {:width$}  {}\n",
            change.path,
            shift(change),
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

fn stopped(blocked: &BlockedPlan) -> String {
    let mut text = "\nblocked: each of these would break a rule\n".to_owned();
    for left in &blocked.left {
        text += &format!("    {left}\n");
    }
    for finding in &blocked.findings {
        text += &format!("  error[{}]: {}\n", finding.code, finding.message);
        for note in &finding.notes {
            text += &format!("      {note}\n");
        }
    }
    for bridge in &blocked.bridges {
        text += &format!("  help: {}\n", bridge.message);
    }
    text
}
