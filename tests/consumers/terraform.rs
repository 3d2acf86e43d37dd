//! Terraform reads the variables; without Terraform, HashiCorp's own parser does.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};
use tierc::emit::hcl::{Hcl, body};
use tierc::emit::terraform;

use super::tools::{ask, command, optional, tool};
use super::trees::{Tree, Trees, rendered};

/// Texts that HCL's quotes, escapes and templates could bend.
const TEXTS: &[&str] = &[
    "",
    "q\"uote ${x} %{y}",
    "$${x} %%{y}",
    "$",
    "%",
    "$$",
    "C:\\n",
    "a\tb",
    "a\nb",
    "a\r\nb",
    "on",
    "1e3",
    "0o14",
    "true",
    "null",
    "grün ✓ 値 🦀",
    "# no comment",
    "<<EOT",
    "\u{1}\u{7f}",
    "\\u0041",
    "${\"$\"}{x}",
    "%${x}",
    "$%{x}",
    "{",
    "}",
];

fn to_json(value: &Hcl) -> Value {
    match value {
        Hcl::String(text) => json!(text),
        Hcl::Number(number) => json!(number),
        Hcl::Bool(bool) => json!(bool),
        Hcl::List(items) => items.iter().map(to_json).collect(),
        Hcl::Object(attributes) => to_object(attributes),
    }
}

fn to_object(attributes: &[(String, Hcl)]) -> Value {
    let entries: Map<String, Value> = attributes
        .iter()
        .map(|(name, value)| (name.clone(), to_json(value)))
        .collect();
    assert_eq!(
        entries.len(),
        attributes.len(),
        "an attribute is stated twice"
    );
    Value::Object(entries)
}

/// What the tree's environment sets each variable to.
fn meant(trees: &Trees, tree: &Tree<'_>) -> Value {
    to_object(&terraform::variables(tree.environment, trees.catalogue()))
}

/// An object whose attributes' names and values are the texts.
fn texts() -> Vec<(String, Hcl)> {
    let named = TEXTS.iter().enumerate();
    let mut attributes: Vec<_> = named
        .map(|(index, text)| (format!("value-{index}"), Hcl::text(text)))
        .collect();
    attributes.extend(
        TEXTS
            .iter()
            .map(|text| ((*text).to_owned(), Hcl::text("as a name"))),
    );
    vec![("texts".to_owned(), Hcl::Object(attributes))]
}

fn read_by_pygohcl(pygohcl: &Path, home: &Path, files: &[PathBuf]) -> Vec<Value> {
    let told = ask(command(pygohcl, home).args(files)).accepted();
    told.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn hashicorps_parser_reads_back_every_value_that_was_meant() {
    let Some(pygohcl) = tool("pygohcl") else {
        return;
    };
    let trees = rendered();
    let files: Vec<PathBuf> = trees.iter().map(|tree| tree.tfvars()).collect();
    let read = read_by_pygohcl(&pygohcl, trees.folder(), &files);
    assert_eq!(read.len(), files.len());
    for (tree, read) in trees.iter().zip(read) {
        assert_eq!(read, meant(&trees, &tree), "{}", tree.name());
    }
}

#[test]
fn hashicorps_parser_reads_back_every_text() {
    let Some(pygohcl) = tool("pygohcl") else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("texts.tfvars");
    std::fs::write(&file, body(&texts())).unwrap();
    let read = read_by_pygohcl(&pygohcl, folder.path(), &[file]);
    assert_eq!(read, [to_object(&texts())]);
}

/// Terraform in a module of its own, with `declarations`, and an output for each variable: what a
/// variable's type drops is gone from there.
struct Module {
    program: PathBuf,
    folder: PathBuf,
}

impl Module {
    fn new(program: &Path, folder: &Path, name: &str, declarations: &str) -> Self {
        let module = Self {
            program: program.to_owned(),
            folder: folder.join(name),
        };
        std::fs::create_dir(&module.folder).unwrap();
        std::fs::write(module.folder.join("variables.tf"), declarations).unwrap();
        let names = declarations.lines().filter_map(|line| {
            line.strip_prefix("variable \"")
                .and_then(|rest| rest.split('"').next())
        });
        let outputs: String = names
            .map(|name| format!("output \"{name}\" {{ value = var.{name} }}\n"))
            .collect();
        std::fs::write(module.folder.join("outputs.tf"), outputs).unwrap();
        ask(&mut module.run(&["init", "-backend=false", "-input=false"])).accepted();
        module
    }

    fn run(&self, arguments: &[&str]) -> std::process::Command {
        let mut run = command(&self.program, &self.folder);
        run.current_dir(&self.folder)
            .env("CHECKPOINT_DISABLE", "1")
            .args(arguments);
        run
    }

    /// What each variable arrives as. Terraform has to have nothing to say about the file.
    fn plan(&self, tfvars: &Path) -> Value {
        let mut run = self.run(&["plan", "-json", "-input=false", "-lock=false", "-out=plan"]);
        let told = ask(run.arg("-var-file").arg(tfvars)).accepted();
        for line in told.lines() {
            let message: Value = serde_json::from_str(line).unwrap();
            assert_ne!(
                message["type"],
                "diagnostic",
                "{}: {message}",
                tfvars.display()
            );
        }
        let shown = ask(&mut self.run(&["show", "-json", "plan"])).accepted();
        let shown: Value = serde_json::from_str(&shown).unwrap();
        let outputs = shown["planned_values"]["outputs"].as_object().unwrap();
        let values = outputs
            .iter()
            .map(|(name, it)| (name.clone(), given(it["value"].clone())));
        Value::Object(values.collect())
    }
}

/// Without the nulls that stand for optional attributes that are absent.
fn given(value: Value) -> Value {
    match value {
        Value::Object(entries) => {
            let kept = entries.into_iter().filter(|(_, value)| !value.is_null());
            Value::Object(kept.map(|(name, value)| (name, given(value))).collect())
        }
        Value::Array(items) => items.into_iter().map(given).collect(),
        other @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) => other,
    }
}

#[test]
fn terraform_takes_every_value_and_has_nothing_to_say() {
    let Some(program) = optional("terraform") else {
        return;
    };
    let trees = rendered();
    let declarations = terraform::variables_tf();
    let module = Module::new(&program, trees.folder(), "module", declarations);
    ask(&mut module.run(&["validate"])).accepted();
    for tree in trees.iter() {
        assert_eq!(
            module.plan(&tree.tfvars()),
            meant(&trees, &tree),
            "{}",
            tree.name()
        );
    }
}

#[test]
fn terraform_would_lay_the_files_out_the_same_way() {
    let Some(program) = optional("terraform") else {
        return;
    };
    let trees = rendered();
    let declared = trees.folder().join("generated/variables.tf");
    std::fs::write(&declared, terraform::variables_tf()).unwrap();
    let mut run = command(&program, trees.folder());
    run.args(["fmt", "-check", "-diff", "-recursive"])
        .arg(trees.folder().join("generated"));
    assert_eq!(ask(&mut run).accepted(), "");
}

#[test]
fn terraform_reads_back_every_text() {
    let Some(program) = optional("terraform") else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let declarations = "variable \"texts\" {\n  type = map(string)\n}\n";
    let module = Module::new(&program, folder.path(), "module", declarations);
    let file = folder.path().join("texts.tfvars");
    std::fs::write(&file, body(&texts())).unwrap();
    assert_eq!(module.plan(&file), to_object(&texts()));
    ask(&mut module.run(&["fmt", "-check", "-diff", "../texts.tfvars"])).accepted();
}

/// The trap: Terraform drops an attribute that a type does not name, without a word. This test
/// shows that the one above would see it.
#[test]
fn an_attribute_that_is_not_declared_vanishes_without_a_word() {
    let Some(program) = optional("terraform") else {
        return;
    };
    let trees = rendered();
    let tree = trees.get("large");
    let declarations: String = terraform::variables_tf()
        .lines()
        .filter(|line| !line.contains(" storage_encrypted "))
        .map(|line| format!("{line}\n"))
        .collect();
    assert_ne!(declarations, terraform::variables_tf());
    let module = Module::new(&program, trees.folder(), "module", &declarations);
    let planned = module.plan(&tree.tfvars());
    let meant = meant(&trees, &tree);
    assert_ne!(planned, meant);
    assert_eq!(planned["rds"].get("storage_encrypted"), None);
    assert_eq!(meant["rds"]["storage_encrypted"], true);
}
