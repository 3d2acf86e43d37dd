//! docs/guide-coverage.md names what there is: each of its rows is compiled, rendered or looked up.

use std::collections::BTreeSet;
use std::process::Command;

use crate::support::{language_errors, project, run};

/// The guide's chapters with their sections, and how many paragraphs and tables each section has.
const GUIDE: [(&str, &[(&str, usize)]); 6] = [
    (
        "1. Scaling the API layer",
        &[
            ("Current architecture", 2),
            ("Horizontal pod autoscaler", 2),
            ("HPA tuning", 4),
            ("Manual scaling", 1),
            ("Pod resource tuning", 2),
            ("Pre-scaling for planned events", 1),
        ],
    ),
    (
        "2. Scaling workers",
        &[
            ("Current architecture", 1),
            ("KEDA autoscaler", 1),
            ("KEDA tuning", 2),
            ("Manual worker scaling", 1),
            ("Worker resource tuning", 1),
            ("Queue-specific worker pools", 1),
        ],
    ),
    (
        "3. Scaling the database",
        &[
            ("Vertical scaling (RDS)", 3),
            ("Read replicas", 5),
            ("Storage scaling", 1),
            ("Connection limit scaling", 1),
        ],
    ),
    (
        "4. Scaling Redis",
        &[
            ("Vertical scaling (ElastiCache)", 2),
            ("Cluster mode", 4),
            ("Redis memory management", 1),
            ("Scaling Redis for specific use cases", 3),
        ],
    ),
    (
        "5. Scaling PgBouncer",
        &[
            ("Pool size calculations", 2),
            ("Scaling PgBouncer horizontally", 3),
            ("Applying pool changes", 1),
        ],
    ),
    (
        "6. Capacity planning",
        &[
            ("Metrics to track", 1),
            ("Monthly capacity review checklist", 1),
            ("Cost-aware scaling", 4),
            ("Load testing before scaling", 2),
        ],
    ),
];

/// The entry in the column of nodes if the paragraph states nothing.
const NOTHING: &str = "nothing to state";

/// The section about differences from the guide.
const DIFFERENCES: &str = "Where tierc differs";

/// A row of a table, with its heading.
struct Row {
    heading: String,
    cells: Vec<String>,
}

impl Row {
    fn section(&self) -> &str {
        let paragraph = &self.cells[0];
        paragraph.split_once(": ").map_or(paragraph, |it| it.0)
    }

    fn is_of_the_guide(&self) -> bool {
        self.heading != DIFFERENCES
    }
}

fn rows() -> Vec<Row> {
    let page = std::fs::read_to_string(project("docs/guide-coverage.md")).unwrap();
    let mut heading = String::new();
    let mut rows = Vec::new();
    let mut is_head = true;
    for line in page.lines() {
        if let Some(next) = line.strip_prefix("## ") {
            next.clone_into(&mut heading);
        }
        let Some(inner) = line.strip_prefix('|') else {
            is_head = true;
            continue;
        };
        if !is_head && !line.starts_with("|---") {
            let inner = inner.strip_suffix('|').unwrap_or(inner);
            rows.push(Row {
                heading: heading.clone(),
                cells: inner.split('|').map(|it| it.trim().to_owned()).collect(),
            });
        }
        is_head = false;
    }
    rows
}

/// The texts in backticks.
fn quoted(cell: &str) -> Vec<&str> {
    cell.split('`').skip(1).step_by(2).collect()
}

/// The files of every tree that these tests render, and the headings of their runbooks.
struct Output {
    files: BTreeSet<String>,
    headings: BTreeSet<String>,
}

fn output() -> Output {
    let mut output = Output {
        files: BTreeSet::new(),
        headings: BTreeSet::new(),
    };
    for (_, artifacts) in crate::emit::all() {
        let page = &artifacts["RUNBOOK.md"];
        let headings = page.lines().filter_map(|line| line.strip_prefix('#'));
        let headings = headings.map(|line| line.trim_start_matches('#').trim().to_owned());
        output.headings.extend(headings);
        output.files.extend(artifacts.keys().cloned());
    }
    output
}

fn with_node(node: &str) -> String {
    format!("environment \"prod\"\ntier \"medium\"\nregion \"us-east-1\"\n{node}\n")
}

fn is_node(node: &str) -> bool {
    language_errors(&run(&with_node(node))).is_empty()
}

/// The manifests that the nodes of a row make, each in an environment of its own and all in one.
fn manifests(nodes: &[&str]) -> BTreeSet<String> {
    let all = nodes.join("\n");
    let texts = nodes.iter().copied().chain([all.as_str()]);
    texts
        .filter(|node| is_node(node))
        .flat_map(|node| {
            let run = run(&with_node(node));
            let environment = run.files[0].environment.as_ref().unwrap();
            tierc::emit::emit(environment, None, &run.catalogue, "prod.kdl").into_keys()
        })
        .collect()
}

fn is_rule(code: &str) -> bool {
    project(&format!("src/diagnostic/explain/{code}.md")).is_file()
}

fn is_command(line: &str) -> bool {
    let name = line.split(' ').next().unwrap_or_default();
    let mut tierc = Command::new(env!("CARGO_BIN_EXE_tierc"));
    tierc
        .args([name, "--help"])
        .output()
        .unwrap()
        .status
        .success()
}

/// Whether `module::name` is a test of these.
fn is_test(path: &str) -> bool {
    let Some((module, name)) = path.rsplit_once("::") else {
        return false;
    };
    let file = project(&format!("tests/{}.rs", module.replace("::", "/")));
    let text = std::fs::read_to_string(file).unwrap_or_default();
    text.split("#[test]").skip(1).any(|rest| {
        let mut lines = rest.lines().map(str::trim);
        let declared = lines.find(|line| !line.is_empty() && !line.starts_with("#["));
        declared.is_some_and(|line| line.starts_with(&format!("fn {name}(")))
    })
}

fn is_output(named: &str, output: &Output) -> bool {
    if let Some(line) = named.strip_prefix("tierc ") {
        return is_command(line);
    }
    if let Some(heading) = named.strip_prefix("RUNBOOK.md: ") {
        return output.headings.contains(heading);
    }
    if named.contains('/') {
        return output.files.contains(named) || project(named).is_file();
    }
    is_rule(named)
}

fn is_proof(named: &str) -> bool {
    if named.contains("::") {
        return is_test(named);
    }
    if named.contains('/') {
        return project(named).is_file();
    }
    is_rule(named)
}

/// What a row names and is not there.
fn wrong(row: &Row, output: &Output) -> Vec<String> {
    let [paragraph, nodes, outputs, proofs] = row.cells.as_slice() else {
        return vec![format!("{}: not four cells", row.cells.join(" | "))];
    };
    let mut wrong = Vec::new();
    if row.cells.iter().any(String::is_empty) {
        wrong.push(format!("{paragraph}: an empty cell"));
    }
    let mut hold = |named: Vec<&str>, is_there: &dyn Fn(&str) -> bool| {
        let absent = named.into_iter().filter(|it| !is_there(it));
        wrong.extend(absent.map(|it| format!("{paragraph}: no {it}")));
    };
    if row.is_of_the_guide() {
        let is_stated = nodes == NOTHING || !quoted(nodes).is_empty();
        hold(vec![nodes], &|_| is_stated);
        hold(quoted(nodes), &is_node);
        hold(vec![outputs], &|_| !quoted(outputs).is_empty());
        hold(quoted(outputs), &|it| is_output(it, output));
        let made = manifests(&quoted(nodes));
        hold(quoted(outputs), &|it| {
            nodes == NOTHING || !it.starts_with("kubernetes/") || made.contains(it)
        });
        hold(vec![proofs], &|_| {
            quoted(proofs).iter().any(|it| it.contains("::"))
        });
    }
    hold(vec![proofs], &|_| !quoted(proofs).is_empty());
    hold(quoted(proofs), &is_proof);
    wrong
}

#[test]
fn every_row_of_the_coverage_names_what_there_is() {
    let output = output();
    let rows = rows();
    let wrong: Vec<String> = rows.iter().flat_map(|row| wrong(row, &output)).collect();
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn every_paragraph_of_the_guide_has_its_row() {
    let mut found: Vec<(String, Vec<(String, usize)>)> = Vec::new();
    for row in rows().iter().filter(|row| row.is_of_the_guide()) {
        if found.last().is_none_or(|last| last.0 != row.heading) {
            found.push((row.heading.clone(), Vec::new()));
        }
        let sections = &mut found.last_mut().unwrap().1;
        match sections.last_mut() {
            Some(last) if last.0 == row.section() => last.1 += 1,
            _ => sections.push((row.section().to_owned(), 1)),
        }
    }
    let owned = |sections: &[(&str, usize)]| {
        let pairs = sections.iter().map(|it| (it.0.to_owned(), it.1));
        pairs.collect::<Vec<_>>()
    };
    let guide = GUIDE.map(|(chapter, sections)| (chapter.to_owned(), owned(sections)));
    assert_eq!(found, guide);
}

/// The mistakes in a row of the first chapter.
fn told(cells: [&str; 4], output: &Output) -> Vec<String> {
    let row = Row {
        heading: GUIDE[0].0.to_owned(),
        cells: cells.map(str::to_owned).to_vec(),
    };
    wrong(&row, output)
}

#[test]
fn a_row_that_names_what_is_not_there_is_found() {
    let output = output();
    let node = "`api { hold 15 }`";
    let shown = "`tierc why`, `kubernetes/api-hpa.yaml`, `RUNBOOK.md: API`, `single-az`";
    let proof = "`docs::coverage::a_row_that_names_what_is_not_there_is_found`, `docs/language.md`";
    for right in [["a", node, shown, proof], ["a", NOTHING, shown, proof]] {
        assert_eq!(told(right, &output), Vec::<String>::new());
    }
    for broken in [
        ["", node, shown, proof],
        ["a", "", shown, proof],
        ["a", "`api { holds 15 }`", shown, proof],
        ["a", node, "the runbook", proof],
        ["a", node, "`tierc explode`", proof],
        ["a", node, "`kubernetes/hpa-api.yaml`", proof],
        [
            "a",
            node,
            "`kubernetes/worker-batch-scaledobject.yaml`",
            proof,
        ],
        ["a", node, "`RUNBOOK.md: Nothing`", proof],
        ["a", node, "`single-zone`", proof],
        ["a", node, shown, "`docs/language.md`"],
        ["a", node, shown, "`docs::coverage::nobody_wrote_it`"],
        ["a", node, shown, "`docs::coverage::wrong`"],
        ["a", node, shown, "`docs::no_file::wrong`"],
    ] {
        assert_ne!(told(broken, &output), Vec::<String>::new(), "{broken:?}");
    }
}
