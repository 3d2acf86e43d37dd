//! How a finding shows a change if the file does not state the value yet.

use crate::ast::Ast;
use crate::edit::{Edit, EditAction, Segment};
use crate::model::{Api, Name};

/// The text to add to `file`: inside the top-level node if the file has it, else with the whole
/// node. `None` if the edit removes something or has no place.
pub(super) fn advice(edit: &Edit, file: &Ast) -> Option<String> {
    let (EditAction::Set(text) | EditAction::Insert(text)) = &edit.action else {
        return None;
    };
    let address = edit.address()?;
    let head = address.nodes.first().and_then(Segment::head);
    let Some(head) = head.filter(|head| stands(file, head)) else {
        return Some(format!("write `{}`", address.statement(0, text)?));
    };
    let inner = match address.nodes.len() {
        // What is added to the node itself.
        1 => text.clone(),
        _ => address.statement(1, text)?,
    };
    Some(format!("write `{inner}` in `{head}`"))
}

/// Whether the file has the node that starts with `head`.
fn stands(file: &Ast, head: &str) -> bool {
    let (node, name) = match head.split_once(' ') {
        Some((node, name)) => (node, name.trim_matches('"')),
        None => (head, ""),
    };
    match node {
        "api" => {
            let known = |(known, _): &(&Name, _)| match name {
                "" => Api::is_unnamed(known),
                _ => known.as_str() == name,
            };
            let api = file.stated.api.iter().find(known);
            api.is_some_and(|(_, api)| api.workload.place.is_some())
        }
        "pgbouncer" => file.stated.pgbouncer.place.is_some(),
        "database" => file.stated.database.place.is_some(),
        "worker" => file.stated.worker.contains_key(name),
        "service" => file.stated.service.contains_key(name),
        "redis" => file.stated.redis.contains_key(name),
        "nodes" => file.stated.nodes.contains_key(name),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_that_stands_in_the_file_is_not_written_twice() {
        let mut file = Ast::default();
        let edit = Edit::set("worker.batch.grace", "\"110s\"");
        let told = |file: &Ast| advice(&edit, file).expect("an edit with a place");
        assert_eq!(told(&file), "write `worker \"batch\" { grace \"110s\" }`");
        let name = crate::model::Name::composed("batch".into());
        file.stated
            .worker
            .insert(name, crate::ast::WorkerNode::default());
        assert_eq!(told(&file), "write `grace \"110s\"` in `worker \"batch\"`");
    }
}
