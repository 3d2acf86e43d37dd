//! A step as files to run: how it is applied, what shows that it is done, and the way back.

use std::collections::BTreeSet;

use super::procedure::Procedure;
use super::step::PlannedStep;
use crate::action::Action;
use crate::action::shell::word;
use crate::emit::Artifacts;
use crate::emit::header::header;

/// Applies a step.
pub const APPLY: &str = "apply.sh";

/// Shows that a step is done.
pub const VERIFY: &str = "verify.sh";

/// Goes back to the state before a step.
pub const UNDO: &str = "undo.sh";

/// Where a script belongs.
pub struct ScriptPlace<'a> {
    /// The tree of the state that the step leaves, as the commands name it.
    pub tree: &'a str,
    /// The name of AFTER's file.
    pub source: &'a str,
}

/// The files of a step, by name.
#[must_use]
pub fn scripts(step: &PlannedStep, place: &ScriptPlace<'_>) -> Artifacts {
    let procedure = &step.procedure;
    let title = format!("Step {}: {}", step.number, step.title);
    let undo = match &step.undo {
        Ok(back) => {
            let actions = back.apply.iter().chain(&back.verify);
            let title = format!("Undo step {}: {}", step.number, step.title);
            script(&title, place, back, actions)
        }
        Err(why) => format!(
            "{}\nprintf '%s\\n' {} >&2\nexit 1\n",
            head(&title, place),
            word(why)
        ),
    };
    let apply = script(&title, place, procedure, procedure.apply.iter());
    let title = format!("Check that step {} is done: {}", step.number, step.title);
    let verify = script(&title, place, procedure, procedure.verify.iter());
    [(APPLY, apply), (VERIFY, verify), (UNDO, undo)]
        .map(|(name, text)| (name.to_owned(), text))
        .into()
}

/// What every script starts with. It ends at the first command that fails.
fn head(title: &str, place: &ScriptPlace<'_>) -> String {
    format!(
        "#!/bin/sh\n{}#\n{}#\n# Run it in the folder where you ran `tierc plan`. You can run it again.\nset -eu\n",
        header(place.source),
        comment("", title)
    )
}

fn script<'a>(
    title: &str,
    place: &ScriptPlace<'_>,
    procedure: &Procedure,
    actions: impl Iterator<Item = &'a Action> + Clone,
) -> String {
    let mut text = head(title, place);
    text += &format!(
        "[ -d {0} ] || {{\n    printf '%s\\n' {1} >&2\n    exit 1\n}}\n",
        word(place.tree),
        word(&format!(
            "there is no {}: run this in the folder where you ran `tierc plan`",
            place.tree
        ))
    );
    for (label, sentences) in [
        ("Requires:", &procedure.requires),
        ("Then wait until:", &procedure.wait),
        ("Note:", &procedure.notes),
    ] {
        if !sentences.is_empty() {
            text += &format!("\n# {label}\n");
            text.extend(sentences.iter().map(|sentence| comment("- ", sentence)));
        }
    }
    let needed: BTreeSet<&str> = actions.clone().flat_map(Action::reads).collect();
    if !needed.is_empty() {
        text.push('\n');
        for variable in needed {
            text += &format!(": \"${{{variable}:?set it first, as described above}}\"\n");
        }
    }
    text += "\nsay() {\n    printf '==> %s\\n' \"$1\" >&2\n}\n";
    let mut any = false;
    for action in actions {
        any = true;
        text += &format!("\nsay {}\n{}\n", word(&action.does()), action.shell());
    }
    if !any {
        text += "\nsay 'nothing to do'\n";
    }
    text
}

/// Columns of a comment.
const WIDTH: usize = 78;

/// A sentence as lines of a comment.
fn comment(mark: &str, sentence: &str) -> String {
    let mut lines = Vec::new();
    let mut line = mark.to_owned();
    for word in sentence.split_whitespace() {
        let full = line.chars().count() + 1 + word.chars().count() > WIDTH;
        if full && !line.trim().is_empty() && line != mark {
            lines.push(std::mem::replace(&mut line, " ".repeat(mark.len())));
        }
        if !line.is_empty() && !line.ends_with(' ') {
            line.push(' ');
        }
        line += word;
    }
    lines.push(line);
    lines.iter().map(|line| format!("# {line}\n")).collect()
}
