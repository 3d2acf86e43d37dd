//! The tests of the rules: a small binary, so that the cases of an edited rule run soon.

// A test that cannot go on says so by a panic.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod check;
#[allow(dead_code, unused_imports)] // the other tests use all of it
mod support;

/// The program's own allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;
