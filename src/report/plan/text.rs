//! Plans for a terminal.

use super::{
    BlockedPlan, EnvironmentPlan, MeanwhileAsked, PlanReport, PlanStep, StepChange,
    applied_and_verified, at_last, closing, cost_of, felt, shift, way_back,
};
use crate::report::wrap;

/// Changes of a step that are listed one by one.
const LISTED: usize = 6;

/// Columns that a label has before what it is about.
const LABELLED: usize = 16;

/// The plans, a paragraph for each step. Sentences are wrapped to `columns`, where a terminal has them.
#[must_use]
pub fn text(report: &PlanReport, columns: Option<usize>) -> String {
    let folding = Folding { columns };
    let environments = report.environments.iter();
    let plans: Vec<String> = environments.map(|plan| folding.plan(plan)).collect();
    let mut text = plans.join("\n");
    if report
        .environments
        .iter()
        .any(|plan| !plan.steps.is_empty())
    {
        text += &format!("\n{}", folding.sentence("", &closing(report), 0));
    }
    text
}

/// How the sentences of a plan are folded.
struct Folding {
    /// The columns that sentences are wrapped to; none where nothing is wrapped.
    columns: Option<usize>,
}

impl Folding {
    /// A sentence behind `first`; where it is wrapped, its other lines are indented.
    fn sentence(&self, first: &str, sentence: &str, indent: usize) -> String {
        match self.columns {
            Some(columns) => wrap::sentence(first, sentence, indent, columns),
            None => format!("{first}{sentence}\n"),
        }
    }

    fn labelled(&self, label: &str, sentence: &str) -> String {
        self.sentence(&format!("    {label:<12}"), sentence, LABELLED)
    }

    fn plan(&self, plan: &EnvironmentPlan) -> String {
        let mut text = self.sentence("", &plan.headline(), 2);
        for (label, line) in [("cost", plan.money()), ("disruption", plan.interrupted())] {
            if let Some(line) = line {
                text += &self.labelled(label, &line);
            }
        }
        for step in &plan.steps {
            text += &self.step(step);
        }
        for kept in &plan.kept {
            text += &format!("\n{}", self.sentence("kept  ", &kept.reason, 6));
            text += &format!("      write this in the file: {}\n", kept.line);
        }
        if let Some(blocked) = &plan.blocked {
            text += &self.stopped(blocked);
        }
        if let Some(line) = at_last(plan) {
            text += &format!("\n{}", self.sentence("finally  ", &line, 9));
        }
        text
    }

    fn step(&self, step: &PlanStep) -> String {
        let number = format!("{:>2}  ", step.number);
        let mut text = format!("\n{}", self.sentence(&number, &step.title, number.len()));
        if let Some(impact) = &step.impact {
            let impact_told = format!("{}: {}", felt(impact), impact.reason);
            text += &self.sentence("    ", &impact_told, 6);
            if let Some(heed) = &impact.heed {
                text += &self.labelled("caution", heed);
            }
        }
        text += &self.values(&step.changes);
        if let Some(cost) = cost_of(step) {
            text += &self.labelled("cost", &cost);
        }
        let meanwhile: Vec<String> = step.meanwhile.iter().map(MeanwhileAsked::told).collect();
        text += &self.sentences("meanwhile", &meanwhile);
        text += &self.procedure(step);
        match (&step.undo.procedure, &step.undo.impossible) {
            (_, Some(why)) => text + &self.labelled("undo", why),
            (Some(back), None) => text + &self.commands("undo", &way_back(step, back)),
            (None, None) => text,
        }
    }

    fn procedure(&self, step: &PlanStep) -> String {
        let procedure = &step.procedure;
        let [apply, verify] = applied_and_verified(step);
        [
            self.sentences("requires", &procedure.requires),
            self.commands("apply", &apply),
            self.commands("verify", &verify),
            self.sentences("wait until", &procedure.wait),
            self.sentences("note", &procedure.notes),
        ]
        .concat()
    }

    fn values(&self, changes: &[StepChange]) -> String {
        let listed = changes.get(..LISTED).unwrap_or(changes);
        let width = listed.iter().map(|it| it.path.len()).max();
        let width = width.unwrap_or_default();
        let mut text = String::new();
        for change in listed {
            let path = format!("      {:width$}  ", change.path);
            text += &self.sentence(&path, &shift(change), 10);
        }
        match changes.len().saturating_sub(LISTED) {
            0 => text,
            more => text + &format!("      and {more} more\n"),
        }
    }

    /// A label before the first sentence; the rest stand below it.
    fn sentences(&self, label: &str, sentences: &[String]) -> String {
        labels(label)
            .zip(sentences)
            .map(|(label, sentence)| self.labelled(label, sentence))
            .collect()
    }

    /// A label before the first line; the rest stand below it. Commands are never wrapped, because they
    /// are copied. A comment is, and each of its lines is one.
    fn commands(&self, label: &str, lines: &[String]) -> String {
        let lines = lines.iter().flat_map(|line| self.comment(line));
        labels(label)
            .zip(lines)
            .map(|(label, line)| format!("    {label:<12}{line}\n"))
            .collect()
    }

    fn comment(&self, line: &str) -> Vec<String> {
        match (self.columns, line.strip_prefix("# ")) {
            (Some(columns), Some(comment)) => {
                let width = columns.saturating_sub(LABELLED + "# ".len());
                let wrapped = wrap::sentence("", comment, 0, width);
                wrapped.lines().map(|line| format!("# {line}")).collect()
            }
            (None, _) | (_, None) => vec![line.to_owned()],
        }
    }

    fn stopped(&self, blocked: &BlockedPlan) -> String {
        let mut text = "\nblocked: each of these would break a rule\n".to_owned();
        for left in &blocked.left {
            text += &self.sentence("    ", left, 6);
        }
        for finding in &blocked.findings {
            let code = format!("  error[{}]: ", finding.code);
            text += &self.sentence(&code, &finding.message, 4);
            for note in &finding.notes {
                text += &self.sentence("      ", note, 8);
            }
        }
        for bridge in &blocked.bridges {
            text += &self.sentence("  help: ", &bridge.message, 4);
        }
        text
    }
}

/// A label, and nothing for what stands below it.
fn labels(label: &str) -> impl Iterator<Item = &str> {
    std::iter::once(label).chain(std::iter::repeat(""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_and_comments_are_wrapped_and_commands_are_not() {
        let wide = Folding { columns: None };
        let narrow = Folding { columns: Some(32) };
        let lines = [
            "# one two three four".to_owned(),
            "kubectl get pods --all".to_owned(),
        ];
        assert_eq!(
            wide.commands("apply", &lines),
            "    apply       # one two three four\n                kubectl get pods --all\n"
        );
        assert_eq!(
            narrow.commands("apply", &lines),
            "    apply       # one two three\n                # four\n                kubectl get pods --all\n"
        );
        assert_eq!(
            narrow.sentences("note", &["# one two three four".to_owned()]),
            "    note        # one two three\n                four\n"
        );
    }
}
