//! KDL text in, [`Ast`] out. Every mistake is reported, and everything readable is kept.

pub mod catalogue;
mod declared;
pub mod fields;
pub mod instances;
mod mistake;
pub mod nodes;
pub mod prices;
pub mod scan;
mod secrets;
pub mod text;
pub mod tree;
pub mod value;
mod vocabulary;

use std::cell::RefCell;

use crate::ast::Ast;
use crate::diagnostic::Diagnostics;
use crate::diagnostic::suggest;
use crate::source::SourceId;
use fields::{Cx, Notes};
use nodes::top;

/// Reads one environment's file. Mistakes go to `diagnostics`; the parts they affect are marked
/// broken.
pub fn environment(text: &str, source: SourceId, diagnostics: &mut Diagnostics) -> Ast {
    let mut scanned = scan::scan(text, source, diagnostics);
    let mut ast = Ast {
        waived_literals: secrets::keep_out(&mut scanned, text, source, diagnostics),
        ..Ast::default()
    };
    if !scanned.whole {
        all_broken(&mut ast);
    }
    let mut seen = top::Seen::new();
    let out = RefCell::new(std::mem::take(diagnostics));
    let notes = RefCell::new(Notes {
        taken: top::single(&scanned.nodes),
        ..Notes::default()
    });
    let cx = Cx {
        out: &out,
        notes: &notes,
    };
    for node in &scanned.nodes {
        top::node(&mut ast, &mut seen, cx, node);
    }
    top::unnamed_among_named(&scanned.nodes, cx);
    top::finish(&ast, cx);
    *diagnostics = out.into_inner();
    let mut notes = notes.into_inner();
    ast.perhaps_waived.append(&mut notes.perhaps_waived);
    for name in notes.misplaced {
        top::mark_doubted(&mut ast, &name);
    }
    ast.spoil_broken();
    ast.doubt_parts();
    if !scanned.whole {
        ast.spoil_named();
    }
    ast
}

fn all_broken(ast: &mut Ast) {
    for name in vocabulary::names() {
        top::mark_broken(ast, name);
    }
}

#[cfg(test)]
#[allow(clippy::indexing_slicing)]
mod tests;
