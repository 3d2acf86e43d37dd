//! Short identifiers of changes, for approvals.

use schemars::JsonSchema;
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::Impact;
use crate::cost::CostDifference;
use crate::diff::{AttributeChange, Changes, PartRename, Presence};
use crate::model::Name;

/// Twelve hexadecimal digits that identify what a change does: the environment, the path, both
/// values and the class. So an approved failover does not approve an outage, and an unrelated edit
/// needs no new approval.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline)]
pub struct Fingerprint(#[schemars(regex(pattern = r"^[0-9a-f]{12}$"))] String);

impl std::fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl Fingerprint {
    /// The digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Of one change.
    #[must_use]
    pub fn of(environment: &Name, change: &AttributeChange, impact: &Impact) -> Self {
        let value = |value: &Option<String>| {
            value
                .clone()
                .map_or_else(String::new, |it| format!("={it}"))
        };
        Self::hash([
            environment.as_str(),
            &change.path,
            &value(&change.values.before),
            &value(&change.values.after),
            impact.class.name(),
        ])
    }

    /// Of a new name.
    #[must_use]
    pub fn of_rename(environment: &Name, rename: &PartRename, impact: &Impact) -> Self {
        let names = &rename.names;
        Self::hash([
            environment.as_str(),
            &rename.place.to_string(),
            names.before.as_str(),
            names.after.as_str(),
            impact.class.name(),
        ])
    }

    /// The fingerprint of all changes of an environment.
    #[must_use]
    pub fn of_environment(changes: &Changes, parts: &[Self]) -> Self {
        let presence = match changes.presence {
            Presence::Added => "added",
            Presence::Removed => "removed",
            Presence::Kept => "kept",
        };
        let parts = parts.iter().map(|part| part.0.as_str());
        Self::hash(
            [changes.environment.as_str(), presence]
                .into_iter()
                .chain(parts),
        )
    }

    /// The fingerprint of an environment in which only prices change.
    #[must_use]
    pub fn of_prices(environment: &Name, money: &CostDifference) -> Self {
        let total = money.total().0;
        let sides = [total.before, total.after];
        let amounts = sides.map(|it| [it.floor.exact(), it.ceiling.exact()]);
        let mut parts = vec![environment.as_str(), "prices"];
        parts.extend(amounts.iter().flatten().map(String::as_str));
        parts.extend(money.unknown.iter().map(|it| it.path.as_str()));
        Self::hash(parts)
    }

    /// Of several, in their order.
    #[must_use]
    pub fn of_all<'a>(parts: impl IntoIterator<Item = &'a Self>) -> Self {
        Self::hash(parts.into_iter().map(|part| part.0.as_str()))
    }

    fn hash<'a>(parts: impl IntoIterator<Item = &'a str>) -> Self {
        let mut hash = Sha256::new();
        for part in parts {
            // Each part follows its length, so different lists of parts give different bytes.
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
        Self(
            hash.finalize()
                .iter()
                .take(6)
                .map(|byte| format!("{byte:02x}"))
                .collect(),
        )
    }
}
