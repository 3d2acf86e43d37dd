//! The command line. No other room touches files, arguments, the clock or the terminal.

mod affected;
mod args;
mod capacity;
mod catalogue;
mod check;
mod compared;
mod compared_inputs;
mod completions;
mod cost;
mod diff;
pub mod error;
mod exit;
mod explain;
pub mod files;
mod gate;
mod git;
mod layout;
mod load;
mod man;
mod output;
mod plan;
mod prices;
mod progress;
mod prometheus;
mod render;
mod safe_order;
mod schema;
mod show;
mod tiers;
mod values_templates;
mod why;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{ColorChoice, CommandFactory, FromArgMatches};

use args::{Arguments, Command};
use exit::Exit;
use output::Output;

/// Runs `tierc` with the process' arguments.
#[must_use]
pub fn main() -> ExitCode {
    let arguments = match parse(std::env::args_os().collect()) {
        Ok(arguments) => arguments,
        Err(error) => {
            // `--help` and `--version` arrive here too, but they are not errors.
            if !error.use_stderr() {
                let _ = error.print();
                return Exit::Fine.into();
            }
            refused(&error);
            return Exit::Usage.into();
        }
    };
    let mut output = Output::new(arguments.color);
    let outcome = run(&arguments, &mut output);
    let exit = match outcome {
        Ok(exit) => exit,
        Err(failures) => {
            for failure in &failures {
                output.failure(failure);
            }
            Exit::Usage
        }
    };
    match output.flush() {
        Ok(()) => exit.into(),
        // The reader closed the pipe, so there is no one to report to.
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => exit.into(),
        Err(error) => {
            output.failure(&format!("the output could not be written: {error}"));
            Exit::Usage.into()
        }
    }
}

/// Reports wrong arguments. They can hold control characters, so they are escaped.
fn refused(error: &clap::Error) {
    let output = Output::new(color_said());
    let text = error.render();
    let text = if output.error_style().color {
        text.ansi().to_string()
    } else {
        text.to_string()
    };
    output.say(text.trim_end());
}

fn color_said() -> args::Color {
    let arguments: Vec<OsString> = std::env::args_os().collect();
    match colour(&arguments) {
        ColorChoice::Never => args::Color::Never,
        ColorChoice::Always => args::Color::Always,
        ColorChoice::Auto => args::Color::Auto,
    }
}

/// Reads the arguments. Help and usage errors follow `--color`, although clap prints them before it
/// has parsed `--color`.
fn parse(arguments: Vec<OsString>) -> Result<Arguments, clap::Error> {
    let command = Arguments::command().color(colour(&arguments));
    Arguments::from_arg_matches(&command.try_get_matches_from(arguments)?)
}

/// The value of `--color`, read before the other arguments are parsed.
fn colour(arguments: &[OsString]) -> ColorChoice {
    let said = |when: &str| {
        let (one, two) = (format!("--color={when}"), ["--color", when]);
        arguments.iter().any(|argument| *argument == *one)
            || arguments.windows(2).any(|pair| pair == two)
    };
    if said("never") {
        ColorChoice::Never
    } else if said("always") {
        ColorChoice::Always
    } else {
        ColorChoice::Auto
    }
}

fn run(arguments: &Arguments, output: &mut Output) -> Result<Exit, Vec<String>> {
    match &arguments.command {
        Command::Check(command) => check::run(command, output),
        Command::Render(command) => render::run(command, output),
        Command::Show(command) => show::run(command, output),
        Command::Why(command) => why::run(command, output),
        Command::Explain(command) => explain::run(command, output),
        Command::Diff(command) => diff::run(command, output),
        Command::Plan(command) => plan::run(command, output),
        Command::Affected(command) => affected::run(command, output),
        Command::Cost(command) => cost::run(command, output),
        Command::Capacity(command) => capacity::run(command, output),
        Command::Prices(command) => prices::run(command, output),
        Command::Tiers(command) => tiers::run(command, output),
        Command::Schema(command) => Ok(schema::run(command, output)),
        Command::Layout(command) => Ok(layout::run(command, output)),
        Command::Completions(command) => Ok(completions::run(command, output)),
        Command::Man => man::run(output),
    }
}
