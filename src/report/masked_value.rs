//! Values of attributes, as every report shows them.

use crate::diagnostic::mask::mask;

/// A value with every credential hidden: the key it stands at tells some of them.
pub(super) fn masked_value(path: &str, value: &str) -> String {
    let key = path.rsplit('.').next().unwrap_or_default();
    let start = key.len() + 2;
    let masked = mask(&format!("{key}=\"{value}\""));
    masked
        .get(start..start + value.len())
        .unwrap_or_default()
        .to_owned()
}
