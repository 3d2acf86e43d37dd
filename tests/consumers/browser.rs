//! Chromium shows the pages: on a telephone and on a desk, by day and by night.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use super::tools::{Answer, ask, command, tool};
use crate::diff::{stdout, text, tierc};

/// How wide the screens are, in CSS pixels.
const WIDTHS: [u32; 2] = [360, 1280];
/// What makes the browser prefer the dark colours, and the light ones.
const SCHEMES: [&str; 2] = ["preferredColorScheme=0", "preferredColorScheme=1"];

struct Browser {
    program: PathBuf,
    folder: tempfile::TempDir,
}

impl Browser {
    /// With `page.html` to look at.
    fn with(program: &Path, page: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("page.html"), page).unwrap();
        Self {
            program: program.to_owned(),
            folder,
        }
    }

    fn command(&self, scheme: &str) -> Command {
        let mut run = command(&self.program, self.folder.path());
        run.args(["--headless", "--no-sandbox", "--disable-gpu"])
            .args(["--hide-scrollbars", "--enable-logging=stderr"])
            .args(["--allow-file-access-from-files", "--no-first-run"])
            .arg(format!("--blink-settings={scheme}"))
            .arg(format!("--user-data-dir={}", self.at("profile").display()));
        run
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn address(&self, name: &str) -> String {
        format!("file://{}", self.at(name).display())
    }

    /// What `measure.html` finds on the page in a frame of that width.
    fn measured(&self, width: u32, scheme: &str) -> (Value, Answer) {
        let frame = include_str!("browser/measure.html").replace("WIDTH", &width.to_string());
        fs::write(self.at("measure.html"), frame).unwrap();
        let mut run = self.command(scheme);
        let answer = ask(run.arg("--dump-dom").arg(self.address("measure.html")));
        let dom = &answer.stdout;
        let found = dom
            .split_once("<pre>")
            .and_then(|(_, rest)| rest.split_once("</pre>"));
        let (json, _) = found.unwrap_or_else(|| panic!("{}", answer.told));
        let json = json.replace("&lt;", "<").replace("&gt;", ">");
        let json = json.replace("&amp;", "&");
        let found = serde_json::from_str(&json);
        (found.unwrap_or_else(|_| panic!("{}", answer.told)), answer)
    }

    /// A picture of the page.
    fn picture(&self, width: u32, scheme: &str) -> Vec<u8> {
        let file = self.at("picture.png");
        let mut run = self.command(scheme);
        let told = ask(run
            .arg(format!("--window-size={width},900"))
            .arg(format!("--screenshot={}", file.display()))
            .arg(self.address("page.html")));
        let picture = fs::read(&file).unwrap_or_else(|_| panic!("{}", told.told));
        fs::remove_file(&file).unwrap();
        assert!(picture.starts_with(b"\x89PNG\r\n"));
        picture
    }
}

/// Pages of every kind.
fn pages() -> Vec<String> {
    let mut pages = differences();
    pages.extend(crate::capacity::html::pages());
    pages
}

/// Differences of every kind: one environment, several with findings and a limit, files and a value
/// that would be markup.
fn differences() -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let write = |name: &str, text: &str| fs::write(at.join(name), text).unwrap();
    write("small.kdl", &text("small", ""));
    write("large.kdl", &text("large", ""));
    let long = "x".repeat(200);
    let hostile = format!("api {{ env MOTD=\"<script>console.error(1)</script>{long}\" }}");
    write("hostile.kdl", &text("small", &hostile));
    for (side, tier, lines) in [
        ("before", "small", ""),
        ("after", "dev", "database { max-connections 60 }"),
    ] {
        fs::create_dir(at.join(side)).unwrap();
        for name in ["one", "two"] {
            let text = text(tier, lines).replace("prod", name);
            write(&format!("{side}/{name}.kdl"), &text);
        }
    }
    write("after/three.kdl", &text("dev", "").replace("prod", "three"));
    let limits = ["--fail-on", "disruption=failover"];
    let all: [&[&str]; 4] = [
        &["small.kdl", "large.kdl"],
        &["large.kdl", "small.kdl", "--artifacts"],
        &["small.kdl", "hostile.kdl", "--artifacts"],
        &["before", "after"],
    ];
    let pages = all.into_iter().map(|sides| {
        let page = [&["diff", "--format", "html"], sides, &limits].concat();
        stdout(&tierc(at, &page))
    });
    pages.collect()
}

/// What the browser complains of.
fn complaints(answer: &Answer) -> Vec<&str> {
    let lines = answer.told.lines();
    lines.filter(|line| line.contains("CONSOLE")).collect()
}

#[test]
fn a_browser_shows_every_page_without_scrolling_sideways_or_complaining() {
    let Some(chromium) = tool("chromium") else {
        return;
    };
    for page in pages() {
        let browser = Browser::with(&chromium, &page);
        let mut grounds = Vec::new();
        for scheme in SCHEMES {
            for width in WIDTHS {
                let (found, answer) = browser.measured(width, scheme);
                assert_eq!(found["room"], width, "{found}");
                assert!(found["wide"].as_u64() <= found["room"].as_u64(), "{found}");
                assert!(found["texts"].as_u64() > Some(20), "{found}");
                assert_eq!(found["faint"], serde_json::json!([]), "{scheme}");
                assert_eq!(complaints(&answer), Vec::<&str>::new());
                grounds.push(found["ground"].clone());
            }
        }
        grounds.dedup();
        assert_eq!(grounds.len(), 2, "one ground by day, one by night");
    }
}

#[test]
fn a_page_by_night_is_another_picture() {
    let Some(chromium) = tool("chromium") else {
        return;
    };
    let pages = pages();
    for page in [&pages[0], &pages[pages.len() - 1]] {
        let browser = Browser::with(&chromium, page);
        let pictures = SCHEMES.map(|scheme| browser.picture(1280, scheme));
        assert_ne!(pictures[0], pictures[1]);
        for picture in pictures {
            assert!(picture.len() > 20_000, "{} bytes", picture.len());
        }
    }
}

/// The measure itself: a page that is too wide, too faint and asks for something is found out.
#[test]
fn a_browser_finds_what_a_page_may_not_have() {
    let Some(chromium) = tool("chromium") else {
        return;
    };
    let page = "<!doctype html><meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\
        <body style=\"background: #888\"><p style=\"width: 2000px; color: #777\">faint</p><script>1</script>";
    let browser = Browser::with(&chromium, page);
    let (found, answer) = browser.measured(360, SCHEMES[1]);
    assert!(found["wide"].as_u64() >= Some(2000), "{found}");
    let faint: Vec<_> = found["faint"].as_array().unwrap().iter().collect();
    assert_eq!(faint.len(), 1, "{found}");
    assert!(faint[0].as_str().unwrap().ends_with(": faint"), "{found}");
    assert!(!complaints(&answer).is_empty(), "{}", answer.told);
}
