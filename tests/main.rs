//! The tests of tierc, except those of the rules: `rules.rs`.

// A test that cannot go on says so by a panic.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod capacity;
mod catalogue;
mod cli;
mod consumers;
mod cost;
mod diff;
mod docs;
mod emit;
mod fuzz;
mod laws;
mod master;
mod metric;
mod model;
mod parse;
mod plan;
mod price_list;
mod resolve;
mod rewrite;
mod schedule;
mod support;
mod tidy;
mod waive;
mod writing;

/// The program's own allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;
