//! What a change needs beside itself so that its pods find room: the nodes that the finding offers.

use super::trial::{Line, Node};
use crate::budget::packing;
use crate::catalogue::Catalogue;
use crate::model::Environment;

/// The node group that has to be allowed more nodes, and how many; none where more of them would
/// not do, or none are missing.
#[must_use]
pub(super) fn nodes(environment: &Environment, catalogue: &Catalogue) -> Option<Node> {
    let rooms = packing::rooms(environment, catalogue)?;
    let loads = packing::loads(environment, catalogue);
    let shortages = packing::shortages(&loads, &rooms);
    // Of groups that are short apart from each other the first: what is left then is refused.
    let short = shortages.first()?;
    let (name, _) = packing::group_to_grow(environment, &short.groups)?;
    let max = packing::fewest_nodes(&loads, &rooms, name)?;
    let text = max.to_string();
    let path = format!("nodes.{name}");
    let kdl = format!("count max={max}");
    Some(Node {
        head: format!("nodes \"{name}\""),
        lines: vec![Line::new(kdl, &path, &[("count.max", &text)])],
    })
}
