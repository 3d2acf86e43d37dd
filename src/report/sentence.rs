//! Splits sentences into text and code in backticks.

/// A part of a sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part<'a> {
    /// What stands outside of backticks.
    Text(&'a str),
    /// What stands between two.
    Code(&'a str),
}

/// The parts of a sentence. If a backtick has no partner, the whole sentence is text.
#[must_use]
pub fn parts(sentence: &str) -> Vec<Part<'_>> {
    if !sentence.matches('`').count().is_multiple_of(2) {
        return vec![Part::Text(sentence)];
    }
    let parts = sentence.split('`').enumerate();
    let parts = parts.map(|(at, part)| match at % 2 {
        0 => Part::Text(part),
        _ => Part::Code(part),
    });
    parts.collect()
}
