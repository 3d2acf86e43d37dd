//! The additional nodes that a change needs for its pods, as the finding offers them.

use crate::budget::packing;
use crate::catalogue::Catalogue;
use crate::edit::Edit;
use crate::model::Environment;

/// The node group that needs a higher maximum, and that maximum; `None` if more nodes would not
/// help, or if none are missing.
#[must_use]
pub(super) fn nodes(environment: &Environment, catalogue: &Catalogue) -> Option<Edit> {
    let rooms = packing::rooms(environment, catalogue)?;
    let loads = packing::loads(environment, catalogue);
    let shortages = packing::shortages(&loads, &rooms);
    // If separate groups are short, only the first is extended. The trial is refused if others stay
    // short.
    let short = shortages.first()?;
    let (name, _) = packing::group_to_grow(environment, &short.groups)?;
    let max = packing::fewest_nodes(&loads, &rooms, name)?;
    Some(Edit::set(
        format!("nodes.{name}.count.max"),
        max.to_string(),
    ))
}
