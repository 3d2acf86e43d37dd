//! An environment as the files that run it: path -> text, nothing else.

use std::collections::BTreeMap;

/// Generated files by path relative to the environment's tree, with `/`.
pub type Artifacts = BTreeMap<String, String>;
