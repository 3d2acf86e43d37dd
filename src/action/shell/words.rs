//! Quotes values as words of POSIX shell commands. No other module does.

/// A text as one word, quoted only if needed. The empty text is `''`.
///
/// # Panics
///
/// Never: values, file names and paths contain no NUL byte.
#[must_use]
pub fn word(text: &str) -> String {
    let word = shlex::try_quote(text).expect("no value and no path holds the byte 0");
    word.into_owned()
}

/// An argument as one word. It gets no quotes for a `=` or a comma: behind a command, `app=web` is no
/// assignment, and without braces a comma is a comma.
#[must_use]
pub(super) fn argument(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "+-./:@_=,".contains(c);
    let is_plain = text.starts_with(|c: char| c.is_ascii_alphanumeric()) && text.chars().all(plain);
    if is_plain {
        text.to_owned()
    } else {
        word(text)
    }
}

/// A text as one word that is in quotes whatever is in it, for what reads better so.
///
/// # Panics
///
/// Never: see [`word`].
#[must_use]
pub fn quoted(text: &str) -> String {
    if text.contains('\'') {
        word(text)
    } else {
        format!("'{text}'")
    }
}

/// A text for the message of `"${NAME:?text}"`. Characters that would end it or run a command
/// become dots.
#[must_use]
pub fn message(text: &str) -> String {
    let acts = ['"', '\\', '$', '`', '{', '}', '\n'];
    text.replace(acts, ".")
}

/// A text that matches itself in an extended regular expression, and does not end a shell quote.
#[must_use]
pub fn literal(text: &str) -> String {
    let mut literal = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' | '^' => literal.extend(['\\', c]),
            '\'' => literal.push('.'),
            '.' | '[' | '$' | '(' | ')' | '|' | '*' | '+' | '?' | '{' | '}' => {
                literal.extend(['[', c, ']']);
            }
            c => literal.push(c),
        }
    }
    literal
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_read_back_as_the_text_whatever_is_in_it() {
        for text in [
            "db.r6g.large",
            "",
            "a b",
            "$(reboot)",
            "`reboot`",
            "'; reboot #",
            "a\nb",
            "\"\\",
            "-x",
            "~",
            "{{x}}",
            "app=web,runner=true",
        ] {
            assert_eq!(shlex::split(&word(text)), Some(vec![text.to_owned()]));
            assert_eq!(shlex::split(&quoted(text)), Some(vec![text.to_owned()]));
            assert_eq!(shlex::split(&argument(text)), Some(vec![text.to_owned()]));
            let within = format!("\"${{NAME:?{}}}\"", message(text));
            assert_eq!(
                shlex::split(&within).map(|it| it.len()),
                Some(1),
                "{within}"
            );
        }
        assert_eq!(word("db.r6g.large"), "db.r6g.large");
        assert_eq!(argument("app=web,runner=true"), "app=web,runner=true");
    }

    #[test]
    fn a_literal_means_itself_alone() {
        assert_eq!(literal("16.4"), "16[.]4");
        assert_eq!(literal("a'; x|^$"), "a.; x[|]\\^[$]");
    }
}
