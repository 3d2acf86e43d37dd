//! Text of others in messages: nothing in it acts on a terminal, and none of it floods one.

use super::suggest::turns_text;

/// The most characters of a text that are shown.
const MOST: usize = 300;

/// A text as it may be shown: control characters and marks of direction as escapes, and of a long
/// text its beginning.
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

#[cfg(test)]
mod tests {
    use super::*;

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
