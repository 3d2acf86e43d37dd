//! Protects the database if only the default names the master user, and the tree has another one.
//!
//! Trees of earlier versions have the application's role as the master user, and a file may have
//! lost the line that named it. Terraform replaces an instance whose master user changes, which
//! must not happen in an ordinary render.

use std::path::Path;

use serde::Deserialize;

use crate::emit::Artifacts;
use crate::model::{Database, Environment};

use super::super::files::{LOCK, lock_of};

#[derive(Deserialize)]
struct RecordedLock {
    environment: RecordedEnvironment,
}

#[derive(Deserialize)]
struct RecordedEnvironment {
    database: RecordedNames,
}

#[derive(Deserialize)]
struct RecordedNames {
    user: String,
    master: Option<String>,
}

/// Refuses to write a tree if its master user would change although the file does not state one.
///
/// # Errors
///
/// What would happen, and what to write.
pub(super) fn keep(
    out: &Path,
    name: &str,
    environment: &Environment,
    artifacts: &Artifacts,
) -> Result<(), String> {
    let master = &environment.database.master;
    if !master.is_derived() {
        return Ok(());
    }
    let lock = lock_of(out, name);
    if artifacts
        .get(LOCK)
        .is_some_and(|text| text.as_bytes() == lock)
    {
        return Ok(());
    }
    // A lock that cannot be read names no master user.
    let Ok(recorded) = serde_json::from_slice::<RecordedLock>(&lock) else {
        return Ok(());
    };
    let RecordedNames { user, master: was } = recorded.environment.database;
    let was = was.unwrap_or(user);
    if was == master.value {
        return Ok(());
    }
    let tree = out.join(name);
    Err(format!(
        "`{}` has the master user `{was}`, and the file names none: Terraform would replace the database `{}` with an empty one; write `database {{ master \"{was}\" }}` to keep it, or `database {{ master \"{}\" }}` if it does not exist yet",
        tree.display(),
        environment.database.name.value,
        Database::MASTER
    ))
}
