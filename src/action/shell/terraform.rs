//! Terraform: what it applies, and what it forgets.

use super::layout::command;
use super::words::{quoted, word};

pub(super) fn apply(variables: &str, targets: &[String]) -> String {
    let variables = format!("-var-file={}", word(variables));
    let targets = targets.iter().map(|it| format!("-target={}", quoted(it)));
    let first = "terraform apply".to_owned();
    command([first, variables].into_iter().chain(targets))
}

/// What is forgotten already, as after an apply that was given up, is no failure.
pub(super) fn forgotten(address: &str, unless: &str) -> String {
    format!(
        "STATE=$(terraform state list)
if printf '%s\\n' \"$STATE\" | grep -Fqx {0}; then
    GROUP_STATE=$(terraform state show {0})
    printf '%s\\n' \"$GROUP_STATE\" |
        grep -Fq {1} ||
        terraform state rm {0}
fi",
        quoted(address),
        quoted(&format!("\"{unless}\""))
    )
}

/// Makes Terraform know what exists already.
pub(super) fn imported(variables: &str, address: &str, id: &str) -> String {
    command([
        "terraform import".into(),
        format!("-var-file={}", word(variables)),
        quoted(address),
        word(id),
    ])
}
