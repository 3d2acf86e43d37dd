//! Results to stdout, everything else to stderr; colour only where it is seen.

use std::io::{IsTerminal, Write};

use crate::diagnostic::render::Style;

use super::args::Color;

/// The two streams of a run.
pub(super) struct Output {
    results: Vec<u8>,
    color: bool,
    width: usize,
    error_color: bool,
}

impl Output {
    pub(super) fn new(color: Color) -> Self {
        let wanted = |terminal: bool| match color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => {
                terminal && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
            }
        };
        Self {
            results: Vec::new(),
            color: wanted(std::io::stdout().is_terminal()),
            width: terminal_width(),
            error_color: wanted(std::io::stderr().is_terminal()),
        }
    }

    /// How findings are to look.
    pub(super) fn style(&self) -> Style {
        Style {
            color: self.color,
            width: self.width,
        }
    }

    /// Adds to the results.
    pub(super) fn result(&mut self, text: &str) {
        self.results.extend_from_slice(text.as_bytes());
    }

    /// Adds a line to the results.
    pub(super) fn line(&mut self, text: &str) {
        self.result(text);
        self.result("\n");
    }

    /// Says something beside the results.
    #[allow(clippy::unused_self)] // the two streams are one thing to its callers
    pub(super) fn say(&self, text: &str) {
        let _ = writeln!(std::io::stderr().lock(), "{text}");
    }

    /// Reports why the run could not be done.
    pub(super) fn failure(&self, text: &str) {
        let (start, end) = if self.error_color {
            ("\u{1b}[1m\u{1b}[91m", "\u{1b}[0m")
        } else {
            ("", "")
        };
        let _ = writeln!(std::io::stderr().lock(), "{start}error{end}: {text}");
    }

    /// Writes the results.
    pub(super) fn flush(&mut self) -> std::io::Result<()> {
        let mut stdout = std::io::stdout().lock();
        stdout.write_all(&std::mem::take(&mut self.results))?;
        stdout.flush()
    }
}

/// The terminal's columns as it tells them, else 100.
fn terminal_width() -> usize {
    std::env::var("COLUMNS")
        .ok()
        .and_then(|columns| columns.parse().ok())
        .filter(|columns| (40..=400).contains(columns))
        .unwrap_or(100)
}
