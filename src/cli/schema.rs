//! `tierc schema`

use crate::compile::CatalogueTexts;
use crate::{emit, report, schema};

use super::args::Schema;
use super::exit::Exit;
use super::output::Output;

pub(super) fn run(command: &Schema, output: &mut Output) -> Exit {
    if let Some(text) = command
        .built_in
        .as_deref()
        .and_then(CatalogueTexts::built_in_file)
    {
        output.result(text);
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
