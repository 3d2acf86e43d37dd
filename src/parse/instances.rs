//! `instances.kdl`: facts about AWS, one node each, so a run parses only those it needs.

mod contradictions;

use std::cell::RefCell;
use std::collections::BTreeSet;

use super::fields::{Cx, Fields};
use super::tree::KdlNode;
use super::{scan, text, value};
use crate::ast::Written;
use crate::catalogue::{
    BuiltInNames, CacheNode, Catalogue, DatabaseClass, Interfaces, NodeType, PostgresVersion,
    RedisVersion, is_burstable,
};
use crate::diagnostic::{Diagnostic, Diagnostics, code};
use crate::model::{Arch, Place, Quantity};
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
    facts(&scanned.nodes, wanted, diagnostics)
}

/// Reads built-in facts like [`instances`]. Their names are listed only if something needs them.
pub fn built_in(
    text: &'static str,
    source: SourceId,
    wanted: Option<&BTreeSet<String>>,
    diagnostics: &mut Diagnostics,
) -> Catalogue {
    let is_wanted = |line: &str| {
        let (kind, rest) = line.split_once(" \"").unwrap_or((line.trim_end(), ""));
        let Some(wanted) = wanted.filter(|_| KINDS.contains(&kind)) else {
            return !kind.is_empty() && !kind.starts_with("//");
        };
        let name = rest.split('"').next().unwrap_or_default();
        wanted.contains(name)
    };
    let nodes = scan::lines(text, source, is_wanted, diagnostics);
    let mut catalogue = facts(&nodes, None, diagnostics);
    let names = |kind| BuiltInNames { text, kind };
    catalogue.node_types.built_in(names("node-type"));
    catalogue.db_classes.built_in(names("db-class"));
    catalogue.cache_nodes.built_in(names("cache-node"));
    catalogue.postgres.built_in(names("postgres"));
    catalogue.redis_versions.built_in(names("redis-version"));
    catalogue
}

/// The kinds of facts that have a name.
const KINDS: [&str; 5] = [
    "node-type",
    "db-class",
    "cache-node",
    "postgres",
    "redis-version",
];

fn facts(
    tree: &[KdlNode<'_>],
    wanted: Option<&BTreeSet<String>>,
    diagnostics: &mut Diagnostics,
) -> Catalogue {
    let mut catalogue = Catalogue::default();
    let out = RefCell::new(std::mem::take(diagnostics));
    let notes = RefCell::default();
    let cx = Cx {
        out: &out,
        notes: &notes,
    };
    for node in tree {
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
        "catalogue" => layer(&mut fields),
        _ => return named(catalogue, cx, fields),
    }
    fields.finish();
}

/// `catalogue replace=#true`, which says whether the file adds to the built-in one. It is read before
/// all else, by [`replaces`](super::catalogue::replaces).
pub(super) fn layer(fields: &mut Fields<'_>) {
    let _ = fields.required("replace", "#true", value::flag);
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
    let again =
        match kind {
            "node-type" => node_type(&mut fields, cx, &name)
                .map(|fact| catalogue.node_types.insert(name, fact)),
            "db-class" => {
                db_class(&mut fields, cx, &name).map(|fact| catalogue.db_classes.insert(name, fact))
            }
            "cache-node" => cache_node(&mut fields, cx, &name)
                .map(|fact| catalogue.cache_nodes.insert(name, fact)),
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
        "known here: `node-type`, `db-class`, `cache-node`, `postgres`, `redis-version`, `regions`, `pgbouncer` and `catalogue`",
    )
}

fn known<T>(written: Written<T>) -> Option<T> {
    written.value.map(|spanned| spanned.value)
}

/// What a file states of the amounts that pods can ask for.
type Allocatable = (Written<Quantity>, Written<Quantity>, Written<u32>);

fn node_type(fields: &mut Fields<'_>, cx: Cx<'_>, name: &str) -> Option<NodeType> {
    let place = fields.name_span();
    let arch: Written<Arch> = fields.required("arch", "\"arm64\"", value::word);
    let vcpu = fields.required("vcpu", "4", value::whole(1..=u32::MAX));
    let memory = fields.required("memory", "\"16Gi\"", value::memory);
    let enis = fields.property("enis", value::whole(1..=u32::MAX));
    let addresses = fields.property("addresses", value::whole(2..=u32::MAX));
    let mut stated = false;
    let allocatable: Allocatable = fields.group("allocatable", |allocatable| {
        stated = true;
        (
            allocatable.required("cpu", "\"3920m\"", value::cpu),
            allocatable.required("memory", "\"14103Mi\"", value::memory),
            allocatable.required("pods", "58", value::whole(1..=u32::MAX)),
        )
    });
    let lacking = [("enis", &enis, "4"), ("addresses", &addresses, "15")];
    let all_lack = lacking.iter().all(|(_, written, _)| written.is_absent());
    if !(stated && all_lack) {
        for (key, _, example) in lacking.iter().filter(|(_, it, _)| it.is_absent()) {
            let message = format!("`node-type` needs `{key}`");
            cx.report(
                Diagnostic::error(code::MISSING_VALUE, message, place).help(format!(
                    "add `{key}={example}`; or state `allocatable {{ ... }}` in place of `enis` and `addresses`"
                )),
            );
        }
    }
    contradictions::arch(cx, name, &arch);
    let computed = (enis.value.as_ref())
        .zip(addresses.value.as_ref())
        .map(|(enis, addresses)| Interfaces {
            enis: enis.value,
            addresses: addresses.value,
        });
    contradictions::allocatable(cx, &allocatable, (&vcpu, &memory), computed);
    let (arch, vcpu, size) = (known(arch)?, known(vcpu)?, known(memory)?);
    if !stated {
        let node = NodeType::computed(arch, vcpu, size, computed?);
        if node.is_none() {
            contradictions::no_memory_for_pods(cx, name, place);
        }
        return node;
    }
    let (cpu, memory, pods) = allocatable;
    Some(NodeType {
        arch,
        vcpu,
        allocatable_cpu: known(cpu)?,
        allocatable_memory: known(memory)?,
        pods: known(pods)?,
    })
}

fn db_class(fields: &mut Fields<'_>, cx: Cx<'_>, name: &str) -> Option<DatabaseClass> {
    let arch: Written<Arch> = fields.required("arch", "\"arm64\"", value::word);
    let vcpu = fields.required("vcpu", "4", value::whole(1..=u32::MAX));
    let memory = fields.required("memory", "\"32Gi\"", value::memory);
    let burstable = burstable(fields, cx, name);
    contradictions::arch(cx, name, &arch);
    Some(DatabaseClass {
        vcpu: known(vcpu)?,
        memory: known(memory)?,
        burstable: burstable?,
    })
}

fn cache_node(fields: &mut Fields<'_>, cx: Cx<'_>, name: &str) -> Option<CacheNode> {
    let arch: Written<Arch> = fields.required("arch", "\"arm64\"", value::word);
    let vcpu = fields.required("vcpu", "4", value::whole(1..=u32::MAX));
    let maxmemory = fields.required("maxmemory", "14037181030", value::large);
    let burstable = burstable(fields, cx, name);
    let valkey_only = fields.property("valkey-only", value::flag);
    contradictions::arch(cx, name, &arch);
    Some(CacheNode {
        vcpu: known(vcpu)?,
        maxmemory: known(maxmemory)?,
        burstable: burstable?,
        valkey_only: known(valkey_only).unwrap_or(false),
    })
}

/// Whether an instance runs on CPU credits. The default follows from its family.
fn burstable(fields: &mut Fields<'_>, cx: Cx<'_>, name: &str) -> Option<bool> {
    let stated = fields.property("burstable", value::flag);
    if stated.broken {
        return None;
    }
    contradictions::burstable(cx, name, &stated);
    Some(known(stated).unwrap_or_else(|| is_burstable(name)))
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
