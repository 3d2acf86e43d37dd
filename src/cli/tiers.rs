//! `tierc tiers`

use crate::compile;
use crate::report;

use super::args::Tiers;
use super::check::print_findings;
use super::exit::Exit;
use super::load::{catalogue, today};
use super::output::Output;

pub(super) fn run(command: &Tiers, output: &mut Output) -> Result<Exit, Vec<String>> {
    let run = compile::tiers(&catalogue(&command.common)?, today(&command.common));
    if run.files.iter().any(|file| file.environment.is_none()) {
        print_findings(&run, output);
        return Ok(Exit::Wrong);
    }
    let environments: Vec<_> = run
        .files
        .iter()
        .filter_map(|file| file.environment.as_ref())
        .collect();
    output.result(&report::tiers::table(&environments, &run.catalogue.version));
    Ok(Exit::Fine)
}
