//! `tierc check`

use crate::compile::Run;
use crate::diagnostic::render::{self, Style};
use crate::diagnostic::{Severity, json};

use super::args::{Check, Deny, Format};
use super::exit::Exit;
use super::load::load;
use super::output::Output;

/// Findings shown of one file, before the rest is only counted.
const SHOWN: usize = 100;

pub(super) fn run(command: &Check, output: &mut Output) -> Result<Exit, Vec<String>> {
    let run = load(&command.paths, &command.common)?;
    match command.format {
        Format::Human => print_findings(&run, output),
        Format::Json => output.line(&findings_as_json(&run)),
    }
    Ok(verdict(&run, command.deny))
}

/// Every finding, as one JSON document.
pub(super) fn findings_as_json(run: &Run) -> String {
    let findings = json::findings(run.diagnostics(), &run.sources);
    serde_json::to_string_pretty(&serde_json::json!({ "findings": findings }))
        .expect("findings are plain data")
}

/// Whether the run's findings fail it.
pub(super) fn verdict(run: &Run, deny: Option<Deny>) -> Exit {
    let warns = || {
        run.diagnostics()
            .any(|finding| finding.severity == Severity::Warning)
    };
    if run.has_errors() || (deny == Some(Deny::Warnings) && warns()) {
        Exit::Wrong
    } else {
        Exit::Fine
    }
}

/// Every finding among the results, file by file, and a line that counts them.
pub(super) fn print_findings(run: &Run, output: &mut Output) {
    let text = findings_as_text(run, output.style());
    output.result(&text);
}

/// Every finding beside the results.
pub(super) fn say_findings(run: &Run, output: &Output) {
    output.say(findings_as_text(run, output.error_style()).trim_end());
}

fn findings_as_text(run: &Run, style: Style) -> String {
    let mut text = String::new();
    for file in &run.files {
        text += &render::human_first(SHOWN, file.diagnostics.iter(), &run.sources, style);
        let more = file.diagnostics.len().saturating_sub(SHOWN);
        if more > 0 {
            let name = &run.sources.get(file.source).name;
            text += &format!("and {more} more in {name}\n\n");
        }
    }
    let count = |severity| {
        run.diagnostics()
            .filter(|finding| finding.severity == severity)
            .count()
    };
    text += &render::summary(
        count(Severity::Error),
        count(Severity::Warning),
        count(Severity::Note),
        run.files.len(),
    );
    text + "\n"
}
