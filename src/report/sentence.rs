//! Splits sentences into text and code in backticks.

/// A part of a sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SentencePart<'a> {
    /// Text outside of backticks.
    Text(&'a str),
    /// Text between two backticks.
    Code(&'a str),
}

/// The parts of a sentence. If a backtick has no partner, the whole sentence is text.
#[must_use]
pub fn parts(sentence: &str) -> Vec<SentencePart<'_>> {
    if !sentence.matches('`').count().is_multiple_of(2) {
        return vec![SentencePart::Text(sentence)];
    }
    let parts = sentence.split('`').enumerate();
    let parts = parts.map(|(at, part)| match at % 2 {
        0 => SentencePart::Text(part),
        _ => SentencePart::Code(part),
    });
    parts.collect()
}
