//! Plans for a terminal.

use super::{
    BlockedPlan, EnvironmentPlan, MeanwhileAsked, PlanReport, PlanStep, StepChange, at_last,
    closing, cost_of, felt, scripts, shift, summary, unwritten, way_back,
};
use crate::report::wrap::wrapped;

/// Changes of a step that have a line each. The others follow in running text.
const LISTED: usize = 6;

/// The plans, a paragraph for each step.
#[must_use]
pub fn text(report: &PlanReport) -> String {
    let plans = report.environments.iter();
    let plans: Vec<String> = plans.map(|plan| one(plan, report)).collect();
    let mut text = plans.join("\n");
    if let Some(line) = closing(report) {
        text += &format!("\n{}", wrapped("", &line, 0));
    }
    text
}

fn one(plan: &EnvironmentPlan, report: &PlanReport) -> String {
    let mut text = wrapped("", &plan.headline(), 6);
    for (label, line) in [
        ("cost", plan.money()),
        ("disruption", plan.interrupted()),
        ("files", unwritten(report, plan)),
    ] {
        text += &lines(label, line.as_slice());
    }
    for step in &plan.steps {
        text += &paragraph(step);
    }
    for kept in &plan.kept {
        text += &format!("\n{}", wrapped("kept  ", &kept.reason, 6));
        text += &format!("      write this in the file: {}\n", kept.line);
    }
    if let Some(blocked) = &plan.blocked {
        text += &stopped(blocked);
    }
    if let Some(line) = at_last(plan) {
        text += &format!("\n{}", wrapped("finally  ", &line, 9));
    }
    text
}

fn paragraph(step: &PlanStep) -> String {
    let mut text = String::from("\n");
    text += &wrapped(&format!("{:>2}  ", step.number), &step.title, 8);
    if let Some(impact) = &step.impact {
        let felt = format!("{}: {}", felt(impact), impact.reason);
        text += &wrapped("    ", &felt, 8);
        text += &lines("caution", impact.heed.as_slice());
    }
    text += &values(&step.changes);
    text += &lines("cost", cost_of(step).as_slice());
    let meanwhile: Vec<String> = step.meanwhile.iter().map(MeanwhileAsked::told).collect();
    text += &lines("meanwhile", &meanwhile);
    text += &procedure(step);
    match (&step.undo.procedure, &step.undo.impossible) {
        (_, Some(why)) => text += &lines("undo", std::slice::from_ref(why)),
        (Some(back), None) => text += &lines("undo", &way_back(back)),
        (None, None) => {}
    }
    text + &lines("scripts", step.files.as_ref().map(scripts).as_slice())
}

fn procedure(step: &PlanStep) -> String {
    let procedure = &step.procedure;
    [
        ("requires", &procedure.requires),
        ("apply", &summary(&procedure.apply)),
        ("verify", &summary(&procedure.verify)),
        ("wait until", &procedure.wait),
        ("note", &procedure.notes),
    ]
    .into_iter()
    .map(|(label, all)| lines(label, all))
    .collect()
}

fn values(changes: &[StepChange]) -> String {
    let (listed, rest) = changes.split_at(LISTED.min(changes.len()));
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
    if rest.is_empty() {
        return text;
    }
    // The title names what the step adds or removes as a whole.
    let others = rest.iter().filter(|it| !it.whole);
    let others = others.map(|it| format!("{} {}", it.path, shift(it)));
    let others = others.collect::<Vec<_>>().join("; ");
    let colon = if others.is_empty() { "" } else { ": " };
    let more = format!("and {} more{colon}{others}", rest.len());
    text + &wrapped("      ", &more, 8)
}

/// A label on the first line, the rest below it.
fn lines(label: &str, lines: &[String]) -> String {
    let labels = std::iter::once(label).chain(std::iter::repeat(""));
    lines
        .iter()
        .zip(labels)
        .map(|(line, label)| wrapped(&format!("    {label:<12}"), line, 18))
        .collect()
}

fn stopped(blocked: &BlockedPlan) -> String {
    let mut text = "\nblocked: each of these would break a rule\n".to_owned();
    for left in &blocked.left {
        text += &wrapped("    ", left, 6);
    }
    for finding in &blocked.findings {
        let code = format!("  error[{}]: ", finding.code);
        text += &wrapped(&code, &finding.message, 6);
        for note in &finding.notes {
            text += &wrapped("      ", note, 8);
        }
    }
    for bridge in &blocked.bridges {
        text += &wrapped("  help: ", &bridge.message, 8);
    }
    text
}
