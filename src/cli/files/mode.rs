//! Which files can be executed.

/// The mode for a script, executable for everyone who can read it; `None` if `mode` already is, or
/// if `text` is not a script.
pub(super) fn mode_to_run(text: &str, mode: u32) -> Option<u32> {
    let runs = mode | ((mode & 0o444) >> 2);
    (text.starts_with("#!") && runs != mode).then_some(runs)
}
