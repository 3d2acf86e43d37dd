//! DNS labels, the form of every name in the language.

use schemars::JsonSchema;
use serde::Serialize;
use serde::de::{Deserialize, Deserializer, Error};

/// A DNS-1123 label: 1 to 63 of `a-z`, `0-9` and `-`, starting and ending with a letter or digit
/// (Kubernetes `validation.IsDNS1123Label`).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(transparent)]
pub struct Name(#[schemars(regex(pattern = r"^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$"))] String);

/// In a record, a composed name can be longer than a label, with the same characters.
impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if text.len() <= Self::LONGEST {
            Self::spelled(&text).map_err(Error::custom)?;
            return Ok(Self(text));
        }
        Self::parse(&text).map_err(Error::custom)
    }
}

impl Name {
    /// The most characters a label may have.
    pub const MAX: usize = 63;

    /// The most characters of a composed name: three labels and their separators.
    const LONGEST: usize = 4 * Self::MAX;

    /// Reads a label, or says what is wrong with it.
    ///
    /// # Errors
    /// A sentence for the user.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text.len() > Self::MAX {
            return Err(format!(
                "a name has at most {} characters, this one has {}",
                Self::MAX,
                text.len()
            ));
        }
        Self::spelled(text)?;
        Ok(Self(text.to_owned()))
    }

    /// Whether a name of any length has the characters of a label.
    fn spelled(text: &str) -> Result<(), String> {
        if text.is_empty() {
            return Err("a name must not be empty".into());
        }
        let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if !text.chars().all(fits) || text.starts_with('-') || text.ends_with('-') {
            return Err(
                "a name is made of `a-z`, `0-9` and `-`, and begins and ends with a letter or digit".into(),
            );
        }
        Ok(())
    }

    /// A name that tierc composes from checked names. It can be longer than a label:
    /// `name-too-long` reports it with the limit of the object's kind.
    #[must_use]
    pub fn composed(text: String) -> Self {
        Self(text)
    }

    /// The label closest to `text`, if there is one: in lower case, with other characters as `-`.
    #[must_use]
    pub fn nearest(text: &str) -> Option<Self> {
        let lower: String = text
            .to_lowercase()
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
            .take(Self::MAX)
            .collect();
        Self::parse(lower.trim_matches('-')).ok()
    }

    /// The label's text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for Name {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::borrow::Borrow<str> for Name {
    fn borrow(&self) -> &str {
        &self.0
    }
}
