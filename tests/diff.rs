//! Two states of an environment: what changes, why, and what that does.

mod changes;

use tierc::model::Environment;

use crate::support::run;

/// The environment that a text resolves to.
fn environment(text: &str) -> Environment {
    let file = run(text).files.into_iter().next().unwrap();
    file.environment.expect("the text resolves")
}

/// `prod` on a tier, with some lines of its own.
fn prod(tier: &str, lines: &str) -> Environment {
    environment(&format!(
        "environment \"prod\"\ntier \"{tier}\"\nregion \"us-east-1\"\n{lines}\n"
    ))
}
