//! Keeps credentials out of everything that is made of a text.
//!
//! Most credentials are visible in the text itself, including comments. Others are only visible in
//! the tree, because a value's meaning can differ from its spelling, and more than a `=` can
//! separate it from its key.

use std::collections::BTreeSet;

use super::mistake::Mistake;
use super::scan::{MAX_BYTES, Scanned};
use super::tree::{KdlEntry, KdlNode};
use crate::diagnostic::mask::{find_secrets, fingerprint, is_key, is_literal};
use crate::diagnostic::{Diagnostic, Diagnostics, code};
use crate::source::{SourceId, Span};

/// Reports every credential in a text that is not waived, and removes it from the tree, so its
/// value counts as unreadable and reported. Returns the fingerprints of the waived ones.
pub(super) fn keep_out(
    scanned: &mut Scanned<'_>,
    text: &str,
    source: SourceId,
    diagnostics: &mut Diagnostics,
) -> BTreeSet<String> {
    if text.len() > MAX_BYTES {
        return BTreeSet::new();
    }
    let found = find_secrets(text).into_iter();
    let found: Vec<Span> = found
        .map(|range| Span::new(source, range.start, range.end))
        .collect();
    let hidden = scanned
        .spelled
        .iter()
        .filter(|(said, _)| holds_secret(said));
    let mut secrets: Vec<Span> = hidden.map(|(_, span)| *span).collect();
    for node in scanned.nodes.iter().chain(&scanned.commented) {
        in_tree(node, &found, &mut secrets);
    }
    secrets.sort();
    secrets.dedup();
    let apart = |span: &Span| !overlaps(&secrets, *span);
    let apart: Vec<Span> = found.into_iter().filter(apart).collect();
    secrets.extend(apart);
    secrets.sort();
    let named: Vec<(Span, String)> = secrets
        .into_iter()
        .map(|span| (span, fingerprint(sliced(text, span))))
        .collect();
    let waived = waived(&scanned.nodes);
    let (meant, named): (Vec<_>, Vec<_>) = named
        .into_iter()
        .partition(|(_, fingerprint)| waived.contains(fingerprint));
    report(&named, diagnostics);
    let secrets: Vec<Span> = named.into_iter().map(|(span, _)| span).collect();
    if !secrets.is_empty() {
        for node in &mut scanned.nodes {
            node.broken |= drop_from(node, &secrets);
        }
    }
    meant
        .into_iter()
        .map(|(_, fingerprint)| fingerprint)
        .collect()
}

fn sliced(text: &str, span: Span) -> &str {
    let range = span.start as usize..span.end as usize;
    text.get(range).unwrap_or_default()
}

/// The fingerprints that a file waives: `waive "secret-literal" value="..."`.
fn waived(nodes: &[KdlNode<'_>]) -> BTreeSet<String> {
    let waivers = nodes.iter().filter(|node| node.name == "waive");
    let of_literals = waivers.filter(|node| node.first_text() == Some(code::SECRET_LITERAL.0));
    let values = of_literals.flat_map(|node| &node.entries).filter(|entry| {
        let key = entry.key.as_ref();
        key.is_some_and(|key| key.name == "value")
    });
    let texts = values.filter_map(|entry| entry.value.text());
    texts.map(str::to_owned).collect()
}

fn report(secrets: &[(Span, String)], diagnostics: &mut Diagnostics) {
    let message = "this value looks like a credential";
    for (span, fingerprint) in secrets {
        let span = *span;
        diagnostics.push(
            Diagnostic::error(code::SECRET_LITERAL, message, span)
                .help("keep it in a Secret that the chart's Deployment reads: values in this file are plain text in every generated file")
                .help(format!("if it is not a credential, add `waive \"secret-literal\" value=\"{fingerprint}\"` with a `reason=` and an `until=`: that waives this one value")),
        );
    }
}

/// Whether `span` overlaps one of the sorted `secrets`.
fn overlaps(secrets: &[Span], span: Span) -> bool {
    let next = secrets.partition_point(|secret| secret.end <= span.start);
    let next = secrets.get(next);
    next.is_some_and(|secret| secret.start < span.end)
}

/// Adds the credentials that the text alone does not show; `found` are those that it does.
fn in_tree(node: &KdlNode<'_>, found: &[Span], secrets: &mut Vec<Span>) {
    // `env name="DB_PASSWORD" value="..."`, as in Kubernetes.
    let pair = node.entries.iter().any(names_variable);
    for entry in &node.entries {
        let key = entry.key.as_ref();
        let credential = match key {
            Some(key) => is_key(&key.name) || (pair && key.name == "value"),
            None => is_key(&node.name) || (pair && !names_variable(entry)),
        };
        let value = &entry.value;
        let given = credential && value.text().is_some_and(is_literal);
        // A text that continues after an escape is hidden as a whole.
        let spelled = value.repr.starts_with('"') && value.repr.contains('\\');
        if given && (spelled || !overlaps(found, value.span)) {
            secrets.push(value.span);
        }
    }
    for child in node.children() {
        in_tree(child, found, secrets);
    }
}

/// Whether an entry names a variable for a credential: `"DB_PASSWORD"`, or `name="DB_PASSWORD"`.
/// `token-env="LOAD_TOKEN"` only says where to find one.
fn names_variable(entry: &KdlEntry<'_>) -> bool {
    let names = entry.key.as_ref().is_none_or(|key| key.name == "name");
    let variable = |text: &str| !text.bytes().any(|byte| byte.is_ascii_lowercase());
    let text = entry.value.text();
    names && text.is_some_and(|text| is_key(text) && variable(text))
}

fn holds_secret(text: &str) -> bool {
    !find_secrets(text).is_empty()
}

/// Removes the credentials from `node`. Returns whether the node itself must be removed.
fn drop_from(node: &mut KdlNode<'_>, secrets: &[Span]) -> bool {
    let all = node.entries.len();
    let named = |entry: &KdlEntry<'_>| {
        let key = entry.key.as_ref();
        key.is_none_or(|key| !overlaps(secrets, key.span))
    };
    node.entries.retain(named);
    let mut dropped = node.entries.len() < all;
    for value in node.entries.iter_mut().map(|entry| &mut entry.value) {
        if overlaps(secrets, value.span) {
            value.mistake = Some(Mistake::Reported);
        }
    }
    if let Some(block) = &mut node.block {
        for child in &mut block.nodes {
            dropped |= drop_from(child, secrets);
        }
    }
    dropped
}
