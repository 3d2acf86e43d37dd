//! Diffs as a pull request comment: every case, and what is left out if it does not fit.

use std::fs;
use std::path::Path;

use super::{cases, snapshot, stdout, text, tierc};
use crate::support::project;

/// GitHub's limit of a comment, in characters.
const LIMIT: usize = 65_536;

fn markdown(folder: &Path, more: &[&str]) -> String {
    let arguments: Vec<&str> = ["diff"]
        .into_iter()
        .chain(more.iter().copied())
        .chain(["--format", "markdown"])
        .collect();
    let text = stdout(&tierc(folder, &arguments));
    assert!(text.len() <= LIMIT, "{} characters", text.len());
    text
}

#[test]
fn a_tier_into_the_next_is_a_comment() {
    let shown = markdown(super::pairs::tiers(), &["medium.kdl", "large.kdl"]);
    snapshot("medium_to_large_as_markdown", &shown);
}

/// What its tables hold is in `formats.rs`.
#[test]
fn every_case_is_a_comment() {
    let folder = project("tests/cases/diff");
    for name in cases() {
        let shown = markdown(&folder.join(&name), &["before.kdl", "after.kdl"]);
        snapshot(&format!("{name}_as_markdown"), &shown);
    }
}

#[test]
fn several_environments_begin_with_a_table() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    for (side, tiers) in [
        ("before", ["dev", "small", "large"]),
        ("after", ["dev", "medium", "large"]),
    ] {
        fs::create_dir(at.join(side)).unwrap();
        for (name, tier) in ["one", "two", "three"].into_iter().zip(tiers) {
            let lines = if (side, name) == ("after", "one") {
                "api { replicas max=1 }"
            } else {
                ""
            };
            let text = text(tier, lines).replace("prod", name);
            fs::write(at.join(format!("{side}/{name}.kdl")), text).unwrap();
        }
    }
    fs::write(
        at.join("after/four.kdl"),
        text("dev", "").replace("prod", "four"),
    )
    .unwrap();
    let limits = [
        "--fail-on",
        "disruption=failover",
        "--fail-on",
        "cost=+9000",
    ];
    let sides = ["before", "after"];
    let shown = markdown(at, &[&sides[..], &limits].concat());
    snapshot("several_environments_as_markdown", &shown);
    // Unreadable files are reported first.
    fs::write(at.join("after/five.kdl"), "tier \"dev\"\n").unwrap();
    let shown = markdown(at, &sides);
    assert!(shown.contains("**Files that cannot be read"), "{shown}");
    let same = markdown(at, &["before", "before"]);
    assert_eq!(same, "## No differences in 3 environments\n");
}

#[test]
fn rendered_files_are_folded_each_in_a_block_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    fs::write(at.join("a.kdl"), text("small", "")).unwrap();
    let hostile = "api { env MOTD=\"```</details> @everyone|<script>\" }";
    fs::write(at.join("b.kdl"), text("small", hostile)).unwrap();
    let shown = markdown(at, &["a.kdl", "b.kdl", "--artifacts"]);
    let opened = shown.matches("\n````diff\n").count();
    assert_eq!(
        opened, 1,
        "a fence is longer than the one in the value\n{shown}"
    );
    assert_eq!(
        shown.matches("<details>").count(),
        shown.matches("</details>\n").count()
    );
    let outside = shown.split("````").step_by(2).collect::<String>();
    for mark in ["<script>", "@everyone|", "</details> @"] {
        assert!(!outside.contains(mark), "{mark}\n{outside}");
    }
    snapshot("a_hostile_value_as_markdown", &shown);
}

/// Many copies of `prod` on two tiers, each with its own name.
fn tenants(at: &Path, count: usize, texts: [&str; 2]) {
    for (side, text) in ["before", "after"].into_iter().zip(texts) {
        fs::create_dir(at.join(side)).unwrap();
        for number in 0..count {
            let name = format!("tenant-{number:03}");
            let text = text.replace("prod", &name);
            fs::write(at.join(format!("{side}/{name}.kdl")), text).unwrap();
        }
    }
}

#[test]
fn a_comment_that_would_be_too_long_says_what_it_leaves_out() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    tenants(at, 25, [&text("small", ""), &text("xlarge", "")]);
    let shown = markdown(at, &["before", "after", "--artifacts"]);
    let length = shown.len();
    assert!(length > LIMIT * 9 / 10, "what fits is shown: {length}");
    assert!(shown.starts_with("## 25 of 25 environments differ\n"));
    assert!(shown.contains(" sections left out, for a comment holds 65536 characters: "));
    for number in 0..25 {
        let head = format!("\n### `tenant-{number:03}`: small \u{2192} xlarge\n");
        assert!(shown.contains(&head), "{head}");
    }
    let files = shown.matches("\n```diff\n").count();
    assert!(files < 25, "files go first, and {files} are shown");
    let last = shown.trim_end().lines().last().unwrap();
    assert!(
        last.starts_with("To accept this whole difference"),
        "{last}"
    );
}

#[test]
fn of_very_many_environments_the_worst_have_a_row() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let max = |max: u32| text("dev", &format!("api {{ replicas max={max} }}"));
    tenants(at, 205, [&max(1), &max(2)]);
    let shown = markdown(at, &["before", "after"]);
    assert!(shown.starts_with("## 205 of 205 environments differ\n"));
    assert!(shown.contains("\nand 5 more, none of them worse\n"));
    assert_eq!(shown.matches("\n| `tenant-").count(), 200);
}
