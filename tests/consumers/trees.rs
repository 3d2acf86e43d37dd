//! The trees that the consumers read: the five shipped environments, and those of
//! `tests/cases/consumers`, which hold what the five do not use.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;
use tierc::catalogue::Catalogue;
use tierc::compile::{CatalogueTexts, Input, Run, compile};
use tierc::model::Environment;

use super::tools::ask;
use crate::support::{documents, files, today};

/// The output of one run of tierc for one test; removed on drop.
pub(crate) struct Trees {
    folder: TempDir,
    run: Run,
}

/// One environment and the folder of its tree.
pub(crate) struct Tree<'a> {
    pub(crate) environment: &'a Environment,
    pub(crate) folder: PathBuf,
}

/// Renders every environment with the program itself.
pub(crate) fn rendered() -> Trees {
    let mut sources = files("environments", "kdl");
    sources.extend(files("tests/cases/consumers", "kdl"));
    let folder = tempfile::tempdir().unwrap();
    let day = today().to_string();
    let mut render = Command::new(env!("CARGO_BIN_EXE_tierc"));
    render
        .args(["render", "--today", &day, "--out"])
        .arg(folder.path().join("generated"));
    ask(render.args(&sources)).accepted();
    let inputs = sources
        .iter()
        .map(|path| Input {
            name: path.file_name().unwrap().to_string_lossy().into_owned(),
            bytes: std::fs::read(path).unwrap(),
        })
        .collect();
    let run = compile(inputs, &CatalogueTexts::embedded(), today());
    assert!(!run.has_errors());
    Trees { folder, run }
}

impl Trees {
    /// A folder beside the trees.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn catalogue(&self) -> &Catalogue {
        &self.run.catalogue
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = Tree<'_>> {
        let generated = self.folder.path().join("generated");
        self.run.files.iter().map(move |file| {
            let environment = file.environment.as_ref().unwrap();
            Tree {
                environment,
                folder: generated.join(environment.environment.value.as_str()),
            }
        })
    }

    /// The tree of one environment.
    pub(crate) fn get(&self, name: &str) -> Tree<'_> {
        self.iter().find(|tree| tree.name() == name).unwrap()
    }

    /// Every file below `kubernetes/` but the kustomization.
    pub(crate) fn manifests(&self) -> Vec<PathBuf> {
        self.iter().flat_map(|tree| tree.manifests()).collect()
    }
}

impl Tree<'_> {
    pub(crate) fn name(&self) -> &str {
        self.environment.environment.value.as_str()
    }

    pub(crate) fn values(&self) -> PathBuf {
        self.folder.join("helm/values.yaml")
    }

    pub(crate) fn tfvars(&self) -> PathBuf {
        self.folder
            .join(format!("terraform/{}.tfvars", self.name()))
    }

    /// Every file below `kubernetes/` but the kustomization, sorted.
    pub(crate) fn manifests(&self) -> Vec<PathBuf> {
        let mut found: Vec<PathBuf> = std::fs::read_dir(self.folder.join("kubernetes"))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| !path.ends_with("kustomization.yaml"))
            .collect();
        found.sort();
        found
    }

    /// Every object of the manifests.
    pub(crate) fn objects(&self) -> Vec<Value> {
        self.manifests()
            .iter()
            .flat_map(|path| read(path))
            .collect()
    }
}

/// The documents of a YAML file.
pub(crate) fn read(path: &Path) -> Vec<Value> {
    documents(&std::fs::read_to_string(path).unwrap())
}
