//! What a change needs beside itself so that its pods find room: the nodes that the finding offers.

use crate::budget::packing;
use crate::catalogue::Catalogue;
use crate::edit::Edit;
use crate::model::Environment;

/// The node group that has to be allowed more nodes, and how many; none where more of them would
/// not do, or none are missing.
#[must_use]
pub(super) fn nodes(environment: &Environment, catalogue: &Catalogue) -> Option<Edit> {
    let rooms = packing::rooms(environment, catalogue)?;
    let loads = packing::loads(environment, catalogue);
    let shortages = packing::shortages(&loads, &rooms);
    // Of groups that are short apart from each other the first: what is left then is refused.
    let short = shortages.first()?;
    let (name, _) = packing::group_to_grow(environment, &short.groups)?;
    let max = packing::fewest_nodes(&loads, &rooms, name)?;
    Some(Edit::set(
        format!("nodes.{name}.count.max"),
        max.to_string(),
    ))
}
