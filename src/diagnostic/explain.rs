//! What `tierc explain` prints for errors of the language.

/// The explanation of a language error.
#[must_use]
pub fn language(code: &str) -> Option<&'static str> {
    let _ = code;
    None
}
