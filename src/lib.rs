//! tierc, the tier compiler: one KDL file per environment in, everything that runs it out.
//!
//! The tree is the pipeline; each stage is a function, and its type says what is now true.
//!
//! ```text
//! Source --parse--> Ast --resolve(catalogue)--> Environment --check--> Diagnostics
//!                                               Environment --emit---> Artifacts (path -> text)
//! Pair<Environment> --diff--> Changes --impact--> Impacts --plan--> Plan
//!       Environment --cost--> Estimate              all of them --report--> String
//! ```
//!
//! - [`parse`] reads KDL into an [`ast`], everything spanned; what is wrong is a finding, dropped,
//!   and marked broken, so that all findings of a file come in one run.
//! - [`resolve`] merges a file over its tier over the defaults into a [`model::Environment`]:
//!   nothing missing, every value with its origin.
//! - [`budget`] is the arithmetic of connections and of packing, in one place; [`check`] is one
//!   rule a file; [`emit`] the files that run an environment; [`cost`] what it costs.
//! - [`edit`] is a change to what a file states, as a value; [`rewrite`] applies it to the text and keeps
//!   everything else byte for byte.
//! - [`action`] is what people type, as values: the steps of plans and the procedures of the runbook. It alone
//!   writes shell.
//! - [`chart_schema`] validates the values against the schema of a chart.
//! - [`metric`] is the table of what an environment is watched by, which alerts, the runbook and
//!   the capacity review share.
//! - [`schedule`] is the calendar: what off-hours and events want at any moment.
//! - [`diff`] says what two environments differ in and why, [`impact`] what that interrupts,
//!   [`plan`] in which order it is safe.
//! - [`capacity`] projects what was measured and finds a change that makes room: the cheapest, where
//!   prices are known.
//! - [`compile`] is the driver and alone knows the order; [`report`] turns values into text and
//!   decides nothing; [`cli`] alone knows files, arguments, the clock and the terminal.
//!
//! Modules import from lower layers alone, which a test holds them to (`tests/tidy.rs`).

pub mod action;
pub mod ast;
pub mod budget;
pub mod capacity;
pub mod catalogue;
pub mod chart_schema;
pub mod check;
pub mod cli;
pub mod compile;
pub mod cost;
pub mod diagnostic;
pub mod diff;
pub mod edit;
pub mod emit;
pub mod impact;
pub mod metric;
pub mod model;
pub mod pair;
pub mod parse;
pub mod plan;
pub mod report;
pub mod resolve;
pub mod rewrite;
pub mod schedule;
pub mod schema;
pub mod source;
