//! Kubernetes' int-or-percent: a number of pods, or a percentage of them.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// `2` pods, or `25%` of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Portion {
    /// A number of pods.
    Count(u32),
    /// A percentage of pods, 0 to 100.
    Percent(u32),
}

impl Portion {
    /// Reads `25%`.
    ///
    /// # Errors
    /// A sentence for the user.
    pub fn parse_percent(text: &str) -> Result<Self, String> {
        text.strip_suffix('%')
            .and_then(|number| number.parse().ok())
            .filter(|percent| *percent <= 100)
            .map(Self::Percent)
            .ok_or_else(|| {
                format!("`{text}` is not a share of pods: write a whole number such as `1`, or a percentage from \"0%\" to \"100%\"")
            })
    }

    /// The number of `pods`, rounded up, as a Deployment reads `maxSurge`.
    #[must_use]
    pub fn of_rounded_up(self, pods: u32) -> u32 {
        match self {
            Self::Count(count) => count,
            Self::Percent(percent) => {
                let share = (u64::from(pods) * u64::from(percent)).div_ceil(100);
                u32::try_from(share).unwrap_or(u32::MAX)
            }
        }
    }

    /// The number of `pods`, rounded down, as a Deployment reads `maxUnavailable`.
    #[must_use]
    pub fn of_rounded_down(self, pods: u32) -> u32 {
        match self {
            Self::Count(count) => count,
            Self::Percent(percent) => {
                u32::try_from(u64::from(pods) * u64::from(percent) / 100).unwrap_or(u32::MAX)
            }
        }
    }
}

impl std::fmt::Display for Portion {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Count(count) => write!(f, "{count}"),
            Self::Percent(percent) => write!(f, "{percent}%"),
        }
    }
}

impl Serialize for Portion {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Count(count) => serializer.serialize_u32(*count),
            Self::Percent(_) => serializer.collect_str(self),
        }
    }
}

impl<'de> Deserialize<'de> for Portion {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum PortionForm {
            Count(u32),
            Percent(String),
        }
        match PortionForm::deserialize(deserializer)? {
            PortionForm::Count(count) => Ok(Self::Count(count)),
            PortionForm::Percent(text) => {
                Self::parse_percent(&text).map_err(serde::de::Error::custom)
            }
        }
    }
}

impl JsonSchema for Portion {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Portion".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "oneOf": [
            { "type": "integer", "minimum": 0 },
            { "type": "string", "pattern": "^(100|[1-9]?[0-9])%$" }
        ] })
    }
}
