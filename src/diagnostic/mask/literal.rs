//! Distinguishes credentials from references to them.

use super::placeholders;

/// Whether a value is a literal. `$(DB_PASSWORD)` is a reference that is filled in at run time,
/// `<password>` is a placeholder, and a masked value is neither.
#[must_use]
pub fn is_literal(value: &str) -> bool {
    let value = value.trim();
    !placeholders::is_none(value) && !is_reference(value) && !value.chars().all(|c| c == '*')
}

/// A whole `$(NAME)`, `${NAME}`, `{{ name }}` or `<name>`, or a `$NAME` in capitals. A value that
/// only starts like one can be a credential.
fn is_reference(value: &str) -> bool {
    let within = |open: &str, close: &str| {
        let inner = value
            .strip_prefix(open)
            .and_then(|it| it.strip_suffix(close));
        inner.is_some_and(|it| !it.contains(['$', '{', '}', '<', '>', '(', ')']))
    };
    let variable = value.strip_prefix('$').is_some_and(|name| {
        name.starts_with(|c: char| c.is_ascii_uppercase() || c == '_')
            && name
                .chars()
                .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
    });
    variable || within("$(", ")") || within("${", "}") || within("{{", "}}") || within("<", ">")
}

#[cfg(test)]
mod tests {
    use super::is_literal;

    #[test]
    fn only_whole_references_are_none() {
        for literal in [
            "*hunter2x",
            "{hunter2x",
            "<Abc1!",
            "$2b$12$abcdefghijk",
            "$ecret",
            "$(A)$ecret",
            "${A}x",
        ] {
            assert!(is_literal(literal), "{literal}");
        }
        for reference in [
            "$(DB_PASSWORD)",
            "${DB_PASSWORD}",
            "$DB_PASSWORD",
            "{{ .Values.password }}",
            "<password>",
            "********",
            "",
            "true",
        ] {
            assert!(!is_literal(reference), "{reference}");
        }
    }
}
