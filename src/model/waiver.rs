//! A rule that a file waives, as the record of its tree has it.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::text_form::text_form;

/// A waiver as a file states it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Waiver {
    /// The rule.
    pub rule: String,
    /// The fingerprint of the one value that is meant, where the rule is `secret-literal`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// The last day on which it is waived.
    pub until: LastDay,
    /// Why.
    pub reason: String,
}

/// `2030-01-31`: a day as it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LastDay(pub Date);

impl LastDay {
    /// Reads `yyyy-mm-dd`.
    ///
    /// # Errors
    /// A sentence for the user.
    pub fn parse(text: &str) -> Result<Self, String> {
        let day = text.parse().ok().map(Self);
        day.filter(|day| day.to_string() == text)
            .ok_or_else(|| format!("`{text}` is not a day: write it as `2030-01-31`"))
    }
}

impl std::fmt::Display for LastDay {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.0)
    }
}

text_form!(LastDay, "^[0-9]{4}-[01][0-9]-[0-3][0-9]$");
