//! tierc, the tier compiler: one KDL file per environment in, every file that runs it out.
//!
//! The tree is the pipeline. Each stage is a function, and its type says what is now true.
//!
//! ```text
//! Source --parse--> Ast --resolve(catalogue)--> Environment --check--> Diagnostics
//!                                               Environment --emit---> Artifacts (path -> text)
//! Pair<Environment> --diff--> Changes --impact--> Impacts --plan--> Plan
//!       Environment --cost--> Estimate              all of them --report--> String
//! ```
//!
//! - [`parse`] reads KDL into an [`ast`] with spans. It reports every mistake as a finding and marks the
//!   part as broken, so one run shows all findings of a file.
//! - [`resolve`] merges a file over its tier over the defaults into a [`model::Environment`], in which
//!   every value is present and has its origin.
//! - [`budget`] is the arithmetic of connections and of packing.
//! - [`check`] has one file for each rule.
//! - [`emit`] writes the files that run an environment, and [`cost`] estimates its price.
//! - [`edit`] is a change to a file, as a value. [`rewrite`] applies it to the text and keeps everything
//!   else byte for byte.
//! - [`action`] has the commands that people run, as values: steps of plans and procedures of the runbook. It
//!   alone writes shell.
//! - [`chart_schema`] validates the values against the schema of a chart, and [`chart_replicas`] finds the
//!   templates of a chart that set `replicas` whatever scales the pods.
//! - [`price_list`] reads the price lists that AWS publishes, for `tierc prices import`.
//! - [`metric`] is the table of watched metrics, shared by alerts, runbook and capacity review.
//! - [`schedule`] is the calendar: the pods that off-hours and events ask for at any moment.
//! - [`diff`] says in what two environments differ and why, [`impact`] what that interrupts, and
//!   [`plan`] in which order it is safe.
//! - [`capacity`] projects measurements and finds a change that makes room: the cheapest one, if prices
//!   are known.
//! - [`compile`] is the driver and knows the order of the stages.
//! - [`report`] turns values into text and decides nothing.
//! - [`cli`] alone touches files, arguments, the clock and the terminal.
//!
//! Modules import only from lower layers; `tests/tidy.rs` holds them to it.

pub mod action;
pub mod ast;
pub mod budget;
pub mod capacity;
pub mod catalogue;
pub mod chart_replicas;
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
pub mod price_list;
pub mod report;
pub mod resolve;
pub mod rewrite;
pub mod schedule;
pub mod schema;
pub mod source;
