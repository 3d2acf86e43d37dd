//! The `tierc` binary: everything it does is in the library.

use std::process::ExitCode;

/// Emitting allocates many small texts. With the C library's allocator, a quarter of the time is
/// allocation.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    tierc::cli::main()
}
