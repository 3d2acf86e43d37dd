//! `tierc why`

use crate::report;

use super::args::Why;
use super::check::print_findings;
use super::exit::Exit;
use super::load::{load, single, today};
use super::output::Output;

pub(super) fn run(command: &Why, output: &mut Output) -> Result<Exit, Vec<String>> {
    let run = load(std::slice::from_ref(&command.file), &command.common)?;
    let Some((_, environment)) = single(&run) else {
        print_findings(&run, output);
        return Ok(Exit::Wrong);
    };
    if command.path == "schedule" {
        let day = today(&command.common);
        output.result(&report::schedule::week(environment, day));
        return Ok(Exit::Fine);
    }
    let attributes = environment.list();
    let text = report::why::why(&command.path, environment, &attributes, &run.sources).map_err(
        |near| {
            let hint = near.map_or_else(
                || format!("`tierc show {}` lists every path", command.file.display()),
                |near| format!("did you mean `{near}`?"),
            );
            vec![format!("the environment has no `{}`: {hint}", command.path)]
        },
    )?;
    output.prose(&text);
    Ok(Exit::Fine)
}
