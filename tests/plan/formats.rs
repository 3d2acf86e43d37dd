//! The formats of a plan agree: text and Markdown have exactly the content of the JSON, step by step.

use serde_json::Value;

use crate::diff::pairs::{pairs, tiers};
use crate::diff::{cases, fits_schema, stdout, tierc};
use crate::support::project;

/// A line of a step: its label, and its text.
type Line = (String, String);

/// The most changes of a step that the text lists.
const LISTED: usize = 6;

/// The labels of the lines of a step.
const LABELS: [&str; 10] = [
    "caution",
    "cost",
    "meanwhile",
    "requires",
    "apply",
    "verify",
    "wait until",
    "note",
    "undo",
    "scripts",
];

fn line(label: &str, text: impl Into<String>) -> Line {
    (label.to_owned(), text.into())
}

/// The sentences below `key`.
fn sentences(procedure: &Value, key: &str) -> Vec<String> {
    let all = procedure[key].as_array().unwrap().iter();
    all.map(|it| it.as_str().unwrap().to_owned()).collect()
}

/// The summaries of the actions below `key`, in lines.
fn summary(procedure: &Value, key: &str) -> Vec<String> {
    let actions = procedure[key].as_array().unwrap().iter();
    let lines = actions.flat_map(|action| action["summary"].as_array().unwrap());
    lines.map(|it| it.as_str().unwrap().to_owned()).collect()
}

fn dollars(amount: &Value) -> f64 {
    let amount: f64 = amount.as_str().unwrap().parse().unwrap();
    amount.round()
}

/// Whether a step changes the cost of the environment.
fn costs(step: &Value) -> bool {
    let cost = &step["cost"];
    !cost.is_null() && cost["before"] != cost["after"]
}

/// Checks that the amounts of a cost line are those of the JSON, in whole dollars.
fn shows_the_cost(step: &Value, shown: &str) {
    let cost = &step["cost"];
    let growth = |of: &str| dollars(&cost["after"][of]) - dollars(&cost["before"][of]);
    let mut amounts: Vec<f64> = Vec::new();
    for part in shown.split(['$', ' ']).collect::<Vec<_>>().windows(2) {
        let [sign, amount] = part else { continue };
        let Ok(amount) = amount.trim_end_matches(',').replace(',', "").parse::<f64>() else {
            continue;
        };
        amounts.push(if *sign == "-" { -amount } else { amount });
    }
    assert!(!amounts.is_empty(), "{shown}");
    for amount in amounts {
        let known = [growth("floor"), growth("ceiling")];
        assert!(known.contains(&amount), "{shown}: {cost}");
    }
}

/// The lines of a step, from the JSON. `listed` is the number of changes that are shown one by one.
fn of_json(step: &Value, listed: usize) -> Vec<Line> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let mut lines = vec![line(
        "title",
        format!("{}. {}", step["number"], text(&step["title"])),
    )];
    let impact = &step["impact"];
    if !impact.is_null() {
        let reason = text(&impact["reason"]);
        lines.push(line("impact", format!("{}: {reason}", felt(impact))));
        if let Some(heed) = impact["heed"].as_str() {
            lines.push(line("caution", heed));
        }
    }
    let changes = step["changes"].as_array().unwrap();
    for change in changes.iter().take(listed) {
        let side = |side: &str| change[side].as_str().unwrap_or("-").to_owned();
        let shift = format!("{} -> {}", side("before"), side("after"));
        lines.push(line("change", format!("{} {shift}", text(&change["path"]))));
    }
    if changes.len() > listed {
        lines.push(line(
            "change",
            format!("and {} more", changes.len() - listed),
        ));
    }
    if costs(step) {
        lines.push(line("cost", ""));
    }
    for asked in step["meanwhile"].as_array().unwrap() {
        lines.push(line("meanwhile", text(&asked["arithmetic"])));
    }
    let procedure = &step["procedure"];
    let all = |label: &str, lines: Vec<String>| -> Vec<Line> {
        lines.into_iter().map(|it| line(label, it)).collect()
    };
    lines.extend(all("requires", sentences(procedure, "requires")));
    lines.extend(all("apply", summary(procedure, "apply")));
    lines.extend(all("verify", summary(procedure, "verify")));
    lines.extend(all("wait until", sentences(procedure, "wait")));
    lines.extend(all("note", sentences(procedure, "notes")));
    let back = &step["undo"]["procedure"];
    if let Some(why) = step["undo"]["impossible"].as_str() {
        lines.push(line("undo", why));
    } else if !back.is_null() {
        let labelled = |key: &str, before: &str| -> Vec<String> {
            let all = sentences(back, key).into_iter();
            all.map(|it| format!("{before}{it}")).collect()
        };
        lines.extend(all("undo", labelled("requires", "requires: ")));
        lines.extend(all("undo", summary(back, "apply")));
        lines.extend(all("undo", summary(back, "verify")));
        lines.extend(all("undo", labelled("wait", "wait until ")));
        lines.extend(all("undo", labelled("notes", "note: ")));
    }
    lines
}

/// The class of an impact, how long it lasts, who is affected and when.
fn felt(impact: &Value) -> String {
    let class = impact["class"].as_str().unwrap();
    let mut text = match class {
        "none" => "no disruption".to_owned(),
        _ => class.to_owned(),
    };
    if let Some(seconds) = impact["seconds"].as_array() {
        text += &format!(" {}-{} s", seconds[0], seconds[1]);
    }
    if !["none", "autoscaler", "reload"].contains(&class) {
        text += &affected(&impact["felt-by"]);
    }
    match impact["when"].as_str().unwrap() {
        "in-window" => text + ", in the maintenance window",
        "by-hand" => text + ", after a manual reboot",
        _ => text,
    }
}

/// Who is affected: nobody, the API, some APIs, some pools or everyone.
fn affected(felt_by: &Value) -> String {
    match felt_by.as_str() {
        Some("nobody") => return String::new(),
        Some("api") => return ", affects the API".into(),
        Some(others) => return format!(", affects {others}"),
        None => {}
    }
    let (kind, word) = if felt_by["apis"].is_array() {
        ("apis", "API")
    } else {
        ("pools", "pool")
    };
    let names = felt_by[kind].as_array().unwrap().iter();
    let names: Vec<&str> = names.map(|it| it.as_str().unwrap()).collect();
    let plural = if names.len() == 1 { "" } else { "s" };
    format!(", affects {word}{plural} `{}`", names.join("`, `"))
}

/// The steps of a plan as text.
fn of_text(text: &str) -> Vec<Vec<Line>> {
    let mut steps: Vec<Vec<Line>> = Vec::new();
    let mut label = String::new();
    for shown in text.lines() {
        let number = shown
            .get(..2)
            .and_then(|it| it.trim().parse::<usize>().ok());
        if let (Some(number), Some(title)) = (number, shown.get(4..)) {
            steps.push(vec![line("title", format!("{number}. {title}"))]);
            label.clear();
            continue;
        }
        let Some(step) = steps.last_mut() else {
            continue;
        };
        // A continued line: of a title, of the changes, or of the cost.
        let goes_on = match label.as_str() {
            "" => shown.starts_with("        "),
            _ => label == "cost" && shown.starts_with("                "),
        };
        if let (true, Some((_, last))) = (goes_on, step.last_mut()) {
            *last += &format!(" {}", shown.trim_start());
            continue;
        }
        if shown.starts_with(|it: char| it.is_alphabetic()) {
            break; // what is kept or blocked, and what is left to do
        }
        let Some(said) = shown.strip_prefix("    ") else {
            continue; // an empty line
        };
        let indent = shown.len() - shown.trim_start().len();
        if indent == 8 || indent == 18 {
            let (_, begun) = step.last_mut().unwrap();
            *begun += &format!(" {}", shown.trim_start());
            continue;
        }
        let begins = LABELS
            .into_iter()
            .find(|it| said.starts_with(&format!("{it:<12}")));
        if let Some(begins) = begins {
            begins.clone_into(&mut label);
        }
        let words = said.get(12..).unwrap_or_default();
        match (begins, label.as_str()) {
            (None, "") if said.starts_with("  ") => {
                let (path, shift) = said.trim().split_once("  ").unwrap_or((said.trim(), ""));
                let change = format!("{path} {}", shift.trim_start());
                step.push(line("change", change.trim_end()));
            }
            (None, "") => step.push(line("impact", said)),
            (Some("caution"), _) => {
                step.push(line("caution", words));
                label.clear(); // the changes come next, without a label
            }
            _ => step.push(line(&label, words)),
        }
    }
    steps
}

/// A Markdown sentence without its escapes.
fn plain(markdown: &str) -> String {
    let mut text = String::new();
    let unescaped = markdown
        .replace('\u{2192}', "->")
        .replace("&#8203;", "")
        .replace("&lt;", "<")
        .replace("&amp;", "&")
        .replace("<code>", "`")
        .replace("</code>", "`");
    let mut characters = unescaped.chars();
    while let Some(character) = characters.next() {
        text.push(match character {
            '\\' => characters.next().unwrap(),
            other => other,
        });
    }
    text
}

/// The steps of a plan as Markdown.
fn of_markdown(text: &str) -> Vec<Vec<Line>> {
    let mut steps: Vec<Vec<Line>> = Vec::new();
    let mut label = String::new();
    for shown in text.lines() {
        if let Some(title) = shown.strip_prefix("- [ ] **") {
            let title = title.trim_end().strip_suffix("**").unwrap();
            steps.push(vec![line("title", plain(title))]);
            continue;
        }
        let (Some(step), Some(said)) = (steps.last_mut(), shown.strip_prefix("      ")) else {
            continue;
        };
        if let Some(change) = said.strip_prefix("- `") {
            let (path, shift) = change.split_once("` ").unwrap();
            step.push(line("change", format!("{path} {}", plain(shift))));
        } else if let Some((of, said)) = of_sentence(said) {
            step.push(line(of, said));
        } else if let Some(does) = said.strip_prefix("- ") {
            step.push(line(&label, plain(does)));
        } else if let Some(of) = said.strip_suffix(':') {
            of.clone_into(&mut label);
        } else {
            step.push(line("impact", plain(said)));
        }
    }
    steps
}

/// A sentence with a label of its own.
fn of_sentence(said: &str) -> Option<(&'static str, String)> {
    let ended = |text: &str| plain(text.strip_suffix('.').unwrap());
    let labels: [(&str, &'static str); 3] = [
        ("Requires: ", "requires"),
        ("Wait until ", "wait until"),
        ("Note: ", "note"),
    ];
    if let Some(cost) = said.strip_prefix("- cost: ") {
        return Some(("cost", cost.to_owned()));
    }
    if let Some(asked) = said.strip_prefix("- meanwhile ") {
        return Some(("meanwhile", plain(asked)));
    }
    if let Some(why) = said.strip_prefix("Undo: ") {
        return Some(("undo", plain(why)));
    }
    labels
        .into_iter()
        .find_map(|(begins, label)| Some((label, ended(said.strip_prefix(begins)?))))
}

/// Compares the shown lines with the JSON of the same step.
fn agree(json: &[Line], shown: Vec<Line>, step: &Value, all: &str) {
    let shown: Vec<Line> = shown
        .into_iter()
        .map(|(label, said)| match label.as_str() {
            "cost" => {
                shows_the_cost(step, &said);
                line("cost", "")
            }
            // The paths follow the count. The laws check them.
            "change" if said.starts_with("and ") => line("change", said.split(':').next().unwrap()),
            // The total and the limit precede the sum.
            "meanwhile" => line("meanwhile", said.split_once(": ").unwrap().1),
            _ => (label, said),
        })
        .collect();
    let differing = json.iter().zip(&shown).find(|(json, shown)| json != shown);
    assert_eq!(differing, None, "{all}");
    assert_eq!(json.len(), shown.len(), "{all}");
}

/// Markdown writes the caution after the reason.
fn with_caution(lines: Vec<Line>) -> Vec<Line> {
    let mut joined: Vec<Line> = Vec::new();
    for (label, said) in lines {
        match joined.last_mut() {
            Some((_, impact)) if label == "caution" => *impact += &format!("; {said}"),
            _ => joined.push((label, said)),
        }
    }
    joined
}

/// The cost after a step equals the cost before the next one.
fn costs_are_a_chain(plan: &Value) {
    let steps = plan["steps"].as_array().unwrap();
    let mut cost = &plan["cost"]["before"];
    for step in steps.iter().filter(|step| !step["cost"].is_null()) {
        assert_eq!(&step["cost"]["before"], cost, "step {}", step["number"]);
        cost = &step["cost"]["after"];
    }
    if !steps.is_empty() {
        assert_eq!(&plan["cost"]["after"], cost);
    }
}

/// The first line is the same, and kept or remaining changes are named with a reason and a remedy.
fn the_rest_agrees(plan: &Value, text: &str, markdown: &str) {
    let markdown = plain(markdown);
    // Text is wrapped.
    let joined = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let text = joined(text);
    let headline = markdown.lines().next().unwrap();
    let headline = headline.strip_prefix("### ").unwrap();
    assert!(text.starts_with(&joined(headline)), "{headline}\n{text}");
    let blocked = &plan["blocked"];
    let all = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let mut named: Vec<Value> = all(&blocked["left"]);
    named.extend(
        all(&blocked["bridges"])
            .iter()
            .map(|it| it["message"].clone()),
    );
    for finding in all(&blocked["findings"]) {
        named.extend([finding["code"].clone(), finding["message"].clone()]);
    }
    for kept in all(&plan["kept"]) {
        named.extend([kept["reason"].clone(), kept["line"].clone()]);
    }
    for name in named {
        let name = name.as_str().unwrap();
        assert!(text.contains(&joined(name)), "{name}\n{text}");
        assert!(markdown.contains(name), "{name}\n{markdown}");
    }
}

/// Compares a plan in every format, and returns the number of compared steps.
fn in_every_format(folder: &std::path::Path, sides: [&str; 2]) -> usize {
    let told = |format: &str| {
        let arguments = ["plan", sides[0], sides[1], "--format", format];
        stdout(&tierc(folder, &arguments))
    };
    let (text, markdown) = (told("human"), told("markdown"));
    let report = fits_schema(&told("json"));
    let Some(plan) = report["environments"].get(0) else {
        return 0;
    };
    costs_are_a_chain(plan);
    the_rest_agrees(plan, &text, &markdown);
    let steps = plan["steps"].as_array().unwrap();
    let (of_text, of_markdown) = (of_text(&text), of_markdown(&markdown));
    assert_eq!(of_text.len(), steps.len(), "{text}");
    // The length of a pull request comment is limited: it says how many steps it leaves out.
    let left_out = |line: &str| {
        line.split_once(" more steps do not fit here")?
            .0
            .parse()
            .ok()
    };
    let left_out: usize = markdown.lines().find_map(left_out).unwrap_or(0);
    assert!(left_out == 0 || markdown.len() > 50_000, "{markdown}");
    assert_eq!(of_markdown.len() + left_out, steps.len(), "{markdown}");
    for ((step, text_of), markdown_of) in steps.iter().zip(of_text).zip(of_markdown) {
        agree(&of_json(step, LISTED), text_of, step, &text);
        let json = with_caution(of_json(step, usize::MAX));
        agree(&json, markdown_of, step, &markdown);
    }
    steps.len()
}

#[test]
fn every_tier_into_every_other_is_the_same_plan_in_every_format() {
    let folder = tiers();
    for (before, after) in pairs() {
        let files = [format!("{before}.kdl"), format!("{after}.kdl")];
        let steps = in_every_format(folder, [&files[0], &files[1]]);
        assert!(steps > 4, "{before} -> {after}: {steps}");
    }
}

#[test]
fn every_case_is_the_same_plan_in_every_format() {
    let folder = project("tests/cases/diff");
    let cases = cases();
    let steps = cases
        .iter()
        .map(|name| in_every_format(&folder.join(name), ["before.kdl", "after.kdl"]));
    let steps: usize = steps.sum();
    assert!(
        steps > cases.len(),
        "{steps} steps of {} cases",
        cases.len()
    );
}
