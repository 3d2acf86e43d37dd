//! The `tierc` binary: everything it does is in the library.

use std::process::ExitCode;

/// Emitting makes many small texts: with the C library's allocator a quarter of it is allocation.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    tierc::cli::main()
}
