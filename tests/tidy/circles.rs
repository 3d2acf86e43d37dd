//! Among the modules of one folder, none imports from another that imports from it, however far around.
//!
//! A module may use what its parent has, and the parent what its modules have: they are one subject.
//! A name that a module passes on (`pub use`) counts as an import from where it is made.

use std::collections::{BTreeMap, BTreeSet};

use crate::support::{files, project};

/// A module's path below the crate: `["report", "diff"]`.
type Module = Vec<String>;

/// Every module with its text, without comments and tests.
fn modules() -> BTreeMap<Module, String> {
    let mut modules = BTreeMap::new();
    for path in files("src", "rs") {
        let relative = path.strip_prefix(project("src")).unwrap();
        let name = relative.with_extension("");
        let module: Module = name
            .iter()
            .map(|part| part.to_string_lossy().into_owned())
            .collect();
        if ["lib", "main"].contains(&module[0].as_str()) || module.ends_with(&["tests".into()]) {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        let text = text.split("#[cfg(test)]\nmod ").next().unwrap();
        let lines = text
            .lines()
            .map(|line| line.split("//").next().unwrap_or_default());
        modules.insert(module, lines.collect::<Vec<_>>().join("\n"));
    }
    modules
}

/// The paths of a `use`, one for each name: `a::{b, c::{d, e}}` has three.
fn leaves(tree: &str) -> Vec<String> {
    let tree = tree.trim();
    let Some(open) = tree.find('{') else {
        let path = tree.split(" as ").next().unwrap_or_default();
        let path = path.replace(char::is_whitespace, "");
        return vec![path.trim_end_matches("::self").to_owned()];
    };
    let (before, inside) = tree.split_at(open);
    let inside = &inside[1..inside.rfind('}').unwrap()];
    let mut depth = 0;
    let parts = inside.split(|c| {
        depth += match c {
            '{' => 1,
            '}' => -1,
            _ => 0,
        };
        c == ',' && depth == 0
    });
    let parts = parts.filter(|part| !part.trim().is_empty());
    parts
        .flat_map(|part| leaves(&format!("{before}{part}")))
        .collect()
}

/// The paths that a text imports by `use`, and the rest of the text.
fn imports(text: &str) -> (Vec<String>, String) {
    let (mut paths, mut rest) = (Vec::new(), String::new());
    let mut statements = text.split_inclusive(';');
    for statement in &mut statements {
        let start = statement.rfind("\nuse ").map(|at| at + 5);
        let start = start.or_else(|| Some(statement.rfind(" use ")? + 5));
        match start {
            Some(start) if !statement[start..].contains(['(', '=']) => {
                rest += &statement[..start];
                paths.extend(leaves(statement[start..].trim_end_matches(';')));
            }
            _ => rest += statement,
        }
    }
    (paths, rest)
}

/// The paths that a text names beside its `use`s.
fn named(rest: &str) -> impl Iterator<Item = &str> {
    let in_path = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == ':';
    let words = rest.split(move |c| !in_path(c));
    words.filter(|word| word.contains("::"))
}

struct Tree {
    texts: BTreeMap<Module, String>,
    /// What each module imports, by the name it then has.
    imported: BTreeMap<Module, BTreeMap<String, Module>>,
}

impl Tree {
    /// An absolute path for a path in `module`; `None` if it leads out of the crate.
    fn absolute(&self, module: &Module, path: &str) -> Option<Module> {
        let mut parts: Vec<&str> = path.split("::").collect();
        if parts[0] == "crate" {
            return Some(parts[1..].iter().map(|&part| part.to_owned()).collect());
        }
        let mut from = module.clone();
        let relative = ["super", "self"].contains(&parts[0]);
        while parts.first() == Some(&"super") {
            from.pop();
            parts.remove(0);
        }
        if parts.first() == Some(&"self") {
            parts.remove(0);
        }
        from.extend(parts.iter().map(|&part| part.to_owned()));
        let child = from.get(..=module.len()).map(<[String]>::to_vec);
        let is_child = child.is_some_and(|child| self.texts.contains_key(&child));
        (relative || is_child).then_some(from)
    }

    /// The module in which what a path leads to is made.
    fn home(&self, path: &[String], depth: usize) -> Option<Module> {
        let lengths = (1..=path.len()).rev();
        let mut known = lengths.filter(|length| self.texts.contains_key(&path[..*length]));
        let length = known.next()?;
        let (module, rest) = path.split_at(length);
        let passed_on = rest
            .first()
            .and_then(|name| self.imported.get(module)?.get(name));
        match passed_on {
            Some(further) if depth > 0 && further.as_slice() != &path[..=length] => {
                let further = [further.as_slice(), &rest[1..]].concat();
                self.home(&further, depth - 1)
            }
            _ => Some(module.to_vec()),
        }
    }
}

/// What the modules of each folder import from each other: folder, from, to.
fn edges() -> BTreeMap<Module, BTreeMap<String, BTreeSet<String>>> {
    let mut tree = Tree {
        texts: modules(),
        imported: BTreeMap::new(),
    };
    let read: Vec<(Module, Vec<String>, String)> = tree
        .texts
        .iter()
        .map(|(module, text)| {
            let (paths, rest) = imports(text);
            (module.clone(), paths, rest)
        })
        .collect();
    for (module, paths, _) in &read {
        let absolute = paths.iter().filter_map(|path| tree.absolute(module, path));
        let by_name = absolute.filter_map(|path| Some((path.last()?.clone(), path)));
        let by_name = by_name.collect();
        tree.imported.insert(module.clone(), by_name);
    }
    let mut edges: BTreeMap<Module, BTreeMap<String, BTreeSet<String>>> = BTreeMap::new();
    for (module, paths, rest) in &read {
        let paths = paths.iter().map(String::as_str).chain(named(rest));
        let absolute = paths.filter_map(|path| tree.absolute(module, path));
        for home in absolute.filter_map(|path| tree.home(&path, 6)) {
            let shared = module.iter().zip(&home).take_while(|(a, b)| a == b).count();
            if let (Some(from), Some(to)) = (module.get(shared), home.get(shared)) {
                let folder = edges.entry(module[..shared].to_vec()).or_default();
                folder.entry(from.clone()).or_default().insert(to.clone());
            }
        }
    }
    edges
}

/// Everything that `from` leads to.
fn reached(from: &str, edges: &BTreeMap<String, BTreeSet<String>>) -> BTreeSet<String> {
    let mut reached = BTreeSet::new();
    let mut left = vec![from.to_owned()];
    while let Some(next) = left.pop() {
        for to in edges.get(&next).into_iter().flatten() {
            if reached.insert(to.clone()) {
                left.push(to.clone());
            }
        }
    }
    reached
}

#[test]
fn modules_of_one_folder_import_in_no_circle() {
    let mut circles: BTreeSet<(String, Vec<String>)> = BTreeSet::new();
    let edges = edges();
    assert!(edges.len() > 20, "imports are read: {}", edges.len());
    for (folder, edges) in &edges {
        for module in edges.keys() {
            let reached_from = reached(module, edges);
            if !reached_from.contains(module) {
                continue;
            }
            let comes_back = |it: &&String| reached(it, edges).contains(module);
            let circle: Vec<String> = reached_from.iter().filter(comes_back).cloned().collect();
            circles.insert((folder.join("::"), circle));
        }
    }
    assert!(
        circles.is_empty(),
        "these import from each other: {circles:#?}"
    );
}
