//! tierc, the tier compiler: one KDL file per environment in, everything that runs it out.

pub mod ast;
pub mod budget;
pub mod catalogue;
pub mod check;
pub mod cli;
pub mod compile;
pub mod cost;
pub mod diagnostic;
pub mod diff;
pub mod emit;
pub mod impact;
pub mod model;
pub mod pair;
pub mod parse;
pub mod plan;
pub mod report;
pub mod resolve;
pub mod schema;
pub mod source;
