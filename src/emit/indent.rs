//! Indentation for YAML and HCL.

/// That many spaces.
pub(super) fn spaces(count: usize, into: &mut String) {
    const MANY: &str = "                                ";
    let mut left = count;
    while left > 0 {
        let some = left.min(MANY.len());
        into.push_str(&MANY[..some]);
        left -= some;
    }
}
