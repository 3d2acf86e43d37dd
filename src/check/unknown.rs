//! The line that makes an instance known.

use crate::catalogue::is_graviton;
use crate::check::Finding;
use crate::diagnostic::suggest;
use crate::model::Arch;

/// Adds the line to a finding if the name can be one of AWS: a new instance, and not a slip.
pub(super) fn or_new(finding: Finding, kind: &str, name: &str, numbers: &str) -> Finding {
    let size = name.rsplit_once('.').map_or("", |(_, size)| size);
    let of_aws = match size.strip_suffix("xlarge") {
        Some("") => true,
        Some(times) => times.parse::<u32>().is_ok(),
        None => ["nano", "micro", "small", "medium", "large", "metal"].contains(&size),
    };
    let prefix = match kind {
        "db-class" => "db.",
        "cache-node" => "cache.",
        _ => "",
    };
    if of_aws && name.starts_with(prefix) {
        finding.help(line_to_write(kind, name, numbers))
    } else {
        finding
    }
}

/// The choices for an unknown instance: the known families of its kind, such as all that start with `db.r`.
/// All families are too many to read.
pub(super) fn families_like<'a>(typed: &str, names: impl Iterator<Item = &'a str>) -> String {
    let kind = |name: &str| -> String {
        let end = name.find(|c: char| c.is_ascii_digit());
        name.get(..end.unwrap_or(name.len()))
            .unwrap_or_default()
            .to_owned()
    };
    let own = kind(typed);
    let alike: Vec<&str> = names.filter(|name| kind(name) == own).collect();
    if alike.is_empty() {
        "`tierc schema --built-in instances.kdl` lists all that are built in".to_owned()
    } else {
        format!("known families: {}", suggest::families(alike))
    }
}

/// The line of `instances.kdl` that an instance needs. `?` stands for the numbers, so a line that is not
/// filled in is refused.
fn line_to_write(kind: &str, name: &str, numbers: &str) -> String {
    let arch = if is_graviton(name) {
        Arch::Arm64
    } else {
        Arch::Amd64
    };
    format!(
        "if AWS has it, add this line to `catalogue/instances.kdl` beside the environments, with AWS's numbers in place of each `?`: `{kind} \"{name}\" arch=\"{arch}\" {numbers}`"
    )
}
