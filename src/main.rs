//! The `tierc` binary: everything it does is in the library.

use std::process::ExitCode;

/// Emitting makes many small texts, which take a fifth of a run longer with the C library's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    tierc::cli::main()
}
