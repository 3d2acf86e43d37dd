//! Helpers of all tests.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use tierc::compile::{CatalogueTexts, Input, Run, compile};
use tierc::diagnostic::code;
use tierc::diagnostic::render::{Style, human};

/// The catalogue's own date: environments are judged as of that day.
pub(crate) fn today() -> jiff::civil::Date {
    jiff::civil::date(2026, 11, 24)
}

/// Compiles one text as `prod.kdl`.
pub(crate) fn run(text: &str) -> Run {
    run_bytes(text.as_bytes())
}

/// Compiles bytes as `prod.kdl`.
pub(crate) fn run_bytes(bytes: &[u8]) -> Run {
    let input = Input {
        name: "prod.kdl".into(),
        bytes: bytes.to_vec(),
    };
    compile(vec![input], &CatalogueTexts::embedded(), today())
}

/// Every case below `tests/cases` that is UTF-8, each compiled once as `prod.kdl`.
pub(crate) fn runs_of_cases() -> impl Iterator<Item = &'static (PathBuf, Run)> {
    static RUNS: LazyLock<Vec<(PathBuf, Run)>> = LazyLock::new(|| {
        let texts = files("tests/cases", "kdl").into_iter();
        let run_of = |path: PathBuf| {
            let text = std::fs::read_to_string(&path).ok()?;
            Some((path, run(&text)))
        };
        texts.filter_map(run_of).collect()
    });
    RUNS.iter()
}

/// How findings are shown in stories.
const PLAIN: Style = Style {
    color: false,
    width: 100,
};

/// Every finding of a run that is an error of the language.
pub(crate) fn language_errors(run: &Run) -> String {
    let errors = run
        .diagnostics()
        .filter(|finding| code::LANGUAGE.contains(&finding.code));
    human(errors, &run.sources, PLAIN)
}

/// Compiles `tests/cases/<area>/<name>.kdl` and holds the file and what the language says about it
/// against `snapshots/<area>/<name>.snap`.
pub(crate) fn story(area: &str, name: &str) {
    let path = project(&format!("tests/cases/{area}/{name}.kdl"));
    let bytes = std::fs::read(&path).unwrap();
    let text = language_errors(&run_bytes(&bytes));
    let source = String::from_utf8_lossy(&bytes);
    snapshot(
        area,
        name,
        &format!("{}\n{}\n{text}", visible(&source), ruler()),
    );
}

/// A text with what an editor would not show written out.
fn visible(text: &str) -> String {
    let hidden = |c: char| c.is_control() || "\u{feff}\u{202e}".contains(c);
    let shown = |c: char| match c {
        '\n' | '\t' => c.to_string(),
        _ if hidden(c) => format!("<U+{:04X}>", u32::from(c)),
        _ => c.to_string(),
    };
    text.chars().map(shown).collect()
}

/// The cases of an area, sorted.
pub(crate) fn case_names(area: &str) -> Vec<String> {
    let names = files(&format!("tests/cases/{area}"), "kdl");
    let stem = |path: &PathBuf| path.file_stem().unwrap().to_string_lossy().into_owned();
    names.iter().map(stem).collect()
}

/// The codes of everything found in one text, in order.
pub(crate) fn codes(text: &str) -> Vec<String> {
    run(text)
        .diagnostics()
        .map(|finding| finding.code.to_string())
        .collect()
}

/// A JSON value as a YAML document, as an environment's own are written.
pub(crate) fn written(value: &serde_json::Value) -> String {
    tierc::emit::yaml::documents(&[to_yaml(value)], "prod.kdl")
}

fn to_yaml(value: &serde_json::Value) -> tierc::emit::yaml::YamlValue {
    use serde_json::Value as Json;
    use tierc::emit::yaml::{Map, YamlValue};
    match value {
        Json::Null => YamlValue::Null,
        Json::Bool(value) => YamlValue::Bool(*value),
        Json::Number(number) => YamlValue::Number(number.as_i128().unwrap()),
        Json::String(text) => YamlValue::Text(text.clone()),
        Json::Array(items) => items.iter().map(to_yaml).collect(),
        Json::Object(entries) => {
            let entries = entries.iter();
            YamlValue::Map(
                entries
                    .map(|(key, value)| (key.clone(), to_yaml(value)))
                    .collect::<Map>(),
            )
        }
    }
}

/// The documents of a YAML file, read by another library than the one that wrote them.
pub(crate) fn documents(text: &str) -> Vec<serde_json::Value> {
    use serde::Deserialize;
    serde_yaml::Deserializer::from_str(text)
        .map(|document| serde_json::Value::deserialize(document).unwrap())
        .collect()
}

/// A path in the project.
pub(crate) fn project(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// Every file below a folder of the project with one of `endings`, sorted.
pub(crate) fn files(folder: &str, ending: &str) -> Vec<PathBuf> {
    let folder = project(folder);
    assert!(folder.is_dir(), "{} is there", folder.display());
    let mut found = files_below(&folder);
    found.retain(|path| path.extension().is_some_and(|known| known == ending));
    found
}

/// Every file below a folder, if there is one, sorted.
pub(crate) fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// The files in a text: each begins with a comment that names it, as in `// blue.kdl`; a text
/// without such a comment is the file `prod.kdl`.
pub(crate) fn texts(text: &str) -> Vec<(String, String)> {
    let name = |line: &str| {
        let name = line.strip_prefix("// ")?;
        let file = name.strip_suffix(".kdl")?;
        (!file.contains(' ')).then(|| name.to_owned())
    };
    let mut files: Vec<(String, String)> = Vec::new();
    for line in text.split_inclusive('\n') {
        match (name(line.trim_end()), files.last_mut()) {
            (Some(name), _) => files.push((name, String::new())),
            (None, Some((_, file))) => file.push_str(line),
            (None, None) => files.push(("prod.kdl".into(), line.to_owned())),
        }
    }
    files
}

/// Compiles every file in a text in one run.
pub(crate) fn run_texts(text: &str) -> Run {
    let inputs = texts(text)
        .into_iter()
        .map(|(name, text)| Input {
            name,
            bytes: text.into_bytes(),
        })
        .collect();
    compile(inputs, &CatalogueTexts::embedded(), today())
}

/// What a terminal of 100 columns shows of a run.
pub(crate) fn shown(run: &Run) -> String {
    human(run.diagnostics(), &run.sources, PLAIN)
}

/// Separates a source from its result.
pub(crate) fn ruler() -> String {
    "-".repeat(80)
}

/// A text, and its findings below.
pub(crate) fn told(text: &str, run: &Run) -> String {
    let found = shown(run);
    let found = if found.is_empty() {
        "no findings\n"
    } else {
        &found
    };
    format!("{}\n{}\n{found}", text.trim_end(), ruler())
}

/// Compares `shown` with the snapshot `snapshots/<area>/<name>.snap`.
pub(crate) fn snapshot(area: &str, name: &str, shown: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(project("snapshots").join(area));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, shown));
}

/// Runs a check for each of `items` and fails once, with all that is wrong.
pub(crate) fn for_each<T>(items: impl IntoIterator<Item = T>, check: impl Fn(T) -> Vec<String>) {
    let wrong: Vec<String> = items.into_iter().flat_map(check).collect();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}
