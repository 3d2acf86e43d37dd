//! Wraps text to a width, between words only.

/// The width of all reports.
pub(super) const WIDTH: usize = 80;

/// A sentence in lines of [`WIDTH`] columns. The first line starts with `first`, and the others are
/// indented.
#[must_use]
pub(super) fn wrapped(first: &str, text: &str, indent: usize) -> String {
    sentence(first, text, indent, WIDTH)
}

/// A sentence in lines of at most `width` columns, indented from the second line on.
#[must_use]
pub fn sentence(first: &str, sentence: &str, indent: usize, width: usize) -> String {
    let mut text = String::new();
    let mut line = first.to_owned();
    let mut bare = true;
    for word in sentence.split(' ') {
        let length = line.chars().count() + usize::from(!bare) + word.chars().count();
        if length > width && !bare {
            text += &format!("{line}\n");
            line = " ".repeat(indent);
            bare = true;
        }
        if !bare {
            line.push(' ');
        }
        line += word;
        bare = false;
    }
    text + &format!("{line}\n")
}

/// Prose with one paragraph per line, wrapped to `width` columns. Text between code fences stays as
/// it is.
#[must_use]
pub fn prose(text: &str, width: usize) -> String {
    let mut folded = String::new();
    let mut code = false;
    for line in text.lines() {
        code ^= line.starts_with("```");
        if code || line.chars().count() <= width {
            folded += &format!("{line}\n");
            continue;
        }
        let words = line.trim_start();
        let spaces = line.len() - words.len();
        // A continued line is indented further, so that it does not look like the next item.
        let indent = if spaces == 0 { 0 } else { spaces + 2 };
        folded += &sentence(&" ".repeat(spaces), words, indent, width);
    }
    folded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_broken_between_words_and_code_is_not() {
        let text =
            "one two three\n  four five six\n```kdl\nnine ten eleven\n```\nlonger-than-a-line\n";
        let folded = "one two\nthree\n  four\n    five\n    six\n```kdl\nnine ten eleven\n```\nlonger-than-a-line\n";
        assert_eq!(prose(text, 9), folded);
        assert_eq!(prose(text, 80), text);
    }
}
