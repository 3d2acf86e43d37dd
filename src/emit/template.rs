//! Templates of text that has no serializer.

use minijinja::syntax::SyntaxConfig;
use minijinja::{Environment, UndefinedBehavior};

/// No template yet: tags that stand alone leave no line, and a variable that is not given is an
/// error.
///
/// # Panics
/// Never: the delimiters are the usual ones.
#[must_use]
pub fn templates() -> Environment<'static> {
    let mut templates = Environment::new();
    templates.set_undefined_behavior(UndefinedBehavior::Strict);
    let whole_lines = SyntaxConfig::builder()
        .trim_blocks(true)
        .lstrip_blocks(true)
        .keep_trailing_newline(true)
        .build();
    templates.set_syntax(whole_lines.expect("the delimiters are the usual ones"));
    templates
}
