//! Diffs as a page: every pair of tiers and every case, with its content, all of which is escaped text.

pub(crate) mod scan;

use std::fs;
use std::path::Path;

use super::{code, fits_schema, snapshot, stdout, text, tierc};
use crate::support::project;

use scan::{Page, page};

/// A valid page, and the exit code of its run.
fn html(folder: &Path, more: &[&str]) -> (String, i32) {
    let arguments = [&["diff", "--format", "html"], more].concat();
    let output = tierc(folder, &arguments);
    (stdout(&output), code(&output))
}

/// The requirements of every page.
pub(crate) fn held(text: &str) -> Page {
    let page = page(text);
    page.has_every_id_once();
    page.refers_to_itself_alone();
    page.has_headings_in_order();
    page
}

/// Every changed value is on the page, with its fingerprint.
fn names_every_change(folder: &Path, sides: [&str; 2]) -> String {
    let (text, exit) = html(folder, &sides);
    let json = tierc(folder, &["diff", sides[0], sides[1], "--format", "json"]);
    assert_eq!(exit, code(&json));
    let report = fits_schema(&stdout(&json));
    let page = held(&text);
    for environment in report["environments"].as_array().unwrap() {
        for change in environment["changes"].as_array().unwrap() {
            for part in ["path", "fingerprint"] {
                let part = change[part].as_str().unwrap();
                assert!(page.code.iter().any(|it| it == part), "{part}\n{text}");
            }
            for side in ["before", "after"] {
                let value = change[side].as_str().unwrap_or("none");
                let shown = page.text.contains(value);
                assert!(shown, "{}: {value}\n{text}", change["path"]);
            }
        }
    }
    text
}

/// A page without its style, which snapshots do not contain.
pub(crate) fn bare(page: &str) -> String {
    let (head, rest) = page.split_once("<style>").unwrap();
    let (_, body) = rest.split_once("</style>").unwrap();
    format!("{head}<style></style>{body}")
}

#[test]
fn every_tier_into_every_other_is_a_page_that_names_each_value() {
    let folder = super::pairs::tiers();
    for (before, after) in super::pairs::pairs() {
        let sides = [format!("{before}.kdl"), format!("{after}.kdl")];
        let page = names_every_change(folder, [&sides[0], &sides[1]]);
        if (before, after) == ("medium", "large") {
            snapshot("medium_to_large_as_html", &bare(&page));
        }
    }
}

#[test]
fn every_case_is_a_page_that_names_each_value() {
    let folder = project("tests/cases/diff");
    let mut cases = 0;
    for entry in fs::read_dir(&folder).unwrap() {
        names_every_change(&entry.unwrap().path(), ["before.kdl", "after.kdl"]);
        cases += 1;
    }
    assert!(cases > 30, "{cases}");
}

#[test]
fn several_environments_begin_with_a_table_of_links() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    for (side, tiers) in [
        ("before", ["dev", "small", "large"]),
        ("after", ["dev", "medium", "large"]),
    ] {
        fs::create_dir(at.join(side)).unwrap();
        for (name, tier) in ["one", "two", "two.money"].into_iter().zip(tiers) {
            let name = name.replace('.', "-");
            let lines = if (side, name.as_str()) == ("after", "one") {
                "api { replicas max=1 }"
            } else {
                ""
            };
            let text = text(tier, lines).replace("prod", &name);
            fs::write(at.join(format!("{side}/{name}.kdl")), text).unwrap();
        }
    }
    let sides = ["before", "after"];
    let (shown, exit) = html(at, &sides);
    assert_eq!(exit, 0);
    held(&shown);
    let limit = ["--fail-on", "disruption=failover"];
    let (shown, exit) = html(at, &[&sides[..], &limit].concat());
    assert_eq!(exit, 4);
    let page = held(&shown);
    assert!(
        page.text
            .contains("limit exceeded: --fail-on disruption=failover")
    );
    assert!(shown.contains("<a href=\"#environment-two\">two</a>"));
    snapshot("several_environments_as_html", &bare(&shown));
    // Unreadable files are reported first.
    fs::write(at.join("after/five.kdl"), "tier \"dev\"\n").unwrap();
    let (shown, exit) = html(at, &sides);
    assert_eq!(exit, 3);
    let page = held(&shown);
    let unread = page.text.find("Files that cannot be read").unwrap();
    assert!(unread < page.text.find("Environments").unwrap());
    let (same, exit) = html(at, &["before", "before"]);
    assert_eq!(exit, 0);
    assert!(
        held(&same)
            .text
            .contains("No differences in 3 environments")
    );
}

#[test]
fn a_hostile_value_is_text_on_the_page() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let value = "</code></details><script>alert(1)</script>'><img src=x onerror=y> &amp; {{ 7 }}";
    let lines = format!("api {{ env MOTD=\"{value}\" }}");
    fs::write(at.join("a.kdl"), text("small", "")).unwrap();
    fs::write(at.join("b.kdl"), text("small", &lines)).unwrap();
    let (shown, exit) = html(at, &["a.kdl", "b.kdl", "--artifacts"]);
    assert_eq!(exit, 0);
    let page = held(&shown);
    assert!(page.code.iter().any(|it| it == value), "{shown}");
    let files = page.text.matches("Rendered files").count();
    assert_eq!(files, 1);
    snapshot("a_hostile_value_as_html", &bare(&shown));
}
