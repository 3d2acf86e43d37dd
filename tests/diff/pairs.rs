//! Every tier to every other. `formats.rs` compares the other formats with the text.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use super::{TIERS, fits_schema, snapshot, stdout, text, tierc, transcript};

pub(crate) fn pairs() -> impl Iterator<Item = (&'static str, &'static str)> {
    let all = TIERS
        .into_iter()
        .flat_map(|before| TIERS.map(|after| (before, after)));
    all.filter(|(before, after)| before != after)
}

/// A folder with a file for each tier, in which no test writes.
pub(crate) fn tiers() -> &'static Path {
    static TIERS_FOLDER: LazyLock<PathBuf> = LazyLock::new(|| {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("tiers");
        fs::create_dir_all(&folder).unwrap();
        for tier in TIERS {
            let (file, text) = (folder.join(format!("{tier}.kdl")), text(tier, ""));
            if fs::read_to_string(&file).ok().as_ref() != Some(&text) {
                fs::write(file, text).unwrap();
            }
        }
        folder
    });
    &TIERS_FOLDER
}

/// The same, for a test that writes there.
pub(crate) fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for tier in TIERS {
        fs::write(folder.path().join(format!("{tier}.kdl")), text(tier, "")).unwrap();
    }
    folder
}

#[test]
fn every_tier_into_every_other_is_one_screen() {
    let folder = tiers();
    for (before, after) in pairs() {
        let files = [format!("{before}.kdl"), format!("{after}.kdl")];
        let story = transcript(folder, &["diff", &files[0], &files[1]]);
        assert!(
            story.lines().all(|line| line.chars().count() <= 80),
            "{story}"
        );
        // A screen of 60 lines, and up to four that name what changes the cost.
        assert!(story.lines().count() <= 60 + 4, "{story}");
        snapshot(&format!("{before}_to_{after}"), &story);
    }
}

#[test]
fn a_float_is_no_amount_and_a_class_has_a_name() {
    let folder = tiers();
    let output = tierc(
        folder,
        &["diff", "dev.kdl", "small.kdl", "--format", "json"],
    );
    let report = fits_schema(&stdout(&output));
    let schema = fs::read_to_string(crate::support::project("schema/report.schema.json")).unwrap();
    let validator = jsonschema::validator_for(&serde_json::from_str(&schema).unwrap()).unwrap();
    let wrong: [(&str, serde_json::Value); 3] = [
        ("/environments/0/cost/before/floor", serde_json::json!(1.5)),
        (
            "/environments/0/changes/0/impact/class",
            serde_json::json!("dire"),
        ),
        ("/environments/0/fingerprint", serde_json::json!("xyz")),
    ];
    for (place, value) in wrong {
        let mut report = report.clone();
        *report.pointer_mut(place).unwrap() = value;
        assert!(!validator.is_valid(&report), "{place}");
    }
}

#[test]
fn a_tier_beside_itself_does_not_differ() {
    let folder = tiers();
    let story = transcript(folder, &["diff", "large.kdl", "large.kdl"]);
    assert_eq!(
        story,
        "$ tierc diff large.kdl large.kdl\nno differences in 1 environment\n--- exit 0\n"
    );
}

#[test]
fn a_file_on_another_tier_is_what_a_file_of_that_tier_is() {
    let folder = tiers();
    let by_tier = tierc(folder, &["diff", "medium.kdl", "medium.kdl@large"]);
    let short = tierc(folder, &["diff", "medium.kdl", "@large"]);
    let by_file = tierc(folder, &["diff", "medium.kdl", "large.kdl"]);
    assert_eq!(stdout(&by_tier), stdout(&by_file));
    assert_eq!(stdout(&short), stdout(&by_file));
}
