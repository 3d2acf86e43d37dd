//! Shared by the rules about PgBouncer's version.

use crate::check::{Context, Finding};
use crate::model::Image;
use crate::model::image::OLDEST_PGBOUNCER;

/// Whether a tag names a version that is too old.
pub(super) fn is_unsupported(image: &Image<'_>) -> bool {
    image
        .version()
        .is_some_and(|version| version < OLDEST_PGBOUNCER)
}

/// Offers the newest version that is known to be published.
pub(super) fn newer(finding: Finding, context: &Context<'_>, reference: &Image<'_>) -> Finding {
    let (image, newest) = (
        &context.environment.pgbouncer.image,
        &context.catalogue.pgbouncer_image,
    );
    let message = format!("use PgBouncer {newest}, the newest that is known to be published");
    // Only a tag that is nothing but a version can be rewritten to another version.
    let digits = |c: char| c.is_ascii_digit() || c == '.';
    if reference.tag.chars().all(digits) && reference.digest.is_empty() {
        let text = format!("\"{}:{newest}\"", reference.repository);
        finding.repair(image, "pgbouncer.image", message, text)
    } else {
        finding.help(message)
    }
}
