//! Text in GitHub's Markdown. Values are escaped, so they cannot leave their line or cell.

use super::sentence::{SentencePart, parts};

/// The most characters of a comment on the large forges. The program counts bytes, which are at
/// least as many.
pub const LIMIT: usize = 65_536;

/// A value as code, without mentions, links or markup.
#[must_use]
pub fn code(value: &str) -> String {
    let plain = |c: char| !(c.is_control() || matches!(c, '`' | '|' | '\\'));
    let trimmed = value.trim_matches(' ') == value;
    if !value.is_empty() && trimmed && value.chars().all(plain) {
        return format!("`{value}`");
    }
    // In backticks, a pipe would end the cell, so an HTML element with entities is used.
    let escaped: String = value.chars().map(entity).collect();
    format!("<code>{escaped}</code>")
}

fn entity(c: char) -> String {
    match c {
        '\n' => "&#92;n".into(),
        '\t' => "&#92;t".into(),
        c if c.is_control() => format!("&#92;u{{{:x}}}", u32::from(c)),
        c if c.is_ascii_punctuation() => format!("&#{};", u32::from(c)),
        c => c.into(),
    }
}

/// A sentence: parts in backticks become code, the rest is text.
#[must_use]
pub fn prose(sentence: &str) -> String {
    let parts = parts(sentence).into_iter();
    let escaped = parts.map(|part| match part {
        SentencePart::Code(part) => code(part),
        SentencePart::Text(part) => text(part),
    });
    escaped.collect()
}

/// Text without any markup, on one line.
fn text(text: &str) -> String {
    let mut escaped = String::new();
    for c in text.replace(" -> ", " \u{2192} ").chars() {
        match c {
            '&' => escaped += "&amp;",
            '<' => escaped += "&lt;",
            '\\' | '*' | '_' | '[' | ']' | '|' | '~' | '`' => escaped.extend(['\\', c]),
            // Forges make links of these even if they are escaped, unless something separates them.
            '@' | '#' => escaped += &format!("{c}&#8203;"),
            c if c.is_control() => escaped.push(' '),
            c => escaped.push(c),
        }
    }
    escaped
}

/// A block of code, with fences that its contents cannot close.
#[must_use]
pub fn block(language: &str, code: &str) -> String {
    let runs = code.split(|c| c != '`').map(str::len);
    let fence = "`".repeat(runs.max().unwrap_or(0).max(2) + 1);
    let end = if code.ends_with('\n') { "" } else { "\n" };
    format!("{fence}{language}\n{code}{end}{fence}\n")
}

/// A section that opens with a click on `summary`. Both are Markdown.
#[must_use]
pub fn details(summary: &str, body: &str) -> String {
    format!("<details>\n<summary>{summary}</summary>\n\n{body}\n</details>\n")
}

/// A table; cells are Markdown. Columns whose heading starts with `>` are right-aligned.
#[must_use]
pub fn table(heads: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let mut text = String::from("|");
    for head in heads {
        text += &format!(" {} |", head.trim_start_matches('>'));
    }
    text += "\n|";
    for head in heads {
        text += if head.starts_with('>') {
            "--:|"
        } else {
            "---|"
        };
    }
    text.push('\n');
    for row in rows {
        text += &format!("| {} |\n", row.join(" | "));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_code_and_nothing_else() {
        assert_eq!(code("db.r6g.large"), "`db.r6g.large`");
        assert_eq!(code("<b>@you #1</b>"), "`<b>@you #1</b>`");
        assert_eq!(code(""), "<code></code>");
        assert_eq!(
            code("a|b`c\\\n<d>"),
            "<code>a&#124;b&#96;c&#92;&#92;n&#60;d&#62;</code>"
        );
    }

    #[test]
    fn a_sentence_keeps_its_code_and_loses_its_markup() {
        let shown = prose("`a.b` is *x* for @you: 1 -> 2, <img> | [y](z) _");
        assert_eq!(
            shown,
            "`a.b` is \\*x\\* for @&#8203;you: 1 \u{2192} 2, &lt;img> \\| \\[y\\](z) \\_"
        );
        assert_eq!(prose("a ` @b"), "a \\` @&#8203;b");
    }

    #[test]
    fn a_fence_is_longer_than_any_in_it() {
        assert_eq!(block("diff", "+a\n"), "```diff\n+a\n```\n");
        assert_eq!(block("diff", "+````"), "`````diff\n+````\n`````\n");
    }
}
