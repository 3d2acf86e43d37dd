//! The programs that read what tierc writes, reading it.
//!
//! `.ci/install-consumers.sh` installs them. Where one is absent its tests say so on standard
//! error and pass; with `TIERC_REQUIRE_CONSUMERS=1` they fail. Terraform alone is never required:
//! no package registry has it.

mod admission;
mod alerts;
mod aws;
mod browser;
mod calls;
mod checkov;
mod formula;
mod helm;
mod k6;
mod kubectl;
mod models;
mod pgbouncer;
mod policies;
mod prometheus;
mod schedules;
mod schemas;
mod shellcheck;
mod terraform;
pub(crate) mod tools;
mod trees;
