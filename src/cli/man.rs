//! `tierc man`

use clap::CommandFactory;

use super::args::Arguments;
use super::exit::Exit;
use super::output::Output;

pub(super) fn run(output: &mut Output) -> Result<Exit, Vec<String>> {
    let mut page = Vec::new();
    clap_mangen::Man::new(Arguments::command())
        .render(&mut page)
        .map_err(|error| vec![format!("the man page could not be written: {error}")])?;
    output.result(&String::from_utf8_lossy(&page));
    Ok(Exit::Fine)
}
