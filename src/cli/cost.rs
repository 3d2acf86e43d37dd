//! `tierc cost`

use crate::compile;
use crate::cost;
use crate::report::cost::{ReportedCosts, json, markdown, text};

use super::args::{CostArgs, ReportFormat};
use super::catalogue::catalogue;
use super::check::{findings_as_json, print_findings};
use super::exit::Exit;
use super::load::{load_with, today};
use super::output::Output;

pub(super) fn run(command: &CostArgs, output: &mut Output) -> Result<Exit, Vec<String>> {
    let (texts, today) = (
        catalogue(&command.common, &command.paths)?,
        today(&command.common),
    );
    let mut run = load_with(&command.paths, &texts, today)?;
    let compile::EnvironmentCosts { estimates, notes } = compile::costs(&mut run, &texts, today);
    if !compile::all_read(&run) {
        match command.format {
            ReportFormat::Human | ReportFormat::Markdown => print_findings(&run, output),
            ReportFormat::Json => output.result(&findings_as_json(&run)),
        }
        return Ok(Exit::Wrong);
    }
    let costs = ReportedCosts {
        estimates: &estimates,
        total: &cost::total(&estimates),
        notes: &notes,
        sources: &run.sources,
    };
    output.result(&match command.format {
        ReportFormat::Human => text::text(&costs, command.detail),
        ReportFormat::Json => json::json(&costs),
        ReportFormat::Markdown => markdown::markdown(&costs, command.detail),
    });
    if run.has_errors() {
        output.say("the environments have errors: `tierc check` lists them");
        return Ok(Exit::Wrong);
    }
    Ok(Exit::Fine)
}
