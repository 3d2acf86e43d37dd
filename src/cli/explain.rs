//! `tierc explain`

use crate::check;
use crate::compile::{self, CatalogueTexts};
use crate::diagnostic::{code, explain, suggest};
use crate::model::Environment;
use crate::source::Origin;

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
        return Err(vec![unknown(wanted)]);
    };
    output.prose(text);
    Ok(Exit::Fine)
}

/// The message for a name that is not a rule.
fn unknown(wanted: &str) -> String {
    if derives(wanted) {
        return format!(
            "`{wanted}` is not a rule but the name of a derivation: `tierc why FILE PATH` prints its arithmetic"
        );
    }
    let known = || {
        let rules = check::rules().map(|rule| rule.code.0);
        rules.chain(code::LANGUAGE.iter().map(|code| code.0))
    };
    let begun: Vec<&str> = known().filter(|code| code.starts_with(wanted)).collect();
    let hint = match suggest::nearest(wanted, known()) {
        Some(near) => format!("did you mean `{near}`?"),
        None if begun.is_empty() => "`tierc explain` lists all rules".into(),
        None => format!("did you mean {}?", suggest::list(begun)),
    };
    format!("there is no rule `{wanted}`: {hint}")
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

/// Whether `name` is a derivation in an environment of any tier.
fn derives(name: &str) -> bool {
    let run = compile::tiers(&CatalogueTexts::embedded(), jiff::civil::Date::MIN);
    run.files
        .iter()
        .filter_map(|file| file.environment.as_ref())
        .flat_map(Environment::list)
        .any(|attribute| match attribute.origin {
            Origin::Derived(derivation) => derivation.rule == name,
            Origin::Declared(_) | Origin::Tier(_) | Origin::Recorded => false,
        })
}
