//! The formats of a diff agree: text, Markdown and JSON have the same values, resources, amounts and
//! disruptions.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::Value;

use super::{cases, fits_schema, stdout, tierc};
use crate::support::project;

/// The cells of a table, row by row.
type Rows = Vec<Vec<String>>;

/// The paths of each class of disruption.
type Classes = BTreeMap<String, BTreeSet<String>>;

/// A cell of Markdown as the value that it shows.
fn plain(cell: &str) -> String {
    let cell = cell.trim().trim_matches('*');
    let code = cell
        .strip_prefix('`')
        .and_then(|it| it.strip_suffix('`'))
        .or_else(|| cell.strip_prefix("<code>")?.strip_suffix("</code>"));
    let mut text = code.unwrap_or(cell).replace('\u{2192}', "->");
    while let Some(at) = text.find("&#") {
        let (number, _) = text[at + 2..].split_once(';').unwrap();
        let character = char::from_u32(number.parse().unwrap()).unwrap();
        text = text.replace(&format!("&#{number};"), &character.to_string());
    }
    text.replace('\\', "")
}

/// The table below a head that starts with this text.
fn markdown_rows(markdown: &str, head: &str) -> Rows {
    let lines = markdown.lines().skip_while(|line| !line.starts_with(head));
    let rows = lines.skip(2).take_while(|line| line.starts_with('|'));
    rows.map(|row| {
        let cells = row.trim_matches('|').split(" | ");
        cells.map(plain).collect()
    })
    .collect()
}

/// The lines of a section of the text.
fn section<'a>(text: &'a str, title: &str) -> Vec<&'a str> {
    let lines = text.lines().skip_while(|line| !line.starts_with(title));
    lines.skip(1).take_while(|line| !line.is_empty()).collect()
}

/// Columns, separated by two blanks.
fn columns(line: &str) -> Vec<String> {
    let cells = line.split("  ").map(str::trim);
    cells
        .filter(|it| !it.is_empty())
        .map(str::to_owned)
        .collect()
}

fn text_of(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

/// The cause of a change in words.
fn because(cause: &Value) -> String {
    let paths = cause["follows"].as_array().map(Vec::as_slice);
    match (cause.as_str(), paths) {
        (Some("stated"), _) => "stated".into(),
        (Some(of), _) => format!("follows the {of}"),
        (None, Some([path])) => format!("follows {}", path.as_str().unwrap()),
        (None, Some([path, more @ ..])) => {
            format!("follows {} and {} more", path.as_str().unwrap(), more.len())
        }
        (None, _) => "derived".into(),
    }
}

fn lasting(impact: &Value) -> String {
    let class = text_of(&impact["class"]);
    match impact["seconds"].as_array() {
        Some(seconds) => format!("{class} {}-{} s", seconds[0], seconds[1]),
        None => class,
    }
}

/// Each value that changes, as the JSON has it.
fn values(environment: &Value) -> Rows {
    let changes = environment["changes"].as_array().unwrap().iter();
    let side = |value: &Value| value.as_str().unwrap_or("\u{2013}").to_owned();
    changes
        .map(|it| {
            vec![
                text_of(&it["path"]),
                side(&it["before"]).replace('\n', "n").replace('\\', ""),
                side(&it["after"]).replace('\n', "n").replace('\\', ""),
                lasting(&it["impact"]),
                because(&it["cause"]),
                text_of(&it["fingerprint"]),
            ]
        })
        .collect()
}

/// `$1,354 to $2,447`, or one amount.
fn dollars(range: &Value) -> String {
    let shown = |side: &str| {
        let amount: f64 = range[side].as_str().unwrap().parse().unwrap();
        let digits = format!("{:.0}", amount.round());
        let mut text = String::new();
        for (at, digit) in digits.chars().enumerate() {
            if at > 0 && (digits.len() - at) % 3 == 0 {
                text.push(',');
            }
            text.push(digit);
        }
        format!("${text}")
    };
    let (floor, ceiling) = (shown("floor"), shown("ceiling"));
    if floor == ceiling {
        floor
    } else {
        format!("{floor} to {ceiling}")
    }
}

/// The layers that change, and the total, as the JSON has them.
fn money(cost: &Value) -> Rows {
    let row = |name: &str, cost: &Value| {
        vec![
            name.to_owned(),
            dollars(&cost["before"]),
            dollars(&cost["after"]),
        ]
    };
    let layers = cost["layers"].as_array().into_iter().flatten();
    let changed = layers.filter(|it| it["before"] != it["after"]);
    let mut rows: Rows = changed
        .map(|it| row(it["layer"].as_str().unwrap(), it))
        .collect();
    if !rows.is_empty() {
        rows.push(row("total", cost));
    }
    rows
}

/// Rows of amounts, without unchanged items and without the differences.
fn changed_amounts(rows: &Rows) -> Rows {
    let rows = rows.iter().filter(|row| row[0] != "unchanged");
    rows.map(|row| row[..3].to_vec()).collect()
}

/// The changes by class, from the JSON. A node that is added or removed has one entry.
fn disrupted(environment: &Value) -> Classes {
    let mut classes = Classes::new();
    let parts = environment["parts"].as_array().unwrap();
    for change in environment["changes"].as_array().unwrap() {
        let part = parts.iter().find(|it| it["place"] == change["place"]);
        let name = match part.map(|it| it["presence"].as_str().unwrap()) {
            Some("removed") => format!("{} (removed)", text_of(&change["place"])),
            Some(_) => format!("{} (new)", text_of(&change["place"])),
            None => text_of(&change["path"]),
        };
        let class = text_of(&change["impact"]["class"]);
        classes.entry(class).or_default().insert(name);
    }
    for rename in environment["renames"].as_array().unwrap() {
        let class = text_of(&rename["impact"]["class"]);
        let name = format!("{} (renamed)", text_of(&rename["place"]));
        classes.entry(class).or_default().insert(name);
    }
    classes
}

/// `a.{b,c}, d` as its paths.
fn unfolded(paths: &str) -> Vec<String> {
    let paths = paths.replace('`', "");
    let paths = paths.split(", ").map(str::trim).filter(|it| !it.is_empty());
    paths
        .flat_map(|path| match path.split_once(".{") {
            None => vec![path.to_owned()],
            Some((owner, last)) => {
                let last = last.strip_suffix('}').unwrap().split(',');
                last.map(|it| format!("{owner}.{it}")).collect()
            }
        })
        .collect()
}

/// The path in `database.instance  db.r6g.large -> db.r6g.xlarge`, with a note such as `(new)`.
fn path_of(told: &str) -> String {
    let told = told.replace('`', "");
    match told.split_once(" (") {
        Some((path, note)) if !path.contains(' ') && note.ends_with(')') => told.clone(),
        _ => told.split(' ').next().unwrap().to_owned(),
    }
}

/// The classes of the Markdown's table.
fn disrupted_in_markdown(markdown: &str) -> Classes {
    let mut classes = Classes::new();
    let lines = markdown
        .lines()
        .skip_while(|line| !line.starts_with("| Disruption |"));
    for row in lines.skip(2).take_while(|line| line.starts_with('|')) {
        let cells: Vec<&str> = row.trim_matches('|').split(" | ").collect();
        let class = cells[0].trim();
        let name = class.trim_matches('*').split(' ').next().unwrap();
        let paths: Vec<String> = if class.starts_with("**") {
            cells[1].split("<br>").map(path_of).collect()
        } else {
            unfolded(cells[1])
        };
        classes.entry(name.to_owned()).or_default().extend(paths);
    }
    classes
}

/// The classes of the text's section.
fn disrupted_in_text(text: &str) -> Classes {
    let mut classes = Classes::new();
    let (mut class, mut listed) = (String::new(), String::new());
    let mut lists: Vec<(String, String)> = Vec::new();
    for line in section(text, "disruption") {
        let said = line.trim_start();
        match line.len() - said.len() {
            2 => {
                let begins = said.split([' ', ',']).next().unwrap();
                begins.clone_into(&mut class);
                listed = columns(said).get(1).cloned().unwrap_or_default();
                if !listed.is_empty() {
                    lists.push((class.clone(), listed.clone()));
                }
                classes.entry(class.clone()).or_default();
            }
            4 => {
                let path = path_of(said);
                classes.entry(class.clone()).or_default().insert(path);
            }
            // Something that needs attention starts with the path of its value.
            14 if !listed.is_empty() && !said.contains(": ") => {
                let (_, list) = lists.last_mut().unwrap();
                *list += &format!(" {said}");
            }
            14 => listed.clear(),
            _ => {}
        }
    }
    for (class, list) in lists {
        classes.entry(class).or_default().extend(unfolded(&list));
    }
    classes
}

/// Compares all formats of a diff, and returns the number of values.
fn in_every_format(folder: &Path, sides: [&str; 2]) -> usize {
    let told = |format: &str| {
        let arguments = ["diff", sides[0], sides[1], "--format", format];
        stdout(&tierc(folder, &arguments))
    };
    let (text, markdown) = (told("human"), told("markdown"));
    let report = fits_schema(&told("json"));
    let Some(environment) = report["environments"].get(0) else {
        return 0;
    };
    let shown = |name: &str| format!("{name} of {}\n{text}\n{markdown}", folder.display());

    let values = values(environment);
    let of_markdown = markdown_rows(&markdown, "| Value |");
    assert_eq!(of_markdown, values, "{}", shown("the values"));

    let resources = environment["resources"].as_array().unwrap().iter();
    let side = |value: &Value, none: &str| value.as_str().unwrap_or(none).to_owned();
    let cells = |it: &Value, none: &str| {
        vec![
            text_of(&it["name"]),
            side(&it["before"], none),
            side(&it["after"], none),
        ]
    };
    let as_markdown: Rows = resources.clone().map(|it| cells(it, "\u{2013}")).collect();
    let of_markdown = markdown_rows(&markdown, "| Resource |");
    assert_eq!(of_markdown, as_markdown, "{}", shown("the resources"));
    let as_text: Rows = resources.map(|it| cells(it, "none")).collect();
    let of_text = section(&text, "resources").into_iter().map(|line| {
        let (before, after) = line.split_once(" -> ").unwrap();
        [columns(before), vec![after.to_owned()]].concat()
    });
    assert_eq!(of_text.collect::<Rows>(), as_text, "{}", shown("resources"));

    let money = money(&environment["cost"]);
    let of_markdown = markdown_rows(&markdown, "| USD a month |");
    let of_text = section(&text, "money").into_iter().skip(1);
    let of_text = of_text.map(columns).filter(|row| row.len() == 4);
    let of_text: Rows = of_text.collect();
    assert_eq!(of_text, of_markdown, "{}", shown("the amounts"));
    assert_eq!(changed_amounts(&of_text), money, "{}", shown("the money"));

    let disrupted = disrupted(environment);
    let (of_text, of_markdown) = (disrupted_in_text(&text), disrupted_in_markdown(&markdown));
    assert_eq!(of_markdown, disrupted, "{}", shown("disruption"));
    assert_eq!(of_text, disrupted, "{}", shown("disruption"));

    let fingerprint = format!("fingerprint {}", report["fingerprint"].as_str().unwrap());
    assert_eq!(text.lines().last(), Some(fingerprint.as_str()));
    values.len()
}

#[test]
fn every_tier_into_every_other_is_the_same_in_every_format() {
    let folder = super::pairs::tiers();
    for (before, after) in super::pairs::pairs() {
        let files = [format!("{before}.kdl"), format!("{after}.kdl")];
        let values = in_every_format(folder, [&files[0], &files[1]]);
        assert!(values > 10, "{before} -> {after}: {values}");
    }
}

#[test]
fn every_case_is_the_same_in_every_format() {
    let folder = project("tests/cases/diff");
    let cases = cases();
    let values = cases
        .iter()
        .map(|name| in_every_format(&folder.join(name), ["before.kdl", "after.kdl"]));
    let values: usize = values.sum();
    assert!(values > 2 * cases.len(), "{values}");
}
