//! `redis #false`, and `redis "NAME" #false`: a platform without Redis, and without a group of its tier.

use crate::ast::Ast;
use crate::diagnostic::{Diagnostic, code};
use crate::model::Name;
use crate::parse::fields::{Cx, Fields};
use crate::parse::tree::{KdlLiteral, KdlValue};
use crate::source::{Span, Spanned};

/// The node that can be switched off.
const NODE: &str = "redis";

/// What people write for `#false`.
const WORDS: [&str; 6] = ["off", "false", "no", "none", "null", "disabled"];

/// Whether a value says that something does not exist. A word that only looks like `#false` is reported and
/// believed.
fn says_no(fields: &Fields<'_>, value: &KdlValue<'_>, words: bool) -> bool {
    match &value.literal {
        KdlLiteral::Truth(false) => return true,
        KdlLiteral::Text(text) if words && WORDS.contains(&&**text) => {}
        KdlLiteral::Null => {}
        KdlLiteral::Text(_) | KdlLiteral::Whole(_) | KdlLiteral::Real | KdlLiteral::Truth(true) => {
            return false;
        }
    }
    let message = format!("`{}` is switched off with `#false`", fields.path);
    let finding = Diagnostic::error(code::WRONG_VALUE, message, value.span);
    let help = format!("write `#false` in place of `{}`", value.repr);
    fields
        .cx
        .report(finding.replace(help, value.span, "#false"));
    true
}

/// Reads `redis #false`. Returns the place of the value; `None` for any other node.
pub(super) fn without_a_name(fields: &mut Fields<'_>) -> Option<Span> {
    let value = fields.arguments.front().copied();
    let value = value.filter(|_| fields.node_name() == NODE)?;
    // A group may be called `off` if it has a block.
    let alone = fields.arguments.len() == 1 && fields.node.block.is_none();
    if !says_no(fields, value, alone) {
        return None;
    }
    fields.arguments.clear();
    Some(value.span)
}

/// Reads `#false` after the name of a group.
pub(super) fn by_name(fields: &mut Fields<'_>, name: &Spanned<Name>) -> Option<(Name, Span)> {
    let value = fields.arguments.front().copied();
    let value = value.filter(|_| fields.node_name() == NODE)?;
    if !says_no(fields, value, true) {
        return None;
    }
    fields.arguments.pop_front();
    Some((name.value.clone(), value.span))
}

/// Reports groups beside `redis #false`.
pub(super) fn beside_a_group(ast: &Ast, cx: Cx<'_>) {
    let Some(off) = ast.redis_off.all else {
        return;
    };
    let groups = ast.stated.redis.iter();
    let stated = groups.filter_map(|(name, node)| Some((name, node.place?)));
    let off_alone = ast.redis_off.groups.iter();
    for (name, place) in stated.chain(off_alone.map(|(name, place)| (name, *place))) {
        let message =
            format!("`redis #false` says that there is no Redis, so it excludes `{name}`");
        cx.report(
            Diagnostic::error(code::DUPLICATE, message, place)
                .label(off, "no Redis")
                .help("remove one of the two"),
        );
    }
}
