//! `tierc show`

use crate::report;

use super::args::{Show, ShowFormat};
use super::check::print_findings;
use super::exit::Exit;
use super::load::{load, single};
use super::output::Output;

pub(super) fn run(command: &Show, output: &mut Output) -> Result<Exit, Vec<String>> {
    let run = load(std::slice::from_ref(&command.file), &command.common)?;
    let Some((_, environment)) = single(&run) else {
        print_findings(&run, output);
        return Ok(Exit::Wrong);
    };
    let attributes = environment.list();
    let text = match command.format {
        ShowFormat::Kdl => report::show::listing(&attributes, &run.sources),
        ShowFormat::Template => report::show::template_data(environment),
        ShowFormat::Json => report::show::json(environment, &attributes, &run.sources),
    };
    output.result(&text);
    Ok(if run.has_errors() {
        Exit::Wrong
    } else {
        Exit::Fine
    })
}
