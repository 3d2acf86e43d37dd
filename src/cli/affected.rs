//! `tierc affected`

use rayon::prelude::*;

use crate::compile::{self, Outcome};
use crate::report::affected::{AffectedReport, text};

use super::args::{Affected, Format};
use super::compared::{about_unread, artifacts, environments, say_prices, say_unread};
use super::exit::Exit;
use super::output::Output;
use super::sides::base;

pub(super) fn run(command: &Affected, output: &mut Output) -> Result<Exit, Vec<String>> {
    let read = base::read(&command.base, &command.paths, &command.common, output)?;
    let (comparison, texts) = read.compare(&command.common);
    // With one and the same catalogue, what does not differ renders the same.
    let renders_alike = texts.before.compiles_as(&texts.after);
    let outcomes = comparison.outcomes();
    let compared = outcomes.len();
    let renders = |outcome: &Outcome<'_>| {
        !outcome.changes.is_empty()
            || !(renders_alike || artifacts(outcome, &comparison).is_empty())
    };
    let affected: Vec<Outcome<'_>> = outcomes.into_par_iter().filter(renders).collect();
    let costs = compile::cost_changes(&affected, texts.as_ref());
    let environments = environments(&affected, &costs, &comparison, true);
    let unaffected = compared - environments.len();
    let report = AffectedReport::new(environments, unaffected, about_unread(&comparison));
    match command.format {
        Format::Human => output.result(&text::text(&report, output.style().color)),
        Format::Json => {
            let json = serde_json::to_string_pretty(&report).expect("a report is plain data");
            output.line(&json);
        }
    }
    Ok(say_unread(&comparison, output).max(say_prices(&costs, output)))
}
