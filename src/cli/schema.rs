//! `tierc schema`

use crate::compile::CatalogueTexts;
use crate::{emit, report, schema};

use super::args::Schema;
use super::exit::Exit;
use super::output::Output;

pub(super) fn run(command: &Schema, output: &mut Output) -> Exit {
    if let Some(text) = command.built_in.as_deref().and_then(built_in) {
        output.result(&text);
    } else if command.root {
        output.result(emit::terraform::main_tf());
    } else if command.terraform {
        output.result(emit::terraform::variables_tf());
    } else if command.helm {
        output.result(schema::HELM_VALUES);
    } else if command.template {
        output.result(&emit::values_template::schema());
    } else if command.report {
        output.result(&report::schema::schema());
    } else {
        output.result(&schema::environment());
    }
    Exit::Fine
}

/// A file of the built-in catalogue, as `--catalogue` reads it.
fn built_in(file: &str) -> Option<String> {
    let CatalogueTexts {
        tiers,
        instances,
        prices,
    } = CatalogueTexts::embedded();
    let mut files = CatalogueTexts::FILES
        .into_iter()
        .zip([tiers, instances, prices]);
    let (_, (_, text)) = files.find(|(name, _)| *name == file)?;
    Some(text)
}
