//! `instances.kdl`: facts about AWS, one node each, so a run parses only those it needs.

use std::cell::RefCell;
use std::collections::BTreeSet;

use super::fields::{Cx, Fields};
use super::tree::KdlNode;
use super::{scan, text, value};
use crate::ast::Written;
use crate::catalogue::{
    CacheNode, Catalogue, DatabaseClass, NodeType, PostgresVersion, RedisVersion,
};
use crate::diagnostic::{Diagnostic, Diagnostics, code};
use crate::model::{Arch, Place};
use crate::source::{SourceId, Span};

/// Reads the facts named in `wanted` (`None` for all), and the names of the others. Mistakes go to
/// `diagnostics`.
pub fn instances(
    text: &str,
    source: SourceId,
    wanted: Option<&BTreeSet<String>>,
    diagnostics: &mut Diagnostics,
) -> Catalogue {
    let scanned = scan::scan(text, source, diagnostics);
    let mut catalogue = Catalogue::default();
    let out = RefCell::new(std::mem::take(diagnostics));
    let notes = RefCell::default();
    let cx = Cx {
        out: &out,
        notes: &notes,
    };
    for node in &scanned.nodes {
        if !skip(&mut catalogue, node, wanted) {
            fact(&mut catalogue, cx, node);
        }
    }
    *diagnostics = out.into_inner();
    catalogue
}

/// Whether the fact of this node is not needed; only its name is kept.
fn skip(catalogue: &mut Catalogue, node: &KdlNode<'_>, wanted: Option<&BTreeSet<String>>) -> bool {
    let (Some(wanted), Some(name)) = (wanted, node.first_text()) else {
        return false;
    };
    if node.broken || wanted.contains(name) {
        return false;
    }
    let name = name.to_owned();
    match &*node.name {
        "node-type" => catalogue.node_types.name(name),
        "db-class" => catalogue.db_classes.name(name),
        "cache-node" => catalogue.cache_nodes.name(name),
        "postgres" => catalogue.postgres.name(name),
        "redis-version" => catalogue.redis_versions.name(name),
        _ => return false,
    }
    true
}

fn fact<'a>(catalogue: &mut Catalogue, cx: Cx<'a>, node: &'a KdlNode<'a>) {
    let mut fields = Fields::new(cx, node, node.name.to_string());
    let kind = fields.node_name();
    match kind {
        "regions" => regions(catalogue, &mut fields),
        "pgbouncer" => pgbouncer(catalogue, &mut fields),
        _ => return named(catalogue, cx, fields),
    }
    fields.finish();
}

fn regions(catalogue: &mut Catalogue, fields: &mut Fields<'_>) {
    let regions = known(fields.arguments("\"us-east-1\"", value::region));
    let names = regions.into_iter().flatten().map(|name| name.value);
    catalogue.regions.extend(names);
}

fn pgbouncer(catalogue: &mut Catalogue, fields: &mut Fields<'_>) {
    let newest = fields.required("newest-image", "\"1.25.1\"", value::placed(Place::AwsWord));
    let safe = fields.required("safe", "\"1.26.1\"", value::placed(Place::AwsWord));
    catalogue.pgbouncer_image = known(newest).unwrap_or_default();
    catalogue.pgbouncer_safe = known(safe).unwrap_or_default();
}

/// A fact about something with a name, which may be stated once.
fn named<'a>(catalogue: &mut Catalogue, cx: Cx<'a>, mut fields: Fields<'a>) {
    let kind = fields.node_name();
    let place = fields.name_span();
    let Some(name) = known(fields.argument("\"m7g.large\"", value::text(text::fact))) else {
        return;
    };
    let again = match kind {
        "node-type" => node_type(&mut fields).map(|fact| catalogue.node_types.insert(name, fact)),
        "db-class" => db_class(&mut fields).map(|fact| catalogue.db_classes.insert(name, fact)),
        "cache-node" => {
            cache_node(&mut fields).map(|fact| catalogue.cache_nodes.insert(name, fact))
        }
        "postgres" => postgres(&mut fields).map(|fact| catalogue.postgres.insert(name, fact)),
        "redis-version" => {
            redis_version(&mut fields).map(|fact| catalogue.redis_versions.insert(name, fact))
        }
        other => return cx.report(unknown_node(other, place)),
    };
    if again == Some(false) {
        cx.report(Diagnostic::error(
            code::DUPLICATE,
            format!("this `{kind}` is stated twice"),
            place,
        ));
    }
    fields.finish();
}

fn unknown_node(kind: &str, place: Span) -> Diagnostic {
    let message = format!("a catalogue of instances has no node `{kind}`");
    Diagnostic::error(code::UNKNOWN_NODE, message, place).help(
        "known here: `node-type`, `db-class`, `cache-node`, `postgres`, `redis-version`, `regions` and `pgbouncer`",
    )
}

fn known<T>(written: Written<T>) -> Option<T> {
    written.value.map(|spanned| spanned.value)
}

fn node_type(fields: &mut Fields<'_>) -> Option<NodeType> {
    let arch: Written<Arch> = fields.required("arch", "\"arm64\"", value::word);
    let vcpu = fields.required("vcpu", "4", value::whole(1..=u32::MAX));
    let _ = fields.required("memory", "\"16Gi\"", value::memory);
    let (cpu, memory, pods) = fields.group("allocatable", |allocatable| {
        (
            allocatable.required("cpu", "\"3920m\"", value::cpu),
            allocatable.required("memory", "\"14103Mi\"", value::memory),
            allocatable.required("pods", "58", value::whole(1..=u32::MAX)),
        )
    });
    Some(NodeType {
        arch: known(arch)?,
        vcpu: known(vcpu)?,
        allocatable_cpu: known(cpu)?,
        allocatable_memory: known(memory)?,
        pods: known(pods)?,
    })
}

fn db_class(fields: &mut Fields<'_>) -> Option<DatabaseClass> {
    let _: Written<Arch> = fields.required("arch", "\"arm64\"", value::word);
    let vcpu = fields.required("vcpu", "4", value::whole(1..=u32::MAX));
    let memory = fields.required("memory", "\"32Gi\"", value::memory);
    let burstable = fields.required("burstable", "#false", value::flag);
    Some(DatabaseClass {
        vcpu: known(vcpu)?,
        memory: known(memory)?,
        burstable: known(burstable)?,
    })
}

fn cache_node(fields: &mut Fields<'_>) -> Option<CacheNode> {
    let _: Written<Arch> = fields.required("arch", "\"arm64\"", value::word);
    let vcpu = fields.required("vcpu", "4", value::whole(1..=u32::MAX));
    let maxmemory = fields.required("maxmemory", "14037181030", value::large);
    let burstable = fields.required("burstable", "#false", value::flag);
    let valkey_only = fields.property("valkey-only", value::flag);
    Some(CacheNode {
        vcpu: known(vcpu)?,
        maxmemory: known(maxmemory)?,
        burstable: known(burstable)?,
        valkey_only: known(valkey_only).unwrap_or(false),
    })
}

fn postgres(fields: &mut Fields<'_>) -> Option<PostgresVersion> {
    let minor = fields.required("minor", "\"16.15\"", value::placed(Place::AwsWord));
    let until = fields.required("supported-until", "\"2029-02-28\"", value::date);
    Some(PostgresVersion {
        newest_minor: known(minor)?,
        supported_until: known(until)?,
    })
}

fn redis_version(fields: &mut Fields<'_>) -> Option<RedisVersion> {
    let family = fields.required("family", "\"redis7\"", value::placed(Place::AwsWord));
    Some(RedisVersion {
        family: known(family)?,
    })
}
