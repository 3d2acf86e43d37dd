//! Resolves a path to a place in a file: the nodes, and the slot of the last one.

use super::quoted;
use crate::model::Api;

/// A place in a file, by its nodes from the top level inward.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// The nodes; empty for the top level.
    pub nodes: Vec<Segment>,
    /// What of the last one.
    pub slot: Slot,
}

/// A node among its siblings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    /// Its name.
    pub name: String,
    /// Which of the nodes of this name.
    pub pick: Pick,
}

/// Selects one of several nodes with the same name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pick {
    /// There is one.
    Only,
    /// The one with this first argument.
    Key(String),
    /// The one without a name, or with the name that it has then: `api` and `api "api"`.
    Unnamed,
    /// The one at this position among its siblings, from 1. A step of a scaling policy is written
    /// `pods` or `percent`; its name here is `policy`.
    Nth(usize),
    /// The off-hours with this key, such as `mon-fri-20:00-08:00`.
    Hours(String),
}

/// A part of a node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Slot {
    /// The node itself; additions go into its block.
    Node,
    /// The argument that distinguishes it from nodes of the same name.
    Key,
    /// Its value: every argument but the key.
    Arguments,
    /// One item of a list: the argument with this text.
    Item(String),
    /// A property.
    Property(String),
}

/// Top-level nodes with one argument.
const VALUES: [&str; 7] = [
    "environment",
    "tier",
    "region",
    "app",
    "namespace",
    "cluster",
    "framework",
];
/// Top-level nodes with properties and without a block.
const PROPERTIES: [&str; 6] = ["labels", "network", "schedule", "budget", "cost", "deliver"];
/// The top-level node of an API.
const API: &str = "api";
/// Top-level nodes with a block, at most one of each in a file.
const BLOCKS: [&str; 3] = ["pgbouncer", "database", "alerts"];
/// Top-level nodes that are identified by their first argument.
const KEYED: [&str; 6] = ["worker", "service", "redis", "nodes", "event", "load-test"];

impl Segment {
    /// The one node of this name.
    fn only(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            pick: Pick::Only,
        }
    }

    /// An API, or the count of one, by its path.
    fn api(path: &str) -> Option<Self> {
        let name = Api::of_path(path)?;
        Some(if Api::is_unnamed(&name) {
            Self {
                name: API.to_owned(),
                pick: Pick::Unnamed,
            }
        } else {
            Self::keyed(API, name.as_str())
        })
    }

    fn keyed(name: &str, key: &str) -> Self {
        Self {
            name: name.to_owned(),
            pick: Pick::Key(key.to_owned()),
        }
    }

    /// The start of such a node, such as `worker "batch"`; `None` if the address alone cannot
    /// create it.
    #[must_use]
    pub fn head(&self) -> Option<String> {
        match &self.pick {
            Pick::Only | Pick::Unnamed => Some(self.name.clone()),
            Pick::Key(key) => Some(format!("{} {}", self.name, quoted(key))),
            Pick::Nth(_) | Pick::Hours(_) => None,
        }
    }
}

impl Address {
    /// The place of the attribute or node at `path`; `None` if the language has no such path.
    #[must_use]
    pub fn of(path: &str) -> Option<Self> {
        if path.is_empty() {
            return Some(Self {
                nodes: Vec::new(),
                slot: Slot::Node,
            });
        }
        let (top, rest) = split(path);
        if VALUES.contains(&top) {
            return rest.is_none().then(|| below(&[], top, Slot::Arguments));
        }
        if PROPERTIES.contains(&top) {
            return Some(below(&[], top, property(rest?)));
        }
        let (node, rest) = if top == API {
            let node = Segment::api(path)?;
            let rest = match &node.pick {
                Pick::Key(name) => rest.and_then(|rest| rest.strip_prefix(name.as_str())),
                Pick::Only | Pick::Unnamed | Pick::Nth(_) | Pick::Hours(_) => rest,
            };
            let rest = rest.map(|rest| rest.strip_prefix('.').unwrap_or(rest));
            (node, rest.filter(|rest| !rest.is_empty()))
        } else if BLOCKS.contains(&top) {
            (Segment::only(top), rest)
        } else {
            let (key, rest) = split(rest?);
            let node = match top {
                "off-hours" => Segment {
                    name: top.to_owned(),
                    pick: Pick::Hours(key.to_owned()),
                },
                "waive" => Segment::keyed(top, key),
                _ if KEYED.contains(&top) => Segment::keyed(top, key),
                _ => return None,
            };
            (node, rest)
        };
        let Some(rest) = rest else {
            return Some(Self {
                nodes: vec![node],
                slot: Slot::Node,
            });
        };
        inside(node, rest)
    }

    /// The statement that sets this place to `value`, from its node at depth `from` on, such as
    /// `storage gib=300`; `None` if the address alone cannot create the node.
    #[must_use]
    pub fn statement(&self, from: usize, value: &str) -> Option<String> {
        let nodes = self.nodes.get(from..)?;
        let (last, outer) = nodes.split_last()?;
        let head = last.head()?;
        let mut statement = match &self.slot {
            Slot::Property(key) => format!("{head} {}={value}", spelled(key)),
            Slot::Arguments => format!("{head} {value}"),
            Slot::Node if value.is_empty() => head,
            Slot::Node => format!("{head} {{ {value} }}"),
            Slot::Key | Slot::Item(_) => return None,
        };
        for node in outer.iter().rev() {
            statement = format!("{} {{ {statement} }}", node.head()?);
        }
        Some(statement)
    }
}

/// What is inside a node with a block.
fn inside(node: Segment, path: &str) -> Option<Address> {
    let (child, rest) = split(path);
    let outer = [node];
    let top = outer.first().map(|node| node.name.clone())?;
    // The properties of a top-level node with a block.
    let beside = match top.as_str() {
        "event" => ["from", "to", "zone", "lead"].contains(&child),
        "off-hours" => ["days", "from", "to", "zone"].contains(&child),
        "load-test" => child == "url",
        "waive" => ["value", "reason", "until"].contains(&child),
        _ => false,
    };
    if beside {
        let nodes = outer.to_vec();
        return rest.is_none().then(|| Address {
            nodes,
            slot: property(child),
        });
    }
    if (top == "event" || top == "off-hours") && child == API {
        return Some(inner(&outer, Segment::api(path)?, Slot::Arguments));
    }
    let Some(rest) = rest else {
        return Some(match child {
            "pause" => below(&outer, child, property("at")),
            "scale-up" | "scale-down" => below(&outer, child, Slot::Node),
            // Several nodes of one name are not a single place.
            "queue" | "metric" | "stage" => return None,
            "database" if matches!(top.as_str(), "redis" | "pgbouncer") => return None,
            _ => below(&outer, child, Slot::Arguments),
        });
    };
    match (top.as_str(), child) {
        ("event" | "off-hours", "worker") => {
            Some(inner(&outer, Segment::keyed(child, rest), Slot::Arguments))
        }
        (_, "queue" | "metric") | ("redis" | "pgbouncer", "database") => {
            listed(&outer, child, rest)
        }
        ("api" | "worker", "connections") => match rest.strip_prefix("database.") {
            Some(rest) => further_connections(&outer, child, rest),
            None => Some(below(&outer, child, property(rest))),
        },
        (_, "scale-up" | "scale-down") => scaling(&outer, child, rest),
        (_, "stage") => {
            let (index, key) = rest.split_once('.')?;
            Some(inner(&outer, nth(child, index)?, property(key)))
        }
        (_, "tolerate" | "uses" | "runs" | "alternatives" | "spread") => {
            Some(below(&outer, child, Slot::Item(rest.to_owned())))
        }
        // The first of these values follows the node's name without a key.
        ("database" | "api" | "worker", "replicas") if rest == "count" => {
            Some(below(&outer, child, Slot::Arguments))
        }
        ("alerts", "redis-ops") if rest == "percent" => Some(below(&outer, child, Slot::Arguments)),
        ("load-test", "request") if rest == "method" => Some(below(&outer, child, Slot::Arguments)),
        ("load-test", "rate") if rest == "per-second" => {
            Some(below(&outer, child, Slot::Arguments))
        }
        _ => Some(below(&outer, child, property(rest))),
    }
}

/// `queue "LIST" length=` and `metric "NAME" average=`: the key can contain dots.
fn listed(outer: &[Segment], child: &str, path: &str) -> Option<Address> {
    let (key, step) = path.rsplit_once('.')?;
    let slot = match step {
        "list" | "stream" | "topic" | "name" | "metric" | "role" => Slot::Key,
        _ => property(step),
    };
    Some(inner(outer, Segment::keyed(child, key), slot))
}

/// `connections { database "NAME" per-pod= }`.
fn further_connections(outer: &[Segment], child: &str, path: &str) -> Option<Address> {
    let (key, step) = split(path);
    let slot = match step? {
        "database" => Slot::Key,
        step => property(step),
    };
    let mut nodes = outer.to_vec();
    nodes.push(Segment::only(child));
    Some(inner(&nodes, Segment::keyed("database", key), slot))
}

fn scaling(outer: &[Segment], child: &str, path: &str) -> Option<Address> {
    let mut nodes = outer.to_vec();
    nodes.push(Segment::only(child));
    let (step, rest) = split(path);
    match (step, rest) {
        ("window", None) => Some(below(outer, child, property(step))),
        ("select", None) => Some(below(&nodes, step, Slot::Arguments)),
        ("policy", Some(rest)) => {
            let (index, part) = rest.split_once('.')?;
            let slot = match part {
                "value" => Slot::Arguments,
                "every" => property(part),
                // The node's name says whether a step counts pods or percent.
                _ => return None,
            };
            Some(inner(&nodes, nth("policy", index)?, slot))
        }
        _ => None,
    }
}

fn split(path: &str) -> (&str, Option<&str>) {
    path.split_once('.')
        .map_or((path, None), |(step, rest)| (step, Some(rest)))
}

fn property(key: &str) -> Slot {
    Slot::Property(key.to_owned())
}

fn nth(name: &str, index: &str) -> Option<Segment> {
    Some(Segment {
        name: name.to_owned(),
        pick: Pick::Nth(index.parse().ok().filter(|index| *index > 0)?),
    })
}

fn below(outer: &[Segment], child: &str, slot: Slot) -> Address {
    inner(outer, Segment::only(child), slot)
}

fn inner(outer: &[Segment], child: Segment, slot: Slot) -> Address {
    let mut nodes = outer.to_vec();
    nodes.push(child);
    Address { nodes, slot }
}

/// A property's key in KDL, quoted unless it is certainly a bare word.
#[must_use]
pub fn spelled(key: &str) -> String {
    let letter = |c: char| c.is_ascii_alphabetic() || c == '_';
    let plain = |c: char| letter(c) || c.is_ascii_digit() || c == '-';
    let keyword = ["true", "false", "null", "inf", "nan"].contains(&key);
    if key.starts_with(letter) && key.chars().all(plain) && !keyword {
        key.to_owned()
    } else {
        quoted(key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_leads_to_the_node_that_states_it() {
        let written = |path: &str, text: &str| Address::of(path).unwrap().statement(0, text);
        for (path, text, statement) in [
            (
                "pgbouncer.pool.max-db",
                "50",
                "pgbouncer { pool max-db=50 }",
            ),
            ("database.multi-az", "#true", "database { multi-az #true }"),
            ("database.replicas.count", "15", "database { replicas 15 }"),
            ("api.replicas.count", "3", "api { replicas 3 }"),
            (
                "api.public.replicas.min",
                "3",
                "api \"public\" { replicas min=3 }",
            ),
            ("event.sale.api", "8", "event \"sale\" { api 8 }"),
            (
                "event.sale.api.public",
                "8",
                "event \"sale\" { api \"public\" 8 }",
            ),
            (
                "worker.beat.replicas.count",
                "1",
                "worker \"beat\" { replicas 1 }",
            ),
            (
                "worker.batch.replicas.min",
                "2",
                "worker \"batch\" { replicas min=2 }",
            ),
            (
                "worker.batch.scale-up.select",
                "\"max\"",
                "worker \"batch\" { scale-up { select \"max\" } }",
            ),
            ("worker.batch.pause", "3", "worker \"batch\" { pause at=3 }"),
            (
                "worker.batch.queue.a.b.length",
                "7",
                "worker \"batch\" { queue \"a.b\" length=7 }",
            ),
            (
                "network.database-cidr",
                "\"x\"",
                "network database-cidr=\"x\"",
            ),
            (
                "labels.example.com/team",
                "\"x\"",
                "labels \"example.com/team\"=\"x\"",
            ),
            ("event.sale.lead", "\"1h\"", "event \"sale\" lead=\"1h\""),
            (
                "event.sale.worker.a",
                "3",
                "event \"sale\" { worker \"a\" 3 }",
            ),
            ("app", "\"kaireon\"", "app \"kaireon\""),
            (
                "redis.queue.uses",
                "\"queue\"",
                "redis \"queue\" { uses \"queue\" }",
            ),
        ] {
            assert_eq!(written(path, text).as_deref(), Some(statement), "{path}");
        }
    }

    #[test]
    fn what_cannot_be_created_by_its_address_alone_is_not() {
        for path in [
            "worker.batch.scale-up.policy.1.value",
            "load-test.a.stage.2.to",
            "off-hours.mon-fri-20:00-08:00.api",
            "worker.batch.queue.a.list",
            "redis.queue.uses.cache",
        ] {
            assert_eq!(Address::of(path).unwrap().statement(0, "1"), None, "{path}");
        }
        for path in [
            "nowhere",
            "nowhere.x",
            "tier.x",
            "api.scale-up.policy.1.kind",
            "labels",
        ] {
            assert_eq!(Address::of(path), None, "{path}");
        }
    }
}
