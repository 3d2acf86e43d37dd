//! The files that run an environment, as a map from path to text.

pub mod alerts;
mod attribute_values;
pub mod endpoint;
pub mod hcl;
pub mod header;
pub mod helm;
mod indent;
pub mod kubernetes;
pub mod load_test;
pub mod lock;
mod metadata;
pub mod pgbouncer;
pub mod placement;
pub mod runbook;
pub mod secret;
pub mod template;
pub mod terraform;
pub mod values_template;
pub mod yaml;

use std::collections::BTreeMap;

use alerts::Watch;

use crate::catalogue::Catalogue;
use crate::model::{Environment, Portion, Waiver};

/// The values of the chart.
pub const VALUES: &str = "helm/values.yaml";

/// Generated files by path relative to the environment's tree, with `/`.
pub type Artifacts = BTreeMap<String, String>;

/// A number or a percentage of pods, as Kubernetes has it.
fn portion(portion: Portion) -> yaml::YamlValue {
    match portion {
        Portion::Count(count) => yaml::YamlValue::from(count),
        Portion::Percent(_) => yaml::YamlValue::from(portion.to_string()),
    }
}

/// Every file of an environment. `source_name` is the file name of its source, for the headers.
/// `waivers` are the waivers of that file, if they are known.
#[must_use]
pub fn emit(
    environment: &Environment,
    waivers: Option<&[Waiver]>,
    catalogue: &Catalogue,
    source_name: &str,
) -> Artifacts {
    emit_with(
        Artifacts::new(),
        environment,
        waivers,
        catalogue,
        source_name,
    )
}

/// The same with additional files, which the record lists as well. They replace tierc's own of the
/// same path.
#[must_use]
pub fn emit_with(
    more: Artifacts,
    environment: &Environment,
    waivers: Option<&[Waiver]>,
    catalogue: &Catalogue,
    source_name: &str,
) -> Artifacts {
    let mut artifacts = files(environment, catalogue, source_name);
    artifacts.extend(more);
    let lock = lock::lock(
        environment,
        waivers,
        &catalogue.version,
        source_name,
        &artifacts,
    );
    artifacts.insert("tierc.lock.json".into(), lock);
    artifacts
}

/// The files for the cluster: manifests, and the values of the chart.
#[must_use]
pub fn for_the_cluster(
    environment: &Environment,
    catalogue: &Catalogue,
    source_name: &str,
) -> Artifacts {
    watched(
        environment,
        catalogue,
        &Watch::of(environment, catalogue),
        source_name,
    )
}

fn watched(
    environment: &Environment,
    catalogue: &Catalogue,
    watch: &Watch,
    source_name: &str,
) -> Artifacts {
    let mut artifacts = kubernetes::kubernetes(environment, catalogue, watch, source_name);
    artifacts.insert(
        VALUES.into(),
        yaml::documents(&[helm::values(environment)], source_name),
    );
    artifacts
}

/// Every file except the record, which repeats the others' facts.
#[must_use]
pub fn files(environment: &Environment, catalogue: &Catalogue, source_name: &str) -> Artifacts {
    let watch = Watch::of(environment, catalogue);
    let mut artifacts = watched(environment, catalogue, &watch, source_name);
    let tfvars = format!(
        "{}\n{}",
        header::header(source_name),
        terraform::tfvars(environment, catalogue)
    );
    artifacts.insert(
        format!("terraform/{}.tfvars", environment.environment.value),
        tfvars,
    );
    artifacts.extend(load_test::load_tests(environment, source_name));
    artifacts.insert(
        "RUNBOOK.md".into(),
        runbook::runbook(environment, catalogue, &watch, source_name),
    );
    artifacts
}
