//! The next size of an instance in its family.

use crate::catalogue::FactsByName;

/// The next larger instance of the same family in the catalogue, such as `db.r7g.2xlarge` after
/// `db.r7g.xlarge`; `None` after the largest.
pub(super) fn next<T>(facts: &FactsByName<T>, instance: &str) -> Option<String> {
    let (family, size) = instance.rsplit_once('.')?;
    let size = rank(size)?;
    let larger = facts.names().filter_map(|name| {
        let (other, size) = name.rsplit_once('.')?;
        (other == family).then_some((rank(size)?, name))
    });
    larger
        .filter(|(other, _)| *other > size)
        .min()
        .map(|(_, name)| name.to_owned())
}

/// The order of AWS sizes: `large` is half of `xlarge`, and larger ones are multiples of `xlarge`.
fn rank(size: &str) -> Option<u32> {
    let eighths = match size {
        "micro" => 1,
        "small" => 2,
        "medium" => 3,
        "large" => 4,
        "xlarge" => 8,
        other => other
            .strip_suffix("xlarge")?
            .parse::<u32>()
            .ok()?
            .checked_mul(8)?,
    };
    Some(eighths)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn family(names: &[&str]) -> FactsByName<()> {
        let mut facts = FactsByName::default();
        for name in names {
            facts.name((*name).to_owned());
        }
        facts
    }

    #[test]
    fn the_next_size_is_the_smallest_larger_one_of_the_family() {
        let facts = family(&[
            "db.r7g.12xlarge",
            "db.r7g.2xlarge",
            "db.r7g.4xlarge",
            "db.r7g.large",
            "db.r7g.xlarge",
            "db.m7g.xlarge",
        ]);
        let next = |instance| next(&facts, instance);
        assert_eq!(next("db.r7g.large").as_deref(), Some("db.r7g.xlarge"));
        assert_eq!(next("db.r7g.xlarge").as_deref(), Some("db.r7g.2xlarge"));
        assert_eq!(next("db.r7g.4xlarge").as_deref(), Some("db.r7g.12xlarge"));
        assert_eq!(next("db.r7g.12xlarge"), None);
        assert_eq!(next("db.t4g.medium"), None);
    }
}
