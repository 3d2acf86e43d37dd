//! Did you mean: the known word that is nearest to a mistyped one.

/// The option closest to `typed`, if at most a third of its characters differ. The first of several
/// equally close ones wins, so the order of `options` decides ties.
pub fn nearest<'a>(typed: &str, options: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let mut best: Option<(usize, &str)> = None;
    for (distance, option) in near(typed, options) {
        if best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, option));
        }
    }
    best.map(|(_, option)| option)
}

/// Every option that is as close to `typed` as [`nearest`] requires.
pub fn all_near<'a>(
    typed: &str,
    options: impl IntoIterator<Item = &'a str>,
) -> impl Iterator<Item = &'a str> {
    near(typed, options).map(|(_, option)| option)
}

/// The close options, each with its distance.
fn near<'a>(
    typed: &str,
    options: impl IntoIterator<Item = &'a str>,
) -> impl Iterator<Item = (usize, &'a str)> {
    let typed = typed.to_lowercase().replace('_', "-");
    let allowed = (typed.chars().count() / 3).max(1);
    options.into_iter().filter_map(move |option| {
        let distance = strsim::damerau_levenshtein(&typed, option);
        (distance <= allowed).then_some((distance, option))
    })
}

/// Whether a character changes the direction of text.
#[must_use]
pub fn turns_text(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A list for a sentence: `` `a`, `b` and `c` ``.
pub fn list<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    let words: Vec<String> = words.into_iter().map(|word| format!("`{word}`")).collect();
    match words.split_last() {
        None => String::new(),
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
    }
}

/// The families of names such as `db.r6g.large`, for a sentence: `` `db.m7g` and `db.r6g` ``.
pub fn families<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let family = |name: &'a str| name.rsplit_once('.').map_or(name, |(family, _)| family);
    let mut families: Vec<&str> = names.into_iter().map(family).collect();
    families.sort_unstable();
    families.dedup();
    list(families)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_a_near_miss_and_nothing_else() {
        assert_eq!(
            nearest("replcas", ["requests", "replicas"]),
            Some("replicas")
        );
        assert_eq!(nearest("max_db", ["max-db"]), Some("max-db"));
        assert_eq!(nearest("teapot", ["replicas", "target"]), None);
        assert_eq!(list(["a", "b", "c"]), "`a`, `b` and `c`");
        assert_eq!(
            families(["db.r6g.large", "db.m7g.large", "db.r6g.xlarge"]),
            "`db.m7g` and `db.r6g`"
        );
    }
}
