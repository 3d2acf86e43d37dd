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

/// Reads one environment's file. Mistakes go to `diagnostics`; what they spoil is marked broken.
pub fn environment(text: &str, source: SourceId, diagnostics: &mut Diagnostics) -> Ast {
    let scanned = scan::scan(text, source, diagnostics);
    if text.len() <= scan::MAX_BYTES {
        secrets(text, source, diagnostics);
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

#[cfg(test)]
#[allow(clippy::indexing_slicing)]
mod tests;
