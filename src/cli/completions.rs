//! `tierc completions`

use clap::CommandFactory;

use super::args::{Arguments, Completions};
use super::exit::Exit;
use super::output::Output;

pub(super) fn run(command: &Completions, output: &mut Output) -> Exit {
    let mut script = Vec::new();
    clap_complete::generate(
        command.shell,
        &mut Arguments::command(),
        "tierc",
        &mut script,
    );
    output.result(&String::from_utf8_lossy(&script));
    Exit::Fine
}
