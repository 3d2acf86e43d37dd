//! `tierc affected`

use rayon::prelude::*;

use crate::compile::{self, Outcome};
use crate::report::affected::{AffectedReport, text};

use super::args::{Affected, FindingsFormat};
use super::compared::{
    Asked, about_unread, environments, paths_of_artifacts, say_prices, say_unread,
};
use super::compared_inputs::base;
use super::exit::Exit;
use super::output::Output;
use super::values_templates;

pub(super) fn run(command: &Affected, output: &mut Output) -> Result<Exit, Vec<String>> {
    let read = base::read(&command.base, &command.paths, &command.common, output)?;
    let (comparison, texts) = read.compare(&command.common);
    // With the same catalogue, equal environments render the same files.
    let renders_alike = texts.before.compiles_as(&texts.after);
    if values_templates::say_broken(&comparison, output) {
        return Ok(Exit::Wrong);
    }
    let is_equal = |outcome: &Outcome<'_>| {
        renders_alike
            && outcome.changes.is_empty()
            && values_templates::are_alike(outcome, &comparison)
    };
    let outcomes = comparison.outcomes();
    let compared = outcomes.len();
    let (affected, files): (Vec<Outcome<'_>>, Vec<Vec<String>>) = outcomes
        .into_par_iter()
        .filter(|outcome| !is_equal(outcome))
        .map(|outcome| {
            let files = paths_of_artifacts(&outcome, &comparison);
            (outcome, files)
        })
        .filter(|(outcome, files)| !(outcome.changes.is_empty() && files.is_empty()))
        .unzip();
    let costs = compile::cost_changes(&affected, texts.as_ref());
    let asked = Asked {
        artifacts: false,
        plans: None,
    };
    let environments = environments(&affected, &costs, &comparison, asked);
    let unaffected = compared - environments.len();
    let environments = environments.into_iter().zip(files).collect();
    let report = AffectedReport::new(environments, unaffected, about_unread(&comparison));
    match command.format {
        FindingsFormat::Human => output.result(&text::text(&report, output.style().color)),
        FindingsFormat::Json => {
            let json = serde_json::to_string_pretty(&report).expect("a report is plain data");
            output.line(&json);
        }
    }
    let prices = say_prices(&costs.about_prices, &costs.sources, output);
    Ok(say_unread(&comparison, output).max(prices))
}
