//! docs/attributes.md is the declaration of the language, written out.

use tierc::compile::written;
use tierc::model::DECLARED;
use tierc::model::declaration::{Declaration, Literal, Standing, Stands, TextNode, Top};
use tierc::source::Origin;

use crate::support::{project, run};

const PAGE: &str = "docs/attributes.md";

const HEAD: &str = "# Attributes

Every attribute of the language: an example, the values that it takes, and its meaning. A test
writes this page from the declarations in `src/model`. [language.md](language.md) has the defaults
and explains what the attributes are for.
";

/// An attribute as it is written, with its example, and with what its node must have beside it.
fn example(of: &Standing) -> String {
    let mut node = TextNode::new(of.top.name);
    let mut stated = of.required_beside();
    if stated.iter().all(|it| it.path() != of.path()) {
        stated.push(of.clone());
    }
    for of in stated {
        of.state(&mut node, vec![value(&of)]);
    }
    match node.children.as_slice() {
        [child] => written(child)
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" "),
        _ => written(&node).trim().to_owned(),
    }
}

/// The example of an attribute.
fn value(of: &Standing) -> Literal {
    let example = of.attribute.example_value();
    let text = example
        .strip_prefix('"')
        .and_then(|it| it.strip_suffix('"'));
    text.map_or_else(
        || Literal::Bare(example.to_owned()),
        |text| Literal::Text(text.to_owned()),
    )
}

fn section(top: &'static Top) -> String {
    let name = if top.named { " \"NAME\"" } else { "" };
    let title = match top.name {
        "" => "The environment".to_owned(),
        node if top.may_be_named => format!("`{node}` or `{node} \"NAME\"`"),
        node => format!("`{node}{name}`"),
    };
    let mut text =
        format!("\n## {title}\n\n| path | example | takes | meaning |\n|---|---|---|---|\n");
    for of in top.every() {
        let sentence = of.attribute.doc.trim();
        let path = of.path();
        let takes = of.form().to_string().replace('|', "\\|");
        text += &format!("| `{path}` | `{}` | {takes} | {sentence} |\n", example(&of));
    }
    text
}

#[test]
fn the_page_of_attributes_is_the_declaration() {
    let page = HEAD.to_owned() + &DECLARED.iter().map(section).collect::<String>();
    let path = project(PAGE);
    if std::env::var("INSTA_UPDATE").is_ok_and(|update| update == "always") {
        std::fs::write(&path, &page).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(
        committed, page,
        "write it with `INSTA_UPDATE=always cargo test attributes`"
    );
}

/// The tests of reading and rewriting start from a file that says everything that can be said.
#[test]
fn the_vocabulary_states_every_declared_attribute() {
    let text = std::fs::read_to_string(project("src/parse/vocabulary.kdl")).unwrap();
    let file = run(&text).files.into_iter().next().unwrap();
    let all = file.environment.unwrap().list().into_iter();
    let said = all.filter(|it| matches!(it.origin, Origin::Declared(_)));
    let said: Vec<String> = said.map(|it| it.path).collect();
    let is_said = |of: &Standing| {
        let path = of.full_path();
        said.iter().any(|said| {
            let said = if of.top.named || of.top.repeats {
                unnamed(said)
            } else {
                said.clone()
            };
            let below_list = lists(of).any(|(list, attribute)| {
                said.starts_with(&format!("{list}.")) && said.ends_with(&attribute)
            });
            said == path || said.starts_with(&format!("{path}.")) || below_list
        })
    };
    // A waiver is no attribute of an environment.
    let tops = DECLARED.iter().filter(|top| top.name != "waive");
    let every: Vec<Standing> = tops.flat_map(Top::every).collect();
    // What pools share with the API is said of one of them.
    let shared = |of: &Standing| {
        let other = match of.top.name {
            "worker" => "api",
            "api" => "worker",
            _ => return false,
        };
        let same = |it: &&Standing| it.top.name == other && it.path() == of.path();
        every.iter().find(same).is_some_and(is_said)
    };
    let unsaid = every.iter().filter(|of| !is_said(of) && !shared(of));
    let unsaid: Vec<String> = unsaid.map(Standing::full_path).collect();
    assert_eq!(unsaid, Vec::<String>::new());
}

/// The lists above an attribute, and its path below each, without the element's index.
fn lists(of: &Standing) -> impl Iterator<Item = (String, String)> {
    let path = of.full_path();
    let repeated = |at: &&&Declaration| matches!(at.stands, Stands::Nodes | Stands::Kinds);
    let lists = of.above.iter().filter(repeated);
    lists.filter_map(move |at| {
        let (above, below) = path.split_once(&format!("{}.", at.name))?;
        Some((format!("{above}{}", at.name), format!(".{below}")))
    })
}

/// `redis.tls` of `redis.queue.tls`.
fn unnamed(path: &str) -> String {
    let mut steps = path.split('.');
    let top = steps.next().into_iter();
    top.chain(steps.skip(1)).collect::<Vec<_>>().join(".")
}
