//! KDL text -> Ast.

pub mod scan;
