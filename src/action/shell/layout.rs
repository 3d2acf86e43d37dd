//! Line breaks of commands.

/// The width at which a command continues on the next line.
const WIDTH: usize = 76;

/// A command, broken into lines between words.
pub(super) fn command(words: impl IntoIterator<Item = String>) -> String {
    let mut text = String::new();
    let mut column = 0;
    for word in words {
        let wide = word.lines().next().unwrap_or_default().chars().count();
        if text.is_empty() {
            column = 0;
        } else if column + 1 + wide > WIDTH {
            text += " \\\n    ";
            column = 4;
        } else {
            text.push(' ');
            column += 1;
        }
        text += &word;
        column = match word.rsplit_once('\n') {
            Some((_, last)) => last.chars().count(),
            None => column + wide,
        };
    }
    text
}

/// A text with one more level of indentation.
pub(super) fn indented(text: &str) -> String {
    let lines = text.lines().map(|line| format!("    {line}"));
    lines.collect::<Vec<_>>().join("\n")
}

/// A text inside an indented text; its first line continues the line there.
pub(super) fn nested(text: &str, levels: usize) -> String {
    text.replace('\n', &format!("\n{}", "    ".repeat(levels)))
}

/// The same commands for each word that a variable holds. The words come from a command: zsh, where people
/// paste a runbook, does not split a variable without quotes.
pub(super) fn each_word(variable: &str, of: &str, commands: &str) -> String {
    format!(
        "for {variable} in $(printf '%s\\n' \"${of}\"); do\n{}\ndone",
        indented(commands)
    )
}

/// A loop that ends when a command ends well.
pub(super) fn until(command: &str) -> String {
    format!("until {command}; do\n    sleep 15\ndone")
}
