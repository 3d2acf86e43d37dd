//! A report as one HTML page: the frame, the style and the templates.

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, HtmlEscape, UndefinedBehavior, Value};
use serde::Serialize;

use super::paint::{Ink, of_class};
use super::sentence::{SentencePart, parts};
use crate::impact::Class;

/// Everything that a page is made of.
const TEMPLATES: [(&str, &str); 4] = [
    (
        "base.html.j2",
        include_str!("../../templates/report/base.html.j2"),
    ),
    (
        "style.css",
        include_str!("../../templates/report/style.css"),
    ),
    (
        "diff.html.j2",
        include_str!("../../templates/report/diff.html.j2"),
    ),
    (
        "capacity.html.j2",
        include_str!("../../templates/report/capacity.html.j2"),
    ),
];

/// A class of the style sheet: how something is to be taken. A word beside it says the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Tone {
    /// It is wrong, or interrupts somebody.
    Bad,
    /// It is worth a look.
    Look,
    /// It is as it should be.
    Good,
    /// It is good to know.
    Note,
    /// It is neither good nor bad.
    Plain,
    /// There is nothing to say of it.
    Quiet,
}

/// The tone of a colour.
#[must_use]
pub fn tone(ink: Ink) -> Tone {
    match ink {
        Ink::Red => Tone::Bad,
        Ink::Yellow => Tone::Look,
        Ink::Green => Tone::Good,
        Ink::Cyan => Tone::Note,
        Ink::Plain | Ink::Bold | Ink::Dim => Tone::Plain,
    }
}

/// The tone of a disruption.
#[must_use]
pub fn class_tone(class: Class) -> Tone {
    if class == Class::None {
        Tone::Quiet
    } else {
        tone(of_class(class))
    }
}

/// A page. All values are escaped as text.
///
/// # Panics
///
/// Never: the templates are part of the program, and `view` has every value that they name.
#[must_use]
pub fn page(template: &str, view: &impl Serialize) -> String {
    let mut templates = Environment::new();
    let syntax = SyntaxConfig::builder().trim_blocks(true).build();
    templates.set_syntax(syntax.expect("the syntax is minijinja's own"));
    templates.set_undefined_behavior(UndefinedBehavior::Strict);
    templates.set_auto_escape_callback(|name| match name.strip_suffix(".css") {
        Some(_) => AutoEscape::None,
        None => AutoEscape::Html,
    });
    templates.add_filter("prose", |sentence: String| {
        Value::from_safe_string(prose(&sentence))
    });
    for (name, text) in TEMPLATES {
        let added = templates.add_template(name, text);
        added.expect("a template of the program is well formed");
    }
    let page = templates.get_template(template);
    let page = page.and_then(|page| page.render(Serde(view)));
    let mut text = page.expect("the template and its view belong together");
    text.push('\n');
    text
}

/// A sentence: parts in backticks become code, the rest is text.
fn prose(sentence: &str) -> String {
    let parts = parts(sentence).into_iter();
    let escaped = parts.map(|part| match part {
        SentencePart::Code(part) => format!("<code>{}</code>", HtmlEscape(part)),
        SentencePart::Text(part) => HtmlEscape(&part.replace(" -> ", " \u{2192} ")).to_string(),
    });
    escaped.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_keeps_its_code_and_loses_its_markup() {
        assert_eq!(
            prose("`a.b`: 1 -> 2, <img src=x> & `<b>\"'`"),
            "<code>a.b</code>: 1 \u{2192} 2, &lt;img src=x&gt; &amp; <code>&lt;b&gt;&quot;&#x27;</code>"
        );
        assert_eq!(prose("a ` <b>"), "a ` &lt;b&gt;");
    }
}
