//! The tier catalogue: the defaults and the tiers, written like environments.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use super::fields::{Cx, Fields};
use super::nodes::top;
use super::tree::KdlNode;
use super::{scan, secrets, text, value};
use crate::ast::{Ast, Written};
use crate::diagnostic::{Diagnostic, Diagnostics, code};
use crate::model::{Tier, Word};
use crate::source::SourceId;

/// What `tiers.kdl` says.
#[derive(Clone, Debug, Default)]
pub struct Tiers {
    /// What every tier begins with.
    pub defaults: Ast,
    /// The tiers that were read.
    pub tiers: BTreeMap<Tier, Ast>,
    /// The catalogue's version, such as `2026.11`; empty if it is not stated.
    pub version: String,
    /// The day of the version.
    pub date: jiff::civil::Date,
}

/// Whether a text of a catalogue replaces the built-in file of the same name, and does not add to it:
/// `catalogue replace=#true`.
#[must_use]
pub fn replaces(text: &str) -> bool {
    // Most files do not, and are not read twice.
    if !text.contains("replace") {
        return false;
    }
    let scanned = scan::scan(text, SourceId::NOWHERE, &mut Diagnostics::new());
    let replaces = |node: &KdlNode<'_>| {
        let entries = node.entries.iter();
        let stated = entries.filter(|it| it.key.as_ref().is_some_and(|key| key.name == "replace"));
        let mut stated = stated.map(|it| value::flag(&it.value));
        node.name == "catalogue" && stated.any(|flag| flag.is_ok_and(|flag| flag))
    };
    scanned.nodes.iter().any(replaces)
}

/// Reads the wanted tiers, and does not parse the others. Mistakes go to `diagnostics`.
pub fn tiers(
    text: &str,
    source: SourceId,
    wanted: &BTreeSet<Tier>,
    diagnostics: &mut Diagnostics,
) -> Tiers {
    let mut scanned = scan::scan(text, source, diagnostics);
    secrets::keep_out(&mut scanned, text, source, diagnostics);
    let mut result = Tiers::default();
    let out = RefCell::new(std::mem::take(diagnostics));
    let notes = RefCell::default();
    let cx = Cx {
        out: &out,
        notes: &notes,
    };
    for node in &scanned.nodes {
        let argument = node.first_text().and_then(Tier::from_word);
        if node.name == "tier" && argument.is_some_and(|tier| !wanted.contains(&tier)) {
            continue;
        }
        top_level(&mut result, cx, node);
    }
    *diagnostics = out.into_inner();
    result
}

fn top_level<'a>(result: &mut Tiers, cx: Cx<'a>, node: &'a KdlNode<'a>) {
    let mut fields = Fields::new(cx, node, node.name.to_string());
    match fields.node_name() {
        "catalogue" => {
            let version = fields.maybe(value::text(text::token));
            let date = if version.is_absent() {
                fields.property("date", value::date)
            } else {
                fields.required("date", "\"2030-01-31\"", value::date)
            };
            let _ = fields.property("replace", value::flag);
            result.version = version.value.map(|known| known.value).unwrap_or_default();
            result.date = date.value.map(|known| known.value).unwrap_or_default();
            fields.finish();
        }
        "defaults" => result.defaults = nested(cx, node),
        "tier" => {
            let tier: Written<Tier> = fields.argument("\"small\"", tier_name);
            let Some(tier) = tier.value else { return };
            if result.tiers.contains_key(&tier.value) {
                cx.duplicate(&format!("tier.{}", tier.value), tier.span, tier.span);
                return;
            }
            result.tiers.insert(tier.value, nested(cx, node));
        }
        other => {
            let message = format!("a catalogue of tiers has no node `{other}`");
            let finding = Diagnostic::error(code::UNKNOWN_NODE, message, fields.name_span());
            cx.report(finding.help("known here: `catalogue`, `defaults` and `tier`"));
        }
    }
}

/// The name of a tier. A catalogue sets the numbers of the five tiers, but not their names.
fn tier_name(written: &value::KdlValue<'_>) -> value::Reading<Tier> {
    let fixed = "a catalogue can change the values of the five tiers, but not their names";
    value::word(written).map_err(|problem| problem.also(fixed))
}

fn nested<'a>(cx: Cx<'a>, node: &'a KdlNode<'a>) -> Ast {
    let mut ast = Ast::default();
    let mut seen = top::Seen::new();
    for child in node.children() {
        top::node(&mut ast, &mut seen, cx, child);
    }
    top::finish(&ast, cx);
    ast
}
