//! Terraform reads the variables; without Terraform, HashiCorp's own parser does.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};
use tierc::emit::hcl::{Hcl, body};
use tierc::emit::terraform;

use super::tools::{ask, command, optional, tool};
use super::trees::{Tree, Trees, rendered};
use crate::support::project;

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

/// The modules of the root: a stub of the published variables of each, with the outputs that the
/// root reads. Secrets cannot be outputs of a stub.
const MODULES: [(&str, &str, &[&str]); 3] = [
    (
        "terraform-aws-modules/rds/aws",
        "rds",
        &["db_instance_address"],
    ),
    (
        "terraform-aws-modules/elasticache/aws",
        "elasticache",
        &[
            "replication_group_configuration_endpoint_address",
            "replication_group_primary_endpoint_address",
        ],
    ),
    ("terraform-aws-modules/eks/aws", "eks", &[]),
];

/// The arguments that are secrets.
const SECRETS: [&str; 2] = ["password_wo", "auth_token"];

/// What stands in for the network, the cluster and the secrets.
const INPUTS: &str = r#"
region = "us-east-1"
network = {
  database_subnet_group_name  = "database"
  database_security_group_ids = ["sg-database"]
  redis_subnet_group_name     = "redis"
  redis_security_group_ids    = ["sg-redis"]
  vpc_id                      = "vpc-a"
  node_subnet_ids             = ["subnet-a", "subnet-b"]
}
cluster = {
  name               = "prod-eks"
  kubernetes_version = "1.33"
}
database_password = "from a test"
redis_auth_tokens = { queue = "from a test" }
"#;

fn names(declarations: &str) -> impl Iterator<Item = &str> {
    declarations.lines().filter_map(|line| {
        let rest = line.strip_prefix("variable \"")?;
        rest.split('"').next()
    })
}

/// The block that begins with `head`, up to a `}` at the start of a line.
fn without_block(text: &str, head: &str) -> String {
    let start = text.find(&format!("\n{head} {{\n")).unwrap();
    let end = start + text[start..].find("\n}\n").unwrap() + 3;
    format!("{}{}", &text[..start], &text[end..])
}

/// `root` with the stubs in place of the modules, and without the provider, which needs a network.
fn stubbed_root(folder: &Path, root: &str) -> Module {
    let mut main = without_block(&without_block(root, "terraform"), "provider \"aws\"");
    let mut outputs = String::new();
    let base = folder.join("root");
    for (source, name, answers) in MODULES {
        let local = format!("\"./{name}\"");
        assert!(main.contains(source), "{source}");
        main = main.replace(&format!("\"{source}\""), &local);
        let stub = std::fs::read_to_string(project(&format!("tests/consumers/modules/{name}.tf")));
        let stub = stub.unwrap();
        let shown = names(&stub).filter(|name| !SECRETS.contains(name));
        let shown: String = shown.map(|it| format!("    {it} = var.{it}\n")).collect();
        let mut told = format!("output \"arguments\" {{\n  value = {{\n{shown}  }}\n}}\n");
        for answer in answers {
            told += &format!("output \"{answer}\" {{ value = \"an address\" }}\n");
        }
        std::fs::create_dir_all(base.join(name)).unwrap();
        std::fs::write(base.join(name).join("variables.tf"), stub).unwrap();
        std::fs::write(base.join(name).join("outputs.tf"), told).unwrap();
    }
    let versions = main
        .lines()
        .filter(|line| !line.trim_start().starts_with("version "));
    let main: String = versions.map(|line| format!("{line}\n")).collect();
    outputs += "output \"rds\" { value = module.rds.arguments }\n";
    outputs += "output \"eks\" { value = module.eks.arguments }\n";
    outputs += "output \"node_groups\" { value = module.eks.arguments.eks_managed_node_groups }\n";
    for name in ["rds_replicas", "elasticache"] {
        outputs += &format!(
            "output \"{name}\" {{ value = {{ for key, it in module.{name} : key => it.arguments }} }}\n"
        );
    }
    std::fs::write(base.join("main.tf"), main).unwrap();
    std::fs::write(base.join("outputs.tf"), outputs).unwrap();
    std::fs::write(base.join("variables.tf"), terraform::variables_tf()).unwrap();
    std::fs::write(base.join("inputs.auto.tfvars"), INPUTS).unwrap();
    Module {
        program: PathBuf::new(),
        folder: base,
    }
}

/// The attributes that are meant and do not arrive at the module's argument of the same name.
fn lost(meant: &Value, planned: &Value) -> Vec<String> {
    let mut lost = Vec::new();
    let mut compare = |at: &str, meant: &Value, planned: &Value| {
        for (name, value) in meant.as_object().unwrap() {
            if given(planned[name].clone()) != *value {
                lost.push(format!("{at}.{name}"));
            }
        }
    };
    compare("rds", &meant["rds"], &planned["rds"]);
    for map in ["rds_replicas", "elasticache", "node_groups"] {
        for (key, value) in meant[map].as_object().unwrap() {
            compare(map, value, &planned[map][key]);
        }
    }
    for arguments in ["rds_replicas", "elasticache"]
        .iter()
        .flat_map(|map| planned[*map].as_object().into_iter().flatten())
        .map(|(_, it)| it)
        .chain([&planned["rds"], &planned["eks"]])
    {
        if arguments["tags"] != meant["tags"] {
            lost.push("tags".into());
        }
    }
    lost
}

fn root(program: &Path, folder: &Path, text: &str) -> Module {
    let module = stubbed_root(folder, text);
    let module = Module {
        program: program.to_owned(),
        ..module
    };
    ask(&mut module.run(&["init", "-backend=false", "-input=false"])).accepted();
    ask(&mut module.run(&["validate"])).accepted();
    module
}

#[test]
fn the_root_passes_every_attribute_to_the_published_modules() {
    let Some(program) = optional("terraform") else {
        return;
    };
    let trees = rendered();
    let module = root(&program, trees.folder(), terraform::main_tf());
    for tree in trees.iter() {
        let planned = module.plan(&tree.tfvars());
        let lost = lost(&meant(&trees, &tree), &planned);
        assert_eq!(lost, Vec::<String>::new(), "{}", tree.name());
        let rds = &planned["rds"];
        assert_eq!(rds["db_subnet_group_name"], "database");
        assert_eq!(rds["password_wo_version"], 1);
        assert_eq!(planned["eks"]["name"], "prod-eks");
        assert_eq!(planned["eks"]["addons"]["vpc-cni"]["before_compute"], true);
    }
}

/// Without this, the test above would not show that it sees what the root leaves out.
#[test]
fn an_attribute_that_the_root_does_not_pass_is_seen() {
    let Some(program) = optional("terraform") else {
        return;
    };
    let trees = rendered();
    let tree = trees.get("large");
    let line = terraform::main_tf()
        .lines()
        .find(|line| line.contains("= var.rds.deletion_protection"));
    let without = terraform::main_tf().replacen(line.unwrap(), "", 1);
    let module = root(&program, trees.folder(), &without);
    let lost = lost(&meant(&trees, &tree), &module.plan(&tree.tfvars()));
    assert_eq!(lost, ["rds.deletion_protection"]);
}

/// What the modules drop without a word (rds 7.2, elasticache 1.10, eks 21.19): no tfvars may rely on it.
#[test]
fn no_tree_relies_on_what_a_module_drops() {
    let trees = rendered();
    for tree in trees.iter() {
        let meant = meant(&trees, &tree);
        // `modules/db_instance`: a replica has the engine, the user and the database of its source.
        for (name, replica) in meant["rds_replicas"].as_object().unwrap() {
            for attribute in ["engine", "engine_version", "family", "storage_encrypted"] {
                assert_eq!(
                    replica[attribute], meant["rds"][attribute],
                    "{name}.{attribute}"
                );
            }
            for attribute in ["username", "db_name"] {
                assert_eq!(replica.get(attribute), None, "{name}.{attribute}");
            }
        }
        // `aws_elasticache_replication_group`: what belongs to the other mode is set to null, and
        // failover is on with several zones or in cluster mode.
        for (name, group) in meant["elasticache"].as_object().unwrap() {
            let clustered = group["cluster_mode_enabled"] == true;
            assert_eq!(
                group.get("num_cache_clusters").is_some(),
                !clustered,
                "{name}"
            );
            assert_eq!(group.get("num_node_groups").is_some(), clustered, "{name}");
            let forced = clustered || group["multi_az_enabled"] == true;
            assert!(
                !forced || group["automatic_failover_enabled"] == true,
                "{name}"
            );
            // Two blocks of one parameter are one, as long as they are equal.
            let parameters = group["parameters"].as_array().unwrap();
            let mode = json!({ "name": "cluster-enabled", "value": "yes" });
            assert!(!clustered || parameters.contains(&mode), "{name}");
        }
        // `aws_eks_node_group`: changes of `desired_size` are ignored, because the autoscaler owns it.
        for (name, group) in meant["node_groups"].as_object().unwrap() {
            assert_eq!(group["desired_size"], group["min_size"], "{name}");
        }
    }
}

#[test]
fn secrets_reach_the_modules_and_nothing_else() {
    let main = terraform::main_tf();
    let readers = |input: &str| {
        let lines = main.lines().map(str::trim);
        lines
            .filter(|line| line.contains(input))
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let password = readers("var.database_password");
    let compact = |line: &String| line.split_whitespace().collect::<Vec<_>>().join(" ");
    let password: Vec<String> = password.iter().map(compact).collect();
    assert_eq!(
        password,
        [
            "password_wo = var.database_password",
            "password_wo_version = var.database_password_version"
        ]
    );
    let tokens = readers("var.redis_auth_tokens");
    assert_eq!(tokens.len(), 1, "{tokens:?}");
    let token = compact(&tokens[0]);
    assert!(token.starts_with("auth_token = "), "{token}");
}

/// The addresses in the commands of plans and of the runbook.
#[test]
fn the_root_names_its_modules_as_plans_do() {
    let main = terraform::main_tf();
    for (name, source) in [
        ("rds", "terraform-aws-modules/rds/aws"),
        ("rds_replicas", "terraform-aws-modules/rds/aws"),
        ("eks", "terraform-aws-modules/eks/aws"),
    ] {
        let block = main
            .split(&format!("\nmodule \"{name}\" {{\n"))
            .nth(1)
            .unwrap();
        let first = block.lines().next().unwrap();
        assert!(first.ends_with(&format!("= \"{source}\"")), "{first}");
    }
    assert!(main.contains("  eks_managed_node_groups = var.node_groups\n"));
}

#[test]
fn terraform_would_lay_the_root_out_the_same_way() {
    let Some(program) = optional("terraform") else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("main.tf"), terraform::main_tf()).unwrap();
    let mut run = command(&program, folder.path());
    run.args(["fmt", "-check", "-diff"]).arg(folder.path());
    assert_eq!(ask(&mut run).accepted(), "");
}
