//! The text of `tierc explain` for language errors.

/// The explanation of the language error `code` in Markdown; `None` for a code that is not in
/// [`super::code::LANGUAGE`]. Rules have their own explanations.
#[must_use]
pub fn language(code: &str) -> Option<&'static str> {
    EXPLANATIONS
        .iter()
        .find(|(known, _)| *known == code)
        .map(|(_, text)| *text)
}

macro_rules! explanations {
    ($($slug:literal,)+) => {
        /// One text for each language error, in the order of [`super::code::LANGUAGE`].
        const EXPLANATIONS: &[(&str, &str)] = &[
            $(($slug, include_str!(concat!("explain/", $slug, ".md")))),+
        ];
    };
}

explanations! {
    "syntax",
    "bare-value",
    "unclosed",
    "kdl-1",
    "not-utf-8",
    "limit-exceeded",
    "unknown-node",
    "unknown-property",
    "unexpected-argument",
    "unexpected-children",
    "duplicate",
    "missing-value",
    "wrong-value",
    "unknown-word",
    "missing-node",
    "incomplete",
    "unknown-reference",
    "catalogue-incomplete",
    "catalogue-contradiction",
    "waiver-expired",
    "waiver-unused",
    "secret-literal",
    "values-template",
    "chart-sets-replicas",
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::code::LANGUAGE;

    #[test]
    fn every_language_error_is_explained_under_its_own_name() {
        for code in LANGUAGE {
            let text = super::language(code.0).unwrap_or_default();
            assert_eq!(text.lines().next(), Some(format!("# {code}").as_str()));
        }
        assert_eq!(super::EXPLANATIONS.len(), LANGUAGE.len());
    }
}
