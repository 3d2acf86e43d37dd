//! Templates for text formats without a serializer.

use minijinja::syntax::SyntaxConfig;
use minijinja::{
    AutoEscape, Environment, Error, Output, State, UndefinedBehavior, Value, escape_formatter,
};

/// An empty set of templates. A tag alone on a line leaves no line, and a missing variable is an
/// error.
///
/// # Panics
///
/// Never: the delimiters are the usual ones.
#[must_use]
pub fn templates() -> Environment<'static> {
    let mut templates = Environment::new();
    templates.set_undefined_behavior(UndefinedBehavior::Strict);
    templates.set_formatter(write);
    let whole_lines = SyntaxConfig::builder()
        .trim_blocks(true)
        .lstrip_blocks(true)
        .keep_trailing_newline(true)
        .build();
    templates.set_syntax(whole_lines.expect("the delimiters are the usual ones"));
    templates
}

/// Writes unescaped text directly, without a formatter.
fn write(out: &mut Output<'_>, state: &mut State<'_, '_>, value: &Value) -> Result<(), Error> {
    match (state.auto_escape(), value.as_str()) {
        (AutoEscape::None, Some(text)) => out.write_str(text).map_err(Error::from),
        _ => escape_formatter(out, state, value),
    }
}
