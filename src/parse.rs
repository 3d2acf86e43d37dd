//! KDL text in, [`Ast`] out: every mistake of a file is reported, what can be read is kept.

pub mod catalogue;
pub mod fields;
pub mod instances;
mod leftover;
pub mod nodes;
pub mod scan;
pub mod suggest;
pub mod text;
pub mod value;

use std::cell::RefCell;

use kdl::{KdlDiagnostic, KdlDocument};

use crate::ast::Ast;
use crate::diagnostic::{Diagnostic, Diagnostics, code, mask};
use crate::source::{SourceId, Span};
use fields::Cx;
use nodes::top;
use scan::NodeText;

/// Reads one environment's file. Mistakes go to `diagnostics`; what they spoil is marked broken.
pub fn environment(text: &str, source: SourceId, diagnostics: &mut Diagnostics) -> Ast {
    let scanned = scan::scan(text, source, diagnostics);
    let mut ast = Ast::default();
    if !scanned.readable {
        all_broken(&mut ast);
        return ast;
    }
    let mut seen = top::Seen::new();
    secrets(text, source, diagnostics);
    let out = RefCell::new(std::mem::take(diagnostics));
    for node in &scanned.nodes {
        let cx = Cx {
            source,
            offset: node.start,
            out: &out,
        };
        match document(text, node, cx) {
            Some(document) => {
                for node in document.nodes() {
                    top::node(&mut ast, &mut seen, cx, node);
                }
            }
            // A slice without a name is the whole text: nothing of it is known.
            None if node.name.is_empty() => all_broken(&mut ast),
            None => top::mark_broken(&mut ast, &node.name),
        }
    }
    *diagnostics = out.into_inner();
    ast
}

/// Reports what looks like a credential; nothing of it is ever shown.
fn secrets(text: &str, source: SourceId, diagnostics: &mut Diagnostics) {
    for range in mask::find_secrets(text) {
        let message = "a literal that looks like a credential stands here";
        diagnostics.push(
            Diagnostic::error(
                code::SECRET_LITERAL,
                message,
                Span::new(source, range.start, range.end),
            )
            .help("keep it in a Secret; tierc's output refers to Secrets by name"),
        );
    }
}

fn all_broken(ast: &mut Ast) {
    for (name, _) in top::NODES {
        top::mark_broken(ast, name);
    }
}

/// Parses one node's slice; reports the parser's errors.
fn document(text: &str, node: &NodeText, cx: Cx<'_>) -> Option<KdlDocument> {
    if node.broken {
        return None;
    }
    match KdlDocument::parse(text.get(node.start..node.end)?) {
        Ok(document) => Some(document),
        Err(error) => {
            for diagnostic in &error.diagnostics {
                syntax(diagnostic, cx);
            }
            None
        }
    }
}

fn syntax(error: &KdlDiagnostic, cx: Cx<'_>) {
    let message = clean(error.message.as_deref().unwrap_or("this is not KDL 2"));
    let span = cx.span(error.span.offset(), error.span.len());
    let finding = Diagnostic::error(code::SYNTAX, message, span);
    cx.report(match &error.help {
        Some(help) => finding.help(clean(help)),
        None => finding,
    });
}

/// The parser's sentence in the form of ours: one line, lower case first, no full stop.
fn clean(sentence: &str) -> String {
    let line = sentence.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut characters = line.trim_end_matches('.').chars();
    characters
        .next()
        .map(|first| first.to_lowercase().chain(characters).collect())
        .unwrap_or_default()
}

#[cfg(test)]
#[allow(clippy::indexing_slicing)]
mod tests;
