//! An environment as the files that run it: path -> text, nothing else.

pub mod header;
pub mod kubernetes;
pub mod pgbouncer;
pub mod yaml;

use std::collections::BTreeMap;

/// Generated files by path relative to the environment's tree, with `/`.
pub type Artifacts = BTreeMap<String, String>;
