//! Laws about names: each changed attribute is named in the title of its step, in the lines of its step,
//! in every format of the diff, and beside each amount that it changes.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use serde_json::Value;
use tierc::catalogue::Prices;
use tierc::compile::{
    CatalogueTexts, ComparedSide, Comparison, Input, Matching, SideFile, compare, differing,
    state_costs,
};
use tierc::cost::{Range, estimate};
use tierc::diff::Presence;
use tierc::model::Environment;
use tierc::model::declaration::Standing;
use tierc::pair::Pair;
use tierc::plan::{Plan, PlanRequest, PlannedStep, plan};
use tierc::report;
use tierc::report::diff::text::DiffDetail;
use tierc::report::diff::{ComparedEnvironment, DiffReport};
use tierc::report::plan::{PlanReport, PlannedEnvironment};

use super::declared::{is_alone, is_at, is_list, key, of_environments, read, texts};
use super::some_of;
use crate::plan::catalogue;
use crate::support::today;

/// Two states of an environment, and what is made of the way from one to the other.
pub(crate) struct Change {
    sides: Pair<Environment>,
    plan: Plan,
    /// The paragraph of each step, as text and as Markdown.
    pub(crate) steps: Vec<Pair<String>>,
    /// The steps as JSON.
    pub(crate) json: Vec<Value>,
}

pub(crate) fn planned(sides: Pair<Environment>) -> Change {
    let waived = BTreeSet::new();
    let plan = plan(&PlanRequest {
        environments: sides.as_ref(),
        catalogue: catalogue(),
        waived: &waived,
        today: today(),
        root: "plan",
    });
    let left = plan.steps.iter().map(|step| &step.state);
    let states: Vec<&Environment> = std::iter::once(&sides.before).chain(left).collect();
    let costs = state_costs(&states, &CatalogueTexts::embedded());
    let environment = report::plan::of_environment(&PlannedEnvironment {
        sides: sides.as_ref(),
        plan: &plan,
        estimates: &costs.estimates,
        written: None,
    });
    let json = serde_json::to_value(&environment.steps).unwrap();
    let report = PlanReport {
        report: report::plan::PlanReportKind::Plan,
        environments: vec![environment],
        new: Vec::new(),
        gone: Vec::new(),
        unread: Vec::new(),
        states: "plan".into(),
        written: false,
    };
    let (text, markdown) = (report::plan::text(&report), report::plan::markdown(&report));
    let markdown = markdown.split("\n- [ ] ").skip(1);
    let steps = text.split("\n\n").skip(1).zip(markdown);
    Change {
        steps: steps
            .map(|(text, markdown)| Pair::new(text.to_owned(), unescaped(markdown)))
            .collect(),
        json: json.as_array().unwrap().clone(),
        sides,
        plan,
    }
}

/// Markdown without its escapes.
fn unescaped(markdown: &str) -> String {
    markdown.replace('\\', "").replace("&#8203;", "")
}

/// The paths that a text names: `api.requests.{cpu,memory}` are two.
fn named(text: &str) -> BTreeSet<String> {
    let words = text.split([' ', '\n', '`', '<', '>']);
    let words = words.map(|word| word.trim_end_matches([',', ':', ';']));
    words
        .flat_map(|word| match word.split_once(".{") {
            Some((owner, lasts)) => {
                let lasts = lasts.trim_end_matches('}').split(',');
                lasts.map(|last| format!("{owner}.{last}")).collect()
            }
            None => vec![word.to_owned()],
        })
        .collect()
}

/// The lines below a label of a paragraph, up to the next label.
fn below<'a>(paragraph: &'a str, label: &str) -> Vec<&'a str> {
    let first = format!("    {label:<12}");
    let mut lines = paragraph
        .lines()
        .skip_while(|line| !line.starts_with(&first));
    let head = lines.next().into_iter();
    head.chain(lines.take_while(|line| line.starts_with(&" ".repeat(16))))
        .collect()
}

/// Attributes that a headline describes in other words.
const BY_OTHER_WORDS: &[(&str, &str)] = &[
    ("api.replicas.count", "the API's number of pods: "),
    ("api.replicas.min", "the API's autoscaler: "),
    ("api.replicas.max", "the API's autoscaler: "),
    ("api.hold", "the API's autoscaler: "),
    (
        "worker.replicas.count",
        "the number of pods of pool `batch`: ",
    ),
    ("worker.replicas.min", "the autoscaler of pool `batch`: "),
    ("worker.replicas.max", "the autoscaler of pool `batch`: "),
    ("worker.hold", "the autoscaler of pool `batch`: "),
    ("api.connections.database.database", "connections to "),
    ("worker.connections.database.database", "connections to "),
    ("pgbouncer.database.name", "PgBouncer's pools: database "),
    ("pgbouncer.pool.default", "PgBouncer's pools: "),
    ("pgbouncer.pool.max-db", "(max "),
    ("pgbouncer.min-ready", "pace of PgBouncer's rollouts"),
    ("database.instance", "resize the database: "),
    ("database.engine", "PostgreSQL "),
    ("database.max-connections", " connections"),
    ("database.multi-az", "standby"),
    ("database.storage.gib", " GiB (max "),
    ("database.storage.max-gib", "(max "),
    ("database.replicas.count", "set the read replicas: "),
    ("database.replicas.instance", "resize the read replicas: "),
    ("database.replicas.max-connections", " connections"),
    ("database.replicas.via", "read from replicas over "),
    ("redis.engine", "upgrade Redis group "),
    ("redis.engine.version", "upgrade Redis group "),
    ("redis.node", "resize Redis group "),
    ("redis.policy", "eviction"),
    ("redis.cluster.shards", " shard"),
    ("redis.tls", "TLS"),
    ("nodes.instance", "create node group "),
    ("nodes.capacity", "create node group "),
    ("nodes.alternatives", "create node group "),
    ("nodes.max-pods", " pods a node"),
    ("nodes.prefix-delegation", "with prefixes of addresses"),
    ("nodes.count.min", "the size of node group "),
    ("nodes.count.max", "the size of node group "),
    // A window is named by its days and times.
    ("off-hours.days", "off-hours and events: off-hours "),
    ("deliver.autoscalers", "the autoscalers over to "),
    ("off-hours.from", "off-hours and events: off-hours "),
    ("off-hours.to", "off-hours and events: off-hours "),
];

/// The words of a headline for the owner of an attribute, which the title then does not repeat.
const OWNERS: &[(&str, &[&str])] = &[
    ("api.", &["the API's pods: ", "the API's autoscaler: "]),
    (
        "worker.",
        &[
            "the pods of pool `batch`: ",
            "the autoscaler of pool `batch`: ",
        ],
    ),
    ("service.", &["service `outbox`: "]),
    ("pgbouncer.", &["PgBouncer"]),
    ("database.storage.", &["the volume: "]),
    ("database.replicas.", &["replicas"]),
    (
        "database.",
        &[
            "the database",
            "the volume",
            "backups and windows: ",
            "direct connections: ",
        ],
    ),
    ("redis.", &["Redis group `queue`"]),
    ("nodes.", &["node group `batch`"]),
    ("network.", &["the network policies: "]),
    ("alerts.", &["the alerts: "]),
    ("off-hours.", &["off-hours and events: off-hours "]),
];

/// Whether a title names the attribute: by its path, or by its path below an owner that the headline
/// names.
fn names(title: &str, of: &Standing) -> bool {
    let path = of.full_path();
    let mut by_other_words = BY_OTHER_WORDS.iter();
    let known = by_other_words.find(|(known, _)| *known == path);
    // A colon can be a part of a word, such as a queue's name.
    let words = title.split([' ', ',', ';']);
    let words = words.map(|word| word.trim_end_matches(':'));
    // A scaling policy is named by its index in the list.
    let is_place = |word: &str| word.chars().all(|it| it.is_ascii_digit());
    let words: Vec<&str> = words.filter(|it| !is_place(it)).collect();
    // An entry of a list is named by its own name: `metric requests_per_second average`.
    // So is one below another node: `connections database results per-pod`.
    let is_entry = |it: &[&str], steps: &[&str]| {
        (1..it.len()).any(|name| {
            let others = it.iter().enumerate().filter(|(at, _)| *at != name);
            others.map(|(_, word)| word).eq(steps)
        })
    };
    let holds = |steps: &[&str]| {
        let at = words.windows(steps.len()).any(|it| it == steps);
        let entries = words.windows(steps.len() + 1);
        at || steps.len() > 1 && { entries }.any(|it| is_entry(it, steps))
    };
    let below = of.path();
    let steps = [of.top.name]
        .into_iter()
        .chain(key(of.top))
        .chain(below.split('.'));
    let steps: Vec<&str> = steps.filter(|step| !step.is_empty()).collect();
    let is_below = |(owner, headlines): &(&str, &[&str])| {
        let below = path.strip_prefix(owner);
        let below: Option<Vec<&str>> = below.map(|below| below.split('.').collect());
        below.is_some_and(|below| holds(&below))
            && headlines.iter().any(|words| title.contains(words))
    };
    holds(&steps)
        || OWNERS.iter().any(is_below)
        || known.is_some_and(|(_, words)| title.contains(words))
}

/// Checks that the title of a step names the attribute.
fn in_a_title(of: &Standing, change: &Change) -> Option<String> {
    let plan = &change.plan;
    let left = plan.blocked.iter().flat_map(|blocked| blocked.left.clone());
    let kept = plan.kept.iter().flat_map(|kept| &kept.paths);
    let kept = kept.map(|path| path.replace('.', " "));
    let steps = plan.steps.iter().map(|step| step.title.clone());
    let titles: Vec<String> = steps.chain(left).chain(kept).collect();
    // A title may name it by its path.
    let is_named = |title: &String| names(title, of) || names(&title.replace('.', " "), of);
    let is_named = titles.iter().any(is_named);
    (!is_named).then(|| format!("no title: {}", titles.join("; ")))
}

/// Checks that the lines of each step name its changes, in every format.
fn in_the_lines(change: &Change) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut before = &change.sides.before;
    let steps = change.plan.steps.iter().zip(&change.steps);
    for ((step, shown), json) in steps.zip(&change.json) {
        let differences = before.compare(&step.state);
        let listed = json["changes"].as_array().unwrap().iter();
        let listed: BTreeSet<&str> = listed.map(|it| it["path"].as_str().unwrap()).collect();
        let names = shown.as_ref().map(|shown| named(shown));
        for path in differences.iter().map(|it| it.path.as_str()) {
            if !listed.contains(path) {
                wrong.push(format!("JSON of `{}` lacks {path}", step.title));
            }
            if !names.after.contains(path) {
                wrong.push(format!("Markdown of `{}` lacks {path}", step.title));
            }
            if !names.before.contains(path) && !is_named_whole(step, path) {
                wrong.push(format!("text of `{}` lacks {path}", step.title));
            }
        }
        wrong.extend(in_the_cost(step, before, shown, json));
        before = &step.state;
    }
    wrong
}

/// Whether the attribute belongs to a pool, service or group that the step adds or removes, and that the
/// title names.
fn is_named_whole(step: &PlannedStep, path: &str) -> bool {
    let change = step.changes.at(path).unwrap();
    let comes_or_goes = step.changes.presence_of(&change.place) != Presence::Kept;
    let name = change.place.name();
    comes_or_goes && name.is_some_and(|name| step.title.contains(&format!("`{name}`")))
}

/// Every built-in price.
fn prices() -> &'static Prices {
    static PRICES: LazyLock<Prices> = LazyLock::new(|| {
        let (_, prices) = CatalogueTexts::embedded().everything("us-east-1");
        let mut all = Prices::default();
        all.regions.insert("us-east-1".into(), prices);
        all
    });
    &PRICES
}

/// What an environment costs, and how many of its items have no price.
fn cost(of: &Environment) -> (Option<Range>, usize) {
    let estimate = estimate(of, prices());
    (estimate.range(), estimate.unpriced())
}

/// The paths that change what an environment costs.
struct Costly {
    /// Each by itself. What has no price on a side is in no amount, and what comes or goes does so with
    /// other attributes.
    alone: BTreeSet<String>,
    /// All that may be named: the amount is another with it alone, or without it alone, or it comes or
    /// goes.
    may: BTreeSet<String>,
}

fn costly(before: &Environment, after: &Environment) -> Costly {
    let amount = |from: &Environment, to: &Environment, path: &String| {
        let mut changed = from.clone();
        changed.adopt(to, &[path.clone()].into_iter().collect());
        let ((was, unpriced), (is, lacking)) = (cost(from), cost(&changed));
        (is != was, lacking == unpriced)
    };
    let there = |side: &Environment| -> BTreeSet<String> {
        side.list().into_iter().map(|it| it.path).collect()
    };
    let (had, has) = (there(before), there(after));
    let mut costly = Costly {
        alone: BTreeSet::new(),
        may: BTreeSet::new(),
    };
    for path in before.compare(after).into_iter().map(|it| it.path) {
        let stays = had.contains(&path) && has.contains(&path);
        let (moved, priced) = amount(before, after, &path);
        let (missed, _) = amount(after, before, &path);
        if stays && moved && priced {
            costly.alone.insert(path.clone());
        }
        if !stays || moved || missed || !priced {
            costly.may.insert(path);
        }
    }
    costly
}

impl Costly {
    /// What is wrong with the paths that the line of a cost names, of all `paths` there are.
    fn wrong(&self, what: &str, names: &BTreeSet<String>, paths: &BTreeSet<String>) -> Vec<String> {
        let lacking = self.alone.difference(names);
        let lacking = lacking.map(|path| format!("{what}: the cost lacks {path}"));
        let idle = names
            .intersection(paths)
            .filter(|it| !self.may.contains(*it));
        let idle = idle.map(|path| format!("{what}: the cost names {path}, which changes nothing"));
        lacking.chain(idle).collect()
    }
}

/// The paths of both sides.
fn paths(before: &Environment, after: &Environment) -> BTreeSet<String> {
    let sides = [before, after].into_iter().flat_map(Environment::list);
    sides.map(|it| it.path).collect()
}

/// Checks that the cost line of a step names the attributes that change the amount.
fn in_the_cost(
    step: &PlannedStep,
    before: &Environment,
    shown: &Pair<String>,
    json: &Value,
) -> Vec<String> {
    let is_moved = json["cost"]["before"] != json["cost"]["after"];
    let text = below(&shown.before, "cost").join("\n");
    let markdown = shown
        .after
        .lines()
        .find(|line| line.starts_with("      - cost: "));
    if !is_moved {
        assert!(text.is_empty() && markdown.is_none());
        return Vec::new();
    }
    let listed = json["cost-changed-by"].as_array().unwrap().iter();
    let listed = listed.map(|it| it.as_str().unwrap().to_owned());
    let formats = [
        ("JSON", listed.collect()),
        ("text", named(&text)),
        ("Markdown", named(markdown.unwrap())),
    ];
    let changed: BTreeSet<String> = before
        .compare(&step.state)
        .into_iter()
        .map(|it| it.path)
        .collect();
    let (costly, paths) = (costly(before, &step.state), paths(before, &step.state));
    let mut wrong = Vec::new();
    for (format, names) in formats {
        if names.is_disjoint(&changed) {
            wrong.push(format!(
                "{format} of `{}`: the cost names nothing",
                step.title
            ));
        }
        let what = format!("{format} of `{}`", step.title);
        wrong.extend(costly.wrong(&what, &names, &paths));
    }
    wrong
}

/// Checks that every format of the diff names the changes, and the attributes that change the cost.
fn in_the_difference(texts: Pair<&str>, change: &Change) -> Vec<String> {
    let side = |text: &str| ComparedSide {
        files: vec![SideFile {
            input: Input {
                name: "prod.kdl".into(),
                bytes: text.as_bytes().to_vec(),
            },
            path: "prod.kdl".into(),
            tier: None,
        }],
        records: Vec::new(),
    };
    let embedded = CatalogueTexts::embedded();
    let both = Pair::new(&embedded, &embedded);
    let comparison = compare(texts.map(side), both, Matching::AsOne, today());
    let report = difference(&comparison, both, &change.plan);
    let json = serde_json::to_value(&report).unwrap();
    let json = &json["environments"][0];
    let text = report::diff::text::text(
        &report,
        DiffDetail {
            color: false,
            all: false,
        },
    );
    let markdown = unescaped(&report::diff::markdown::markdown(&report));
    let html = report::diff::html::html(&report);
    let listed = json["changes"].as_array().unwrap().iter();
    let listed: BTreeSet<String> = listed
        .map(|it| it["path"].as_str().unwrap().to_owned())
        .collect();
    let Pair { before, after } = &change.sides;
    let mut wrong = Vec::new();
    let formats = [
        ("JSON", listed),
        ("text", named(&text)),
        ("Markdown", named(&markdown)),
        ("HTML", named(&html.replace(['(', ')'], " "))),
    ];
    for path in before.compare(after).into_iter().map(|it| it.path) {
        let lacking = formats.iter().filter(|(_, names)| !names.contains(&path));
        wrong.extend(lacking.map(|(format, _)| format!("{format} of diff lacks {path}")));
    }
    let behind = |text: &str, label: &str| {
        let rest = text.split_once(label).map(|(_, rest)| rest);
        named(rest.and_then(|it| it.lines().next()).unwrap_or_default())
    };
    let layers = json["cost"]["layers"].as_array().unwrap().iter();
    let layers = layers.flat_map(|it| it["changed-by"].as_array().unwrap().clone());
    let formats = [
        (
            "JSON",
            layers.map(|it| it.as_str().unwrap().to_owned()).collect(),
        ),
        (
            "text",
            behind(&text.replace("\n    ", " "), "  changed by: "),
        ),
        ("Markdown", behind(&markdown, "\nChanged by: ")),
        (
            "HTML",
            behind(&html.replace("</p>", "\n"), "<p>Changed by: "),
        ),
    ];
    let (costly, paths) = (costly(before, after), paths(before, after));
    for (format, names) in formats {
        wrong.extend(costly.wrong(&format!("{format} of diff"), &names, &paths));
    }
    wrong
}

fn difference(comparison: &Comparison, texts: Pair<&CatalogueTexts>, plan: &Plan) -> DiffReport {
    let (outcomes, costs) = differing(comparison.outcomes(), texts, |_| false);
    let compared = outcomes.iter().zip(&costs.changes).map(|(outcome, cost)| {
        report::diff::of_environment(ComparedEnvironment {
            outcome,
            cost: Some(cost),
            plan: Some(plan),
            artifacts: None,
            sources: &comparison.runs.after.sources,
        })
    });
    DiffReport::new(compared.collect(), 0)
}

#[test]
fn every_title_line_and_report_names_the_attributes_that_change() {
    let of = some_of(of_environments(), 20);
    let wrong: Vec<String> = of.iter().flat_map(wrong_of).collect();
    assert!(wrong.is_empty(), "{}\n{}", wrong.len(), wrong.join("\n"));
}

/// The most changes of one attribute that the law plans.
const CHANGES: usize = 4;

/// The problems in titles and reports of an attribute's changes.
fn wrong_of(of: &Standing) -> Vec<String> {
    let [stated, _] = texts(of);
    let mut wrong = Vec::new();
    let mut seen = 0;
    for (before, after) in stated.iter().zip(stated.iter().skip(1)) {
        if seen == CHANGES {
            break;
        }
        let sides = Pair::new(read(before), read(after));
        let changed = sides.before.compare(&sides.after).into_iter();
        let mut changed = changed.filter(|it| is_at(of, &it.path));
        // A node that is added or removed is named as a whole.
        let is_value = changed.any(|it| {
            let Pair { before, after } = &it.values;
            let both = before.is_some() || is_list(of);
            both && (after.is_some() || is_alone(of))
        });
        if !is_value {
            continue;
        }
        seen += 1;
        let change = planned(sides);
        wrong.extend(in_a_title(of, &change));
        wrong.extend(in_the_lines(&change));
        wrong.extend(in_the_difference(Pair::new(before, after), &change));
    }
    if seen == 0 {
        wrong.push("no pair changes it".into());
    }
    wrong
        .into_iter()
        .map(|it| format!("{}: {it}", of.full_path()))
        .collect()
}
