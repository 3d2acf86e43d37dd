//! Paths of attributes in a few words.

/// Paths in their order, those of one owner together: `api.requests.{cpu,memory}`.
pub(in crate::report) fn grouped<'a>(paths: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let split = paths.into_iter().map(|path| match path.rsplit_once('.') {
        Some((owner, last)) => (owner.to_owned(), last),
        None => (String::new(), path),
    });
    by_owner(split)
}

/// The same of owners and what of them is meant; the whole owner where that is empty.
pub(in crate::report) fn by_owner<'a>(
    paths: impl IntoIterator<Item = (String, &'a str)>,
) -> Vec<String> {
    let mut groups: Vec<(String, Vec<&str>)> = Vec::new();
    for (owner, last) in paths {
        match groups.iter_mut().find(|(known, _)| *known == owner) {
            Some((_, lasts)) => lasts.push(last),
            None => groups.push((owner, vec![last])),
        }
    }
    let mut names = Vec::new();
    for (owner, lasts) in groups {
        match lasts.as_slice() {
            _ if owner.is_empty() => names.extend(lasts.iter().map(ToString::to_string)),
            ["", ..] => names.push(owner),
            [last] => names.push(format!("{owner}.{last}")),
            several => names.extend(in_lines(&owner, several)),
        }
    }
    names
}

/// The longest group that fits into a line of a report behind its label.
const LONGEST: usize = 65;

/// Several attributes of one owner, in as many groups as lines need.
fn in_lines(owner: &str, lasts: &[&str]) -> Vec<String> {
    let length = |group: &[&str]| {
        let names: usize = group.iter().map(|last| last.chars().count() + 1).sum();
        owner.chars().count() + 2 + names
    };
    let mut groups: Vec<Vec<&str>> = Vec::new();
    for last in lasts {
        let joins = groups.last().is_some_and(|group| {
            let grown: Vec<&str> = group.iter().chain([last]).copied().collect();
            length(&grown) <= LONGEST
        });
        match groups.last_mut() {
            Some(group) if joins => group.push(last),
            Some(_) | None => groups.push(vec![last]),
        }
    }
    let written = |group: Vec<&str>| match group.as_slice() {
        [only] => format!("{owner}.{only}"),
        several => format!("{owner}.{{{}}}", several.join(",")),
    };
    groups.into_iter().map(written).collect()
}
