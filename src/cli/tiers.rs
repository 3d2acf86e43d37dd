//! `tierc tiers`

use std::path::PathBuf;

use crate::compile;
use crate::report;

use super::args::TiersArgs;
use super::catalogue::catalogue;
use super::check::print_findings;
use super::exit::Exit;
use super::load::today;
use super::output::Output;

pub(super) fn run(command: &TiersArgs, output: &mut Output) -> Result<Exit, Vec<String>> {
    let (texts, today) = (
        catalogue(&command.common, &[PathBuf::from("environments")])?,
        today(&command.common),
    );
    let mut run = compile::tiers(&texts, today);
    let costs = compile::costs(&mut run, &texts, today);
    if !compile::all_read(&run) {
        print_findings(&run, output);
        return Ok(Exit::Wrong);
    }
    let environments: Vec<_> = run
        .files
        .iter()
        .filter_map(|file| file.environment.as_ref())
        .collect();
    let version = &run.catalogue.version;
    let table = report::tiers::table(&environments, &costs.estimates, version, output.columns());
    output.result(&table);
    Ok(Exit::Fine)
}
