//! Results go to stdout, everything else to stderr, with colour only on terminals.

use std::io::{IsTerminal, Write};
use std::os::fd::AsFd;

use crate::diagnostic::render::Style;
use crate::diagnostic::visible::printed;
use crate::report::wrap;

use super::args::Color;

/// The two streams of a run.
pub(super) struct Output {
    results: Vec<u8>,
    out: Stream,
    error: Stream,
}

/// How a stream is shown.
struct Stream {
    style: Style,
    terminal: bool,
}

impl Stream {
    fn of(stream: &(impl IsTerminal + AsFd), color: Color) -> Self {
        let terminal = stream.is_terminal();
        let style = Style {
            color: wanted(color, terminal, set),
            width: width(terminal_size::terminal_size_of(stream)),
        };
        Self { style, terminal }
    }
}

impl Output {
    pub(super) fn new(color: Color) -> Self {
        Self {
            results: Vec::new(),
            out: Stream::of(&std::io::stdout(), color),
            error: Stream::of(&std::io::stderr(), color),
        }
    }

    /// The style of findings on stdout.
    pub(super) fn style(&self) -> Style {
        self.out.style
    }

    /// The style of findings on stderr.
    pub(super) fn error_style(&self) -> Style {
        self.error.style
    }

    /// Adds to the results.
    pub(super) fn result(&mut self, text: &str) {
        let shown = printed(text, self.out.style.color);
        self.results.extend_from_slice(shown.as_bytes());
    }

    /// The width for results; `None` without a terminal.
    pub(super) fn columns(&self) -> Option<usize> {
        self.out.terminal.then_some(self.out.style.width)
    }

    /// Adds prose to the results, wrapped to the terminal.
    pub(super) fn prose(&mut self, text: &str) {
        match self.columns() {
            Some(columns) => self.result(&wrap::prose(text, columns)),
            None => self.result(text),
        }
    }

    /// Adds a line to the results.
    pub(super) fn line(&mut self, text: &str) {
        self.result(text);
        self.result("\n");
    }

    /// Says something beside the results.
    pub(super) fn say(&self, text: &str) {
        let text = printed(text, self.error.style.color);
        let _ = writeln!(std::io::stderr().lock(), "{text}");
    }

    /// Prints prose to stderr, wrapped to the terminal.
    pub(super) fn say_prose(&self, text: &str) {
        if self.error.terminal {
            self.say(wrap::prose(text, self.error.style.width).trim_end());
        } else {
            self.say(text);
        }
    }

    /// Reports why the run could not be done.
    pub(super) fn failure(&self, text: &str) {
        self.labelled("error", "\u{1b}[1m\u{1b}[91m", text);
    }

    /// Prints a warning; the run continues.
    pub(super) fn warning(&self, text: &str) {
        self.labelled("warning", "\u{1b}[1m\u{1b}[33m", text);
    }

    fn labelled(&self, label: &str, color: &str, text: &str) {
        // A path can contain a line end, which must not start a new line.
        let text = text.replace('\r', "\\u000d").replace('\n', "\n  ");
        if self.error.style.color {
            self.say(&format!(
                "{color}{label}\u{1b}[0m\u{1b}[1m:\u{1b}[0m {text}"
            ));
        } else {
            self.say(&format!("{label}: {text}"));
        }
    }

    /// Writes the results.
    pub(super) fn flush(&mut self) -> std::io::Result<()> {
        let mut stdout = std::io::stdout().lock();
        stdout.write_all(&std::mem::take(&mut self.results))?;
        stdout.flush()
    }
}

/// An environment variable that is set and not empty.
fn set(name: &str) -> Option<String> {
    let value = std::env::var_os(name)?.to_string_lossy().into_owned();
    (!value.is_empty()).then_some(value)
}

/// Whether to colour a stream: the argument decides, then NO_COLOR, then CLICOLOR_FORCE, then
/// whether it is a capable terminal (no-color.org, bixense.com/clicolors).
fn wanted(color: Color, terminal: bool, set: impl Fn(&str) -> Option<String>) -> bool {
    match color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => {
            let refused = set("NO_COLOR").is_some();
            let forced = set("CLICOLOR_FORCE").is_some_and(|value| value != "0");
            let able =
                set("TERM").as_deref() != Some("dumb") && set("CLICOLOR").as_deref() != Some("0");
            !refused && (forced || (terminal && able))
        }
    }
}

/// COLUMNS if it is set, else the terminal's width, else 100.
fn width(terminal: Option<(terminal_size::Width, terminal_size::Height)>) -> usize {
    let stated = set("COLUMNS").and_then(|columns| columns.parse().ok());
    stated
        .or(terminal.map(|(width, _)| usize::from(width.0)))
        .map_or(100, |columns: usize| columns.clamp(40, 400))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_argument_decides_about_colour_then_no_color_then_the_terminal() {
        let color = |color, terminal, variables: &[(&str, &str)]| {
            wanted(color, terminal, |name| {
                let found = variables.iter().find(|(known, _)| *known == name);
                found.map(|(_, value)| (*value).to_owned())
            })
        };
        let (force, no) = (("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1"));
        assert!(color(Color::Auto, true, &[]));
        assert!(!color(Color::Auto, false, &[]));
        assert!(!color(Color::Auto, true, &[no]));
        assert!(color(Color::Auto, false, &[force]));
        assert!(!color(Color::Auto, false, &[force, no]));
        assert!(!color(Color::Auto, false, &[("CLICOLOR_FORCE", "0")]));
        assert!(!color(Color::Auto, true, &[("CLICOLOR", "0")]));
        assert!(!color(Color::Auto, true, &[("TERM", "dumb")]));
        assert!(color(Color::Always, false, &[no]));
        assert!(!color(Color::Never, true, &[force]));
    }
}
