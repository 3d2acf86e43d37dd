//! The top-level nodes: which there are, and where what they say goes.

use std::collections::BTreeMap;

use super::{database, groups, pgbouncer, redis, worker, workload};
use crate::ast::{Ast, Part, WaiverNode, Written};
use crate::diagnostic::{Diagnostic, code};
use crate::model::Name;
use crate::parse::fields::{Cx, Fields};
use crate::parse::tree::Node;
use crate::parse::{suggest, text, value};
use crate::source::Span;

/// Every top-level node, with the part of the language that goes with it when it cannot be read.
pub const NODES: &[(&str, Part)] = &[
    ("environment", Part::Other),
    ("tier", Part::Other),
    ("region", Part::Other),
    ("app", Part::Other),
    ("namespace", Part::Other),
    ("cluster", Part::Other),
    ("labels", Part::Other),
    ("framework", Part::Other),
    ("api", Part::Api),
    ("worker", Part::Worker),
    ("service", Part::Service),
    ("pgbouncer", Part::Pgbouncer),
    ("database", Part::Database),
    ("redis", Part::Redis),
    ("nodes", Part::Nodes),
    ("network", Part::Network),
    ("deliver", Part::Other),
    ("waive", Part::Waive),
];

/// Where each node of a file was stated first, by its path.
pub type Seen = BTreeMap<String, Span>;

/// Whether the language has a top-level node named `name`.
#[must_use]
pub fn is_known(name: &str) -> bool {
    NODES.iter().any(|(known, _)| *known == name)
}

/// The known node whose name is nearest to `name`.
#[must_use]
pub fn nearest(name: &str) -> Option<&'static str> {
    suggest::nearest(name, NODES.iter().map(|(known, _)| *known))
}

/// Marks what a node named `name` would have said as unreadable.
pub fn mark_broken(ast: &mut Ast, name: &str) {
    let known = |name: &str| NODES.iter().find(|(known, _)| *known == name);
    let Some((name, part)) = known(name).or_else(|| known(nearest(name)?)) else {
        ast.broken.insert(Part::Other);
        return;
    };
    ast.broken.insert(*part);
    match *name {
        "environment" => ast.environment.broken = true,
        "tier" => ast.tier.broken = true,
        "region" => ast.region.broken = true,
        "app" => ast.app.broken = true,
        "namespace" => ast.namespace.broken = true,
        "cluster" => ast.cluster.broken = true,
        "framework" => ast.framework.broken = true,
        "deliver" => ast.autoscalers.broken = true,
        _ => {}
    }
}

/// Reads one top-level node into `ast`.
pub fn node<'a>(ast: &mut Ast, seen: &mut Seen, cx: Cx<'a>, node: &'a Node<'a>) {
    let mut fields = Fields::new(cx, node, node.name.to_string());
    let name = fields.node_name();
    let named = matches!(name, "worker" | "service" | "redis" | "nodes");
    let many = matches!(name, "labels" | "waive");
    if node.broken {
        mark_broken(ast, name);
    }
    if !is_known(name) {
        unknown(ast, cx, name, fields.name_span());
        return;
    }
    let place = fields.name_span();
    if named {
        let Some(name_given) = fields.argument("a name", value::name).value else {
            mark_broken(ast, name);
            return;
        };
        fields.path = format!("{name}.{}", name_given.value);
        if first(seen, cx, &fields.path, place) {
            keyed(ast, &mut fields, name_given.value);
            fields.finish();
        }
    } else if many || first(seen, cx, name, place) {
        scalar(ast, &mut fields);
        parts(ast, &mut fields);
        fields.finish();
    }
}

fn first(seen: &mut Seen, cx: Cx<'_>, path: &str, place: Span) -> bool {
    if let Some(first) = seen.get(path) {
        cx.duplicate(path, *first, place);
        return false;
    }
    seen.insert(path.to_owned(), place);
    true
}

fn unknown(ast: &mut Ast, cx: Cx<'_>, name: &str, span: Span) {
    let message = format!("there is no node `{name}`");
    let finding = Diagnostic::error(code::UNKNOWN_NODE, message, span);
    let Some(near) = nearest(name) else {
        let known = suggest::list(NODES.iter().map(|(known, _)| *known));
        cx.report(finding.help(format!("known here: {known}")));
        return;
    };
    mark_broken(ast, near);
    cx.report(finding.replace(format!("did you mean `{near}`?"), span, near));
}

fn keyed(ast: &mut Ast, fields: &mut Fields<'_>, name: Name) {
    match fields.node_name() {
        "worker" => drop(ast.workers.insert(name, worker::worker(fields))),
        "service" => drop(ast.services.insert(name, worker::service(fields))),
        "redis" => drop(ast.redis.insert(name, redis::redis(fields))),
        _ => drop(ast.nodes.insert(name, groups::nodes(fields))),
    }
}

fn scalar(ast: &mut Ast, fields: &mut Fields<'_>) {
    let name = "a name in quotes";
    match fields.node_name() {
        "environment" => ast.environment = fields.argument(name, value::lettered_name),
        "tier" => ast.tier = fields.argument("a tier", value::word),
        "region" => ast.region = fields.argument("a region", value::text(text::region)),
        "app" => ast.app = fields.argument(name, value::lettered_name),
        "namespace" => ast.namespace = fields.argument(name, value::name),
        "cluster" => ast.cluster = fields.argument(name, value::name),
        "framework" => ast.framework = fields.argument("a queue library", value::word),
        "deliver" => ast.autoscalers = fields.property("autoscalers", value::word),
        _ => {}
    }
}

fn parts(ast: &mut Ast, fields: &mut Fields<'_>) {
    match fields.node_name() {
        "api" => ast.api = workload::api(fields),
        "pgbouncer" => ast.pgbouncer = pgbouncer::pgbouncer(fields),
        "database" => ast.database = database::database(fields),
        "network" => ast.network = groups::network(fields),
        "labels" => labels(ast, fields),
        "waive" => match waiver(fields) {
            Some(waiver) => ast.waivers.push(waiver),
            None => drop(ast.broken.insert(Part::Waive)),
        },
        _ => {}
    }
}

fn labels(ast: &mut Ast, fields: &mut Fields<'_>) {
    let reader = value::text(text::label_value);
    for (key, span, written) in fields.every_property(text::label_key, reader) {
        let first = ast
            .labels
            .get(&key)
            .map(|known: &Written<String>| known.value.as_ref().map_or(span, |value| value.span));
        match first {
            Some(first) => fields.cx.duplicate(&format!("labels.{key}"), first, span),
            None => drop(ast.labels.insert(key, written)),
        }
    }
}

fn waiver(fields: &mut Fields<'_>) -> Option<WaiverNode> {
    let code = fields.argument("a rule's name", value::text(text::token));
    let reason = fields.required("reason", "\"...\"", value::text(text::non_empty));
    let until = fields.required("until", "\"2030-01-31\"", value::date);
    Some(WaiverNode {
        place: fields.name_span(),
        code: code.value?,
        reason: reason.value?,
        until: until.value?,
    })
}
