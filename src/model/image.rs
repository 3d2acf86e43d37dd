//! The parts of container image references.

use super::Version;

/// The oldest PgBouncer that the generated files support. Versions before 1.21 reject a setting
/// (`max_prepared_statements`), before 1.23 SIGTERM breaks every connection at once, and before
/// 1.24 a reload drops every TLS connection to a server.
pub const OLDEST_PGBOUNCER: Version = Version::of(1, 24);

/// `registry/path:tag@sha256:...`; missing parts are empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Image<'a> {
    /// Registry and path.
    pub repository: &'a str,
    /// The tag.
    pub tag: &'a str,
    /// The digest, with its algorithm.
    pub digest: &'a str,
}

impl<'a> Image<'a> {
    /// Parses `reference`. A `:` before a `/` is the registry's port, not a tag.
    #[must_use]
    pub fn parse(reference: &'a str) -> Self {
        let (name, digest) = reference.split_once('@').unwrap_or((reference, ""));
        let (repository, tag) = match name.rsplit_once(':') {
            Some((repository, tag)) if !tag.contains('/') => (repository, tag),
            Some(_) | None => (name, ""),
        };
        Self {
            repository,
            tag,
            digest,
        }
    }

    /// The version in the tag, if there is one: `v1.25.2-p0` is 1.25.2.
    #[must_use]
    pub fn version(&self) -> Option<Version> {
        Version::leading(self.tag)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_falls_into_repository_tag_and_digest() {
        let parts = |reference| {
            let image = Image::parse(reference);
            (image.repository, image.tag, image.digest)
        };
        for (reference, expected) in [
            ("nginx", ("nginx", "", "")),
            ("a.example:5000/b/c", ("a.example:5000/b/c", "", "")),
            ("a.example:5000/b:1.4", ("a.example:5000/b", "1.4", "")),
            ("b:1@sha256:ab", ("b", "1", "sha256:ab")),
            ("b@sha256:ab", ("b", "", "sha256:ab")),
        ] {
            assert_eq!(parts(reference), expected);
        }
    }
}
