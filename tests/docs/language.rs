//! docs/language.md says what is declared: every attribute is in it, and its tables name nothing else.

use std::collections::{BTreeMap, BTreeSet};

use tierc::model::DECLARED;
use tierc::model::declaration::{Form, Standing, Stands, Top};

use crate::support::{project, run};

/// A file that leaves out what has a default.
const LEAST: &str = "environment \"prod\"\ntier \"medium\"\nregion \"us-east-1\"
worker \"batch\" { queue \"queue:batch\" length=10 }
service \"outbox\" { replicas 3; requests cpu=\"200m\" memory=\"512Mi\" }
event \"sale\" from=\"2030-11-29T06:00\" to=\"2030-11-30T00:00\" zone=\"Europe/Berlin\" { api 8 }
load-test \"decisions\" url=\"https://example.com/\" { rate 5 for=\"1m\" }
";

/// The sections of the page by their titles.
fn sections() -> BTreeMap<String, String> {
    let page = std::fs::read_to_string(project("docs/language.md")).unwrap();
    let sections = page.split("\n## ").skip(1);
    sections
        .map(|section| section.split_once('\n').unwrap())
        .map(|(title, text)| (title.to_owned(), text.to_owned()))
        .collect()
}

/// Whether a section is about a node: its title names it, or it is one of the environment's lines.
fn is_about(title: &str, top: &Top) -> bool {
    if top.name.is_empty() {
        return title == "The environment";
    }
    let named = |title: &str| {
        let words = title.split(['`', ' ']);
        words.into_iter().any(|word| word == top.name)
    };
    let own = sections().into_keys().any(|title| named(&title));
    let shared = title == "`api`" && ["worker", "service"].contains(&top.name);
    shared || named(title) || (!own && title == "The environment")
}

/// The words of a text, each as a name of KDL could be written.
fn words(text: &str) -> BTreeSet<&str> {
    let in_name = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    text.split(|c: char| !in_name(c)).collect()
}

/// How an attribute is written: the nodes below its own node of the top level, and its key.
fn written(of: &Standing) -> (Vec<&'static str>, Option<&'static str>) {
    let above = of.above.iter().filter(|at| at.stands != Stands::Among);
    let mut nodes: Vec<&str> = above.filter_map(|at| at.names().first().copied()).collect();
    nodes.extend(of.attribute.inside);
    let at = of.attribute;
    if matches!(
        at.stands,
        Stands::Property | Stands::Required | Stands::SoleProperty
    ) {
        return (nodes, Some(at.name));
    }
    let is_argument = matches!(
        at.stands,
        Stands::Argument | Stands::RequiredArgument | Stands::Key | Stands::Kind
    );
    if !is_argument {
        nodes.push(at.name);
    }
    (nodes, None)
}

#[test]
fn the_section_of_a_node_names_each_of_its_attributes() {
    let sections = sections();
    let mut missing = Vec::new();
    for of in DECLARED.iter().flat_map(Top::every) {
        let about = sections.iter().filter(|(title, _)| is_about(title, of.top));
        let text: String = about.map(|(_, text)| text.as_str()).collect();
        let said = words(&text);
        let (nodes, key) = written(&of);
        if nodes.iter().chain(&key).any(|name| !said.contains(name)) {
            missing.push(of.full_path());
        }
    }
    assert_eq!(missing, Vec::<String>::new());
}

/// A row of a table that says what an attribute defaults to.
struct Row<'t> {
    title: &'t str,
    cells: Vec<&'t str>,
}

/// What a row is about: the nodes, and the key if there is one.
type Subject<'t> = (Vec<&'t str>, Option<&'t str>);

fn rows(sections: &BTreeMap<String, String>) -> Vec<Row<'_>> {
    let mut rows = Vec::new();
    for (title, text) in sections {
        let mut states_defaults = false;
        for line in text.lines() {
            let Some(line) = line.strip_prefix("| ") else {
                states_defaults &= line.starts_with("|-");
                continue;
            };
            let cells: Vec<&str> = line.split('|').map(str::trim).collect();
            if cells[1] == "default" {
                states_defaults = true;
            } else if states_defaults {
                rows.push(Row { title, cells });
            }
        }
    }
    rows
}

impl<'t> Row<'t> {
    /// What is written in its first cell: `steady vus= for=` is about two keys of one node, and
    /// `event { api 8; worker "POOL" 4 }` about two nodes in a block.
    fn subjects(&self) -> Vec<Subject<'t>> {
        let mut all = Vec::new();
        let mut last = Vec::new();
        for code in self.cells[0].split('`').skip(1).step_by(2) {
            let (head, block) = code.split_once(" {").unwrap_or((code, ""));
            for statement in block.trim_end_matches('}').split(';') {
                let parts = head.split(' ').chain(statement.split(' '));
                let (mut nodes, mut keys) = (Vec::new(), Vec::new());
                for part in parts.filter(|it| it.starts_with(|c: char| c.is_ascii_lowercase())) {
                    match part.strip_suffix('=') {
                        Some(key) => keys.push(key),
                        None => nodes.push(part),
                    }
                }
                if nodes.is_empty() {
                    nodes.clone_from(&last);
                }
                last.clone_from(&nodes);
                if keys.is_empty() {
                    all.push((nodes, None));
                } else {
                    all.extend(keys.into_iter().map(|key| (nodes.clone(), Some(key))));
                }
            }
        }
        all
    }

    /// The attributes that a subject can be, of the nodes that the section is about.
    fn attributes(&self, subject: &Subject<'_>) -> Vec<Standing> {
        let (nodes, key) = subject;
        let tops = DECLARED.iter().filter(|top| is_about(self.title, top));
        let all = tops.flat_map(|top| {
            let below = match nodes.split_first() {
                Some((first, below)) if *first == top.name => below,
                _ => nodes.as_slice(),
            };
            top.every().into_iter().filter(move |of| {
                let (above, own) = written(of);
                match key {
                    Some(key) => above == below && own == Some(*key),
                    // The key of the node itself is written without its sign, too.
                    None => {
                        above.starts_with(below) || (above.is_empty() && below == own.as_slice())
                    }
                }
            })
        });
        all.collect()
    }
}

#[test]
fn tables_of_defaults_name_what_is_declared() {
    let sections = sections();
    let rows = rows(&sections);
    assert!(rows.len() > 60, "{}", rows.len());
    let mut wrong = Vec::new();
    for row in &rows {
        for subject in row.subjects() {
            if row.attributes(&subject).is_empty() {
                wrong.push(format!("{}: {subject:?}", row.title));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

/// A row that lists the words of an attribute lists all of them.
#[test]
fn tables_of_defaults_list_whole_vocabularies() {
    let sections = sections();
    let mut wrong = Vec::new();
    let mut compared = 0;
    for row in rows(&sections) {
        let subjects = row.subjects();
        let [subject] = subjects.as_slice() else {
            continue;
        };
        for of in row.attributes(subject) {
            let Form::Word(words) = of.form() else {
                continue;
            };
            let text = row.cells[1..].join(" ");
            let text: BTreeSet<&str> = text.split([' ', '`', ',', '"', ';']).collect();
            let (said, unsaid): (Vec<&str>, Vec<&str>) =
                words().into_iter().partition(|word| text.contains(word));
            compared += usize::from(said.len() > 1);
            if said.len() > 1 && !unsaid.is_empty() {
                wrong.push(format!("{} lacks {unsaid:?}", of.full_path()));
            }
        }
    }
    assert!(compared > 10, "{compared}");
    assert_eq!(wrong, Vec::<String>::new());
}

/// A default that is a single value is the value of a file that leaves it out.
#[test]
fn tables_of_defaults_state_what_applies() {
    let environment = run(LEAST).files.into_iter().next().unwrap().environment;
    let all = environment.unwrap().list();
    let value = |of: &Standing| {
        let named = of.top.named || of.top.repeats;
        let found = all.iter().find(|it| {
            let mut steps: Vec<&str> = it.path.split('.').collect();
            if named && steps.len() > 1 {
                steps.remove(1);
            }
            steps.join(".") == of.full_path()
        });
        found.map(|it| it.value.clone())
    };
    let sections = sections();
    let mut wrong = Vec::new();
    let mut compared = 0;
    for row in rows(&sections) {
        let stated = row.cells[1];
        let code = stated.strip_prefix('`').and_then(|it| it.strip_suffix('`'));
        let code = code.filter(|code| !code.contains(['`', '=', '<']));
        let number = stated.parse::<u32>().ok().map(|_| stated);
        let Some(stated) = code.or(number) else {
            continue;
        };
        let subjects = row.subjects();
        let [subject] = subjects.as_slice() else {
            continue;
        };
        let attributes = row.attributes(subject);
        let Some(of) = attributes.first() else {
            continue;
        };
        // An attribute that is absent has its default where it is used.
        let applies = value(of);
        if applies.is_none() && of.attribute.optional {
            continue;
        }
        compared += 1;
        if applies.as_deref() != Some(stated.trim_matches('"')) {
            wrong.push(format!("{}: {stated}, {applies:?}", of.full_path()));
        }
    }
    assert!(compared > 12, "{compared}");
    assert_eq!(wrong, Vec::<String>::new());
}
