//! Values in the spelling of other languages, and their corrections.

use crate::diagnostic::{Code, Diagnostic, code};
use crate::edit::quoted;
use crate::source::Span;

/// A mistake in how a value is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mistake {
    /// `true`, `false`, `null`.
    Keyword,
    /// `#True`, `#yes`.
    UnknownKeyword,
    /// `80%`.
    Percent,
    /// `500m`, `2Gi`, `1.25.1`, `02:00-03:00`.
    NumberWithMore,
    /// `*/5`, `a/b`, `https://a`, `a#b`: characters that are only allowed in a string.
    NeedsQuotes,
    /// `'...'`, `“...”`.
    ForeignString,
    /// `r"..."`.
    Kdl1String,
    /// The mistake has already been reported.
    Reported,
}

impl Mistake {
    /// The mistake in a bare word, if there is one.
    pub(super) fn of_word(word: &str) -> Option<Self> {
        let first = word.chars().next().unwrap_or_default();
        let foreign = [
            '\'', '`', '\u{2018}', '\u{2019}', '\u{201c}', '\u{201d}', '\u{201e}',
        ];
        if foreign.contains(&first) {
            return Some(Self::ForeignString);
        }
        if word.contains(['/', '#']) {
            return Some(Self::NeedsQuotes);
        }
        let digits = word.trim_start_matches(['+', '-']);
        if !like_number(word) || is_number(digits) {
            return None;
        }
        let percent = digits.strip_suffix('%').is_some_and(is_number);
        Some(if percent {
            Self::Percent
        } else {
            Self::NumberWithMore
        })
    }

    /// The code and the message for a value that is written as `repr`; `None` if the mistake has
    /// been reported.
    #[must_use]
    pub fn message(self, repr: &str) -> Option<(Code, String)> {
        let bare = |message: String| Some((code::BARE_VALUE, message));
        match self {
            Self::Keyword => bare(format!("`{repr}` is not a value in KDL 2 without a `#`")),
            Self::UnknownKeyword => bare(format!("KDL has no keyword `{repr}`")),
            Self::Percent => bare(format!("`{repr}` is not a value in KDL")),
            Self::NumberWithMore => bare(format!("`{repr}` starts like a number but is not one")),
            Self::NeedsQuotes => bare(format!("`{repr}` has characters that must be in quotes")),
            Self::ForeignString => bare("text in KDL must be in double quotes".into()),
            Self::Kdl1String => Some((code::KDL_1, "`r\"...\"` is a raw string of KDL 1".into())),
            Self::Reported => None,
        }
    }

    /// The replacement for `repr`, if it is obvious.
    #[must_use]
    pub fn correction(self, repr: &str) -> Option<String> {
        match self {
            Self::Keyword => Some(format!("#{repr}")),
            Self::UnknownKeyword => keyword_meant(repr).map(str::to_owned),
            Self::Percent | Self::NumberWithMore | Self::NeedsQuotes => Some(quoted(repr)),
            Self::ForeignString => {
                let inner = repr.trim_matches(|c: char| !c.is_alphanumeric() && !c.is_ascii());
                let inner = inner.trim_matches(['\'', '`']);
                Some(quoted(inner))
            }
            Self::Kdl1String => {
                let body = repr.trim_start_matches('r');
                let raw = body.contains('\\') && !body.starts_with('#');
                Some(if raw {
                    format!("#{body}#")
                } else {
                    body.to_owned()
                })
            }
            Self::Reported => None,
        }
    }

    /// Advice, if there is no obvious replacement, or in addition to it.
    #[must_use]
    pub fn help(self) -> Option<&'static str> {
        match self {
            Self::UnknownKeyword => Some("the keywords are `#true`, `#false` and `#null`"),
            Self::Keyword
            | Self::Percent
            | Self::NumberWithMore
            | Self::NeedsQuotes
            | Self::ForeignString
            | Self::Kdl1String
            | Self::Reported => None,
        }
    }

    /// The complete finding, if no reader can say what it expected.
    pub(super) fn finding(self, repr: &str, span: Span) -> Option<Diagnostic> {
        let (found, message) = self.message(repr)?;
        let finding = Diagnostic::error(found, message, span);
        Some(match (self.correction(repr), self.help()) {
            (Some(text), help) => {
                let help = help.map_or_else(|| format!("write `{text}`"), str::to_owned);
                let finding = finding.replace(help, span, text);
                if found == code::BARE_VALUE {
                    finding.safely()
                } else {
                    finding
                }
            }
            (None, Some(help)) => finding.help(help),
            (None, None) => finding,
        })
    }
}

fn keyword_meant(word: &str) -> Option<&'static str> {
    match word.trim_start_matches('#').to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" => Some("#true"),
        "false" | "no" | "off" => Some("#false"),
        "null" | "nil" | "none" => Some("#null"),
        _ => None,
    }
}

/// Whether a word starts like a number, so it must be one.
pub(super) fn like_number(word: &str) -> bool {
    let digits = word.strip_prefix(['+', '-']).unwrap_or(word);
    let digits = digits.strip_prefix('.').unwrap_or(digits);
    digits.starts_with(|c: char| c.is_ascii_digit())
}

/// Whether KDL reads `digits` (without a sign) as a number.
fn is_number(digits: &str) -> bool {
    let radix = |prefix: &str, radix: u32| {
        digits.strip_prefix(prefix).is_some_and(|rest| {
            rest.starts_with(|c: char| c.is_digit(radix))
                && rest.chars().all(|c| c.is_digit(radix) || c == '_')
        })
    };
    if radix("0x", 16) || radix("0o", 8) || radix("0b", 2) {
        return true;
    }
    let run = |text: &str| {
        text.starts_with(|c: char| c.is_ascii_digit())
            && text.chars().all(|c| c.is_ascii_digit() || c == '_')
    };
    let (mantissa, exponent) = digits
        .split_once(['e', 'E'])
        .map_or((digits, None), |(m, e)| (m, Some(e)));
    let (whole, fraction) = mantissa
        .split_once('.')
        .map_or((mantissa, None), |(w, f)| (w, Some(f)));
    let sign = |text: &str| run(text.strip_prefix(['+', '-']).unwrap_or(text));
    run(whole) && fraction.is_none_or(run) && exponent.is_none_or(sign)
}
