//! KDL text in, [`Ast`] out: every mistake of a file is reported, what can be read is kept.

pub mod catalogue;
pub mod fields;
pub mod instances;
mod leftover;
pub mod nodes;
pub mod prices;
pub mod scan;
pub mod text;
pub mod tree;
pub mod value;

use std::cell::RefCell;

use crate::ast::Ast;
use crate::diagnostic::suggest;
use crate::diagnostic::{Diagnostic, Diagnostics, code, mask};
use crate::source::{SourceId, Span};
use fields::Cx;
use nodes::top;
use scan::Mistake;
use tree::Node;

/// Reads one environment's file. Mistakes go to `diagnostics`; what they spoil is marked broken.
pub fn environment(text: &str, source: SourceId, diagnostics: &mut Diagnostics) -> Ast {
    let mut scanned = scan::scan(text, source, diagnostics);
    if text.len() <= scan::MAX_BYTES {
        let secrets = secrets(text, source, diagnostics);
        keep_out(&mut scanned.nodes, &secrets);
    }
    let mut ast = Ast::default();
    if !scanned.whole {
        all_broken(&mut ast);
    }
    let mut seen = top::Seen::new();
    let out = RefCell::new(std::mem::take(diagnostics));
    for node in &scanned.nodes {
        top::node(&mut ast, &mut seen, Cx { out: &out }, node);
    }
    *diagnostics = out.into_inner();
    ast
}

/// Reports what looks like a credential, and says where it stands.
fn secrets(text: &str, source: SourceId, diagnostics: &mut Diagnostics) -> Vec<Span> {
    let found = mask::find_secrets(text).into_iter();
    let spans: Vec<Span> = found
        .map(|range| Span::new(source, range.start, range.end))
        .collect();
    let message = "a literal that looks like a credential stands here";
    for span in &spans {
        diagnostics.push(
            Diagnostic::error(code::SECRET_LITERAL, message, *span)
                .help("keep it in a Secret that the chart's Deployment reads: what a file states is plain text in everything that is made of it"),
        );
    }
    spans
}

/// Keeps credentials out of everything that is made of the tree: a value with one counts as one
/// that could not be read, and has been reported.
fn keep_out(nodes: &mut [Node<'_>], secrets: &[Span]) {
    if secrets.is_empty() {
        return;
    }
    for node in nodes {
        for value in node.entries.iter_mut().map(|entry| &mut entry.value) {
            let overlaps =
                |secret: &Span| secret.start < value.span.end && value.span.start < secret.end;
            if secrets.iter().any(overlaps) {
                value.mistake = Some(Mistake::Reported);
            }
        }
        if let Some(block) = &mut node.block {
            keep_out(&mut block.nodes, secrets);
        }
    }
}

fn all_broken(ast: &mut Ast) {
    for (name, _) in top::NODES {
        top::mark_broken(ast, name);
    }
}

#[cfg(test)]
#[allow(clippy::indexing_slicing)]
mod tests;
