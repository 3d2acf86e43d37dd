//! Which files can be executed.

/// The mode that a script needs so that everyone who can read it can execute it; none where `mode`
/// lets them already, or where `text` is no script.
pub(super) fn mode_to_run(text: &str, mode: u32) -> Option<u32> {
    let runs = mode | ((mode & 0o444) >> 2);
    (text.starts_with("#!") && runs != mode).then_some(runs)
}
