//! `tierc diff`

use crate::compile::{self, CatalogueTexts, Comparison, CostChanges};
use crate::pair::Pair;
use crate::report::diff::DiffReport;
use crate::report::diff::html::html;
use crate::report::diff::markdown::markdown;
use crate::report::diff::text::{DiffDetail, text};

use super::args::{Diff, PageFormat};
use super::compared::{
    Asked, about_unread, differs_in_files, environments, say_called, say_prices, say_unread,
};
use super::compared_inputs::{self, ReadArtifacts};
use super::exit::Exit;
use super::gate::{Approved, judge};
use super::output::Output;
use super::values_templates;

pub(super) fn run(command: &Diff, output: &mut Output) -> Result<Exit, Vec<String>> {
    let artifacts = if command.artifacts {
        ReadArtifacts::Read
    } else {
        ReadArtifacts::Left
    };
    let read = match compared_inputs::read(&command.compared, &command.common, artifacts, output) {
        Ok(read) => read,
        Err(failed) => return failed.end(output),
    };
    let (comparison, texts) = read.compare(&command.common);
    if command.artifacts && values_templates::say_broken(&comparison, output) {
        return Ok(Exit::Wrong);
    }
    say_called(&comparison, output);
    let (report, costs) = report(command, &comparison, texts.as_ref(), output);
    write(&report, command, output);
    let differs = if command.detailed_exitcode && !report.environments.is_empty() {
        Exit::Differs
    } else {
        Exit::Fine
    };
    let exceeded = report.gates.iter().any(|gate| gate.exceeded);
    let gate = if exceeded { Exit::Gate } else { Exit::Fine };
    let whole = say_unread(&comparison, output).max(say_prices(
        &costs.about_prices,
        &costs.sources,
        output,
    ));
    Ok(differs.max(gate).max(whole))
}

fn report(
    command: &Diff,
    comparison: &Comparison,
    texts: Pair<&CatalogueTexts>,
    output: &Output,
) -> (DiffReport, CostChanges) {
    let outcomes = comparison.outcomes();
    let compared = outcomes.len();
    let (outcomes, costs) = compile::differing(outcomes, texts, |outcome| {
        command.artifacts && differs_in_files(outcome, comparison)
    });
    let asked = Asked {
        artifacts: command.artifacts,
        // The short report has no room for plans, and the search takes time.
        plans: (command.format != PageFormat::Human).then_some(&command.common),
    };
    let environments = environments(&outcomes, &costs, comparison, asked);
    let mut report = DiffReport::new(environments, compared - outcomes.len());
    report.unread = about_unread(comparison);
    let approved = Approved::new(&command.approve);
    for fingerprint in approved.unknown(&report) {
        let warning = format!("warning: nothing that changes has the fingerprint `{fingerprint}`");
        output.say(&warning);
    }
    let differences: Vec<_> = costs.changes.iter().map(|it| &it.difference).collect();
    report.gates = judge(&command.fail_on, &approved, &report, &differences);
    (report, costs)
}

fn write(report: &DiffReport, command: &Diff, output: &mut Output) {
    match command.format {
        PageFormat::Human => {
            let shown = DiffDetail {
                color: output.style().color,
                all: command.all,
            };
            output.result(&text(report, shown));
        }
        PageFormat::Json => {
            let json = serde_json::to_string_pretty(report).expect("a report is plain data");
            output.line(&json);
        }
        PageFormat::Html => output.result(&html(report)),
        PageFormat::Markdown => output.result(&markdown(report)),
    }
}
