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
            several => names.push(format!("{owner}.{{{}}}", several.join(","))),
        }
    }
    names
}
