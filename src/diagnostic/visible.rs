//! Makes foreign text safe to print: it cannot control a terminal, and it is not too long.

use std::borrow::Cow;

use super::suggest::turns_text;

/// The most characters of a text that are shown.
const MOST: usize = 300;

/// A text that is safe to show: control characters and direction marks are escaped, and a long text
/// is cut.
#[must_use]
pub fn visible(text: &str) -> String {
    let mut shown = String::new();
    for (at, c) in text.chars().enumerate() {
        if at == MOST {
            shown += "...";
            break;
        }
        if c.is_control() || turns_text(c) {
            shown.extend(c.escape_default());
        } else {
            shown.push(c);
        }
    }
    shown
}

/// Everything that a run prints goes through here. Control characters and direction marks become
/// JSON escapes, so JSON output stays valid. Line ends and tabs stay, and so do colours if
/// `coloured`.
#[must_use]
pub fn printed(text: &str, coloured: bool) -> Cow<'_, str> {
    escaped(text, |c, rest| match c {
        '\n' | '\t' => true,
        // Elsewhere it would overwrite the line.
        '\r' => rest.starts_with('\n'),
        '\u{1b}' => coloured && is_colour(rest),
        _ => false,
    })
}

/// A file name that is safe to show in a line. Characters that act on the reader become a
/// replacement character, because a backslash would look like a path separator.
#[must_use]
pub fn line(text: &str) -> Cow<'_, str> {
    let acts = |c: char| c.is_control() || turns_text(c);
    if text.contains(acts) {
        Cow::Owned(text.replace(acts, "\u{fffd}"))
    } else {
        Cow::Borrowed(text)
    }
}

/// Whether the text after an escape character only selects a colour.
fn is_colour(rest: &str) -> bool {
    let parameters = rest.strip_prefix('[');
    parameters.is_some_and(|rest| {
        rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == ';')
            .starts_with('m')
    })
}

/// `text` with unsafe characters escaped, except those that `stays` allows, which gets the text
/// that follows.
fn escaped(text: &str, stays: impl Fn(char, &str) -> bool) -> Cow<'_, str> {
    let acts = |c: char| c.is_control() || turns_text(c);
    // Printable ASCII and most letters are recognised by their first byte, many at once.
    let may_act = |byte: u8| byte < 0x20 || matches!(byte, 0x7f | 0xc2 | 0xd8 | 0xe2);
    let mut shown = String::new();
    let mut copied = 0;
    let mut from = 0;
    while let Some(at) = text
        .bytes()
        .skip(from)
        .position(may_act)
        .map(|at| from + at)
    {
        let Some(c) = text.get(at..).and_then(|rest| rest.chars().next()) else {
            from = at + 1;
            continue;
        };
        from = at + c.len_utf8();
        let rest = text.get(from..).unwrap_or_default();
        if acts(c) && !stays(c, rest) {
            shown.push_str(text.get(copied..at).unwrap_or_default());
            shown.push_str(&format!("\\u{:04x}", u32::from(c)));
            copied = from;
        }
    }
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    shown.push_str(text.get(copied..).unwrap_or_default());
    Cow::Owned(shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_printed_acts_on_nothing_and_stays_json() {
        let text = "{\n\t\"a\": \"\u{9b}2J\u{202e}\u{61c}\u{7f}\u{1b}[2J\r\u{e4}\u{2014}\"}";
        let shown = printed(text, false);
        let expected =
            "{\n\t\"a\": \"\\u009b2J\\u202e\\u061c\\u007f\\u001b[2J\\u000d\u{e4}\u{2014}\"}";
        assert_eq!(shown, expected);
        assert!(serde_json::from_str::<serde_json::Value>(&shown).is_ok());
        assert_eq!(printed(text, true), expected);
        let red = "\u{1b}[1;91mx\u{1b}[0m\u{1b}]0;t\u{7}";
        assert_eq!(
            printed(red, true),
            "\u{1b}[1;91mx\u{1b}[0m\\u001b]0;t\\u0007"
        );
        assert_eq!(printed("a\r\nb\r\r\n", false), "a\r\nb\\u000d\r\n");
        assert_eq!(line("a\nb\tc"), "a\u{fffd}b\u{fffd}c");
        assert_eq!(line("plain"), "plain");
    }

    #[test]
    fn nothing_that_acts_on_a_terminal_is_left() {
        let text = "a\u{1b}[31m\r\n\u{9b}2J\u{202e}\u{7}\u{e4}";
        let shown = visible(text);
        assert_eq!(shown, "a\\u{1b}[31m\\r\\n\\u{9b}2J\\u{202e}\\u{7}\u{e4}");
    }

    #[test]
    fn of_a_long_text_the_beginning_is_shown() {
        let long = "\u{e4}".repeat(MOST);
        assert_eq!(visible(&long), long);
        assert_eq!(visible(&format!("{long}a")), format!("{long}..."));
    }
}
