//! How a value is written in KDL, from its path: what a finding offers to type where the file
//! does not state the value yet.

use crate::ast::Ast;

/// A value to write: the node it belongs to, and what stands inside of that node.
pub(super) struct Statement {
    /// The top-level node, such as `pgbouncer` or `worker "batch"`; empty for a node of one value.
    head: String,
    /// What to write in it, such as `pool max-db=50`.
    inner: String,
}

impl Statement {
    /// The value at `path`, such as `pgbouncer.pool.max-db`, as `text`.
    pub(super) fn new(path: &str, text: &str) -> Self {
        let steps: Vec<&str> = path.split('.').collect();
        let (head, rest): (String, &[&str]) = match steps.as_slice() {
            [
                node @ ("worker" | "service" | "redis" | "nodes"),
                name,
                rest @ ..,
            ] => (format!("{node} \"{name}\""), rest),
            [node, rest @ ..] if !rest.is_empty() => ((*node).to_owned(), rest),
            _ => (String::new(), steps.as_slice()),
        };
        let inner = match rest {
            // The count is the node's argument.
            ["replicas", "count"] => format!("replicas {text}"),
            [node, property] => format!("{node} {property}={text}"),
            _ => format!("{} {text}", rest.join(" ")),
        };
        Self { head, inner }
    }

    /// What to write into `file`: inside of the node if it is there already, else the whole node.
    pub(super) fn advice(&self, file: &Ast) -> String {
        let Self { head, inner } = self;
        if head.is_empty() {
            format!("write `{inner}`")
        } else if stands(file, head) {
            format!("write `{inner}` in `{head}`")
        } else {
            format!("write `{head} {{ {inner} }}`")
        }
    }
}

/// Whether the file has the node that `head` begins.
fn stands(file: &Ast, head: &str) -> bool {
    let (node, name) = match head.split_once(' ') {
        Some((node, name)) => (node, name.trim_matches('"')),
        None => (head, ""),
    };
    match node {
        "api" => file.api.workload.place.is_some(),
        "pgbouncer" => file.pgbouncer.place.is_some(),
        "database" => file.database.place.is_some(),
        "worker" => file.workers.contains_key(name),
        "service" => file.services.contains_key(name),
        "redis" => file.redis.contains_key(name),
        "nodes" => file.nodes.contains_key(name),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ast::Ast;

    #[test]
    fn a_path_becomes_the_node_that_states_it() {
        let file = Ast::default();
        let written = |path: &str, text: &str| Statement::new(path, text).advice(&file);
        for (path, text, advice) in [
            (
                "pgbouncer.pool.max-db",
                "50",
                "write `pgbouncer { pool max-db=50 }`",
            ),
            (
                "database.multi-az",
                "#true",
                "write `database { multi-az #true }`",
            ),
            (
                "database.replicas.count",
                "15",
                "write `database { replicas 15 }`",
            ),
            (
                "worker.batch.replicas.min",
                "2",
                "write `worker \"batch\" { replicas min=2 }`",
            ),
            (
                "redis.queue.policy",
                "\"noeviction\"",
                "write `redis \"queue\" { policy \"noeviction\" }`",
            ),
            ("app", "\"kaireon\"", "write `app \"kaireon\"`"),
        ] {
            assert_eq!(written(path, text), advice);
        }
    }

    #[test]
    fn a_node_that_stands_in_the_file_is_not_written_twice() {
        let mut file = Ast::default();
        let name = crate::model::Name::composed("batch".into());
        file.workers.insert(name, crate::ast::WorkerNode::default());
        let statement = Statement::new("worker.batch.grace", "\"110s\"");
        assert_eq!(
            statement.advice(&file),
            "write `grace \"110s\"` in `worker \"batch\"`"
        );
    }
}
