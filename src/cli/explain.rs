//! `tierc explain`

use crate::check;
use crate::diagnostic::{code, explain, suggest};

use super::args::Explain;
use super::exit::Exit;
use super::output::Output;

pub(super) fn run(command: &Explain, output: &mut Output) -> Result<Exit, Vec<String>> {
    let Some(wanted) = &command.code else {
        list(output);
        return Ok(Exit::Fine);
    };
    let text = check::rule(wanted)
        .map(|rule| rule.explanation)
        .or_else(|| explain::language(wanted));
    let Some(text) = text else {
        let known = check::rules()
            .map(|rule| rule.code.0)
            .chain(code::LANGUAGE.iter().map(|code| code.0));
        let hint = suggest::nearest(wanted, known).map_or_else(
            || ": `tierc explain` lists them all".into(),
            |near| format!(": did you mean `{near}`?"),
        );
        return Err(vec![format!("there is no rule `{wanted}`{hint}")]);
    };
    output.result(text);
    Ok(Exit::Fine)
}

fn list(output: &mut Output) {
    let mut rules: Vec<_> = check::rules().collect();
    rules.sort_by_key(|rule| rule.code);
    output.line("rules:");
    for rule in rules {
        let fixed = if rule.waivable {
            ""
        } else {
            ", cannot be waived"
        };
        output.line(&format!("  {:<34} {}{fixed}", rule.code.0, rule.severity));
    }
    output.line("\nerrors of the language, which cannot be waived:");
    for code in code::LANGUAGE {
        output.line(&format!("  {code}"));
    }
}
