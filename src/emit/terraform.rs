//! Terraform variables with the attribute names of common modules: terraform-aws-modules' `rds`
//! (7), `elasticache` (1) and `eks` (managed node groups). They contain no secret: the RDS password
//! comes from the user's root module, as `password_wo`.

mod elasticache;
mod node_groups;
mod rds;

pub use elasticache::{Snapshots, maintenance_window, snapshots};
pub use rds::{forced_ssl, forces_ssl_by_default, parameter_group_name};

use crate::catalogue::Catalogue;
use crate::model::{Apply, Environment};

use super::hcl::{Hcl, body};

/// The matching declarations, for `tierc schema --terraform`.
#[must_use]
pub fn variables_tf() -> &'static str {
    include_str!("../../schema/variables.tf")
}

/// The root module that passes the variables to the public modules, for `tierc schema --terraform
/// --root`.
#[must_use]
pub fn main_tf() -> &'static str {
    include_str!("../../schema/main.tf")
}

/// `terraform/NAME.tfvars`, without its header.
#[must_use]
pub fn tfvars(environment: &Environment, catalogue: &Catalogue) -> String {
    let parts: Vec<String> = variables(environment, catalogue)
        .iter()
        .map(|variable| body(std::slice::from_ref(variable)))
        .collect();
    parts.join("\n")
}

/// The variables of an environment, in output order.
#[must_use]
pub fn variables(environment: &Environment, catalogue: &Catalogue) -> Vec<(String, Hcl)> {
    let mut variables = vec![
        ("rds".to_owned(), rds::source(environment)),
        ("rds_replicas".to_owned(), rds::replicas(environment)),
    ];
    if !environment.redis.is_empty() {
        variables.push((
            "elasticache".to_owned(),
            elasticache::groups(environment, catalogue),
        ));
    }
    variables.extend([
        (
            "node_groups".to_owned(),
            node_groups::groups(environment, catalogue),
        ),
        ("tags".to_owned(), tags(environment)),
    ]);
    variables
}

fn tags(environment: &Environment) -> Hcl {
    let mut tags = vec![
        ("app".to_owned(), Hcl::text(&environment.app.value)),
        (
            "environment".to_owned(),
            Hcl::text(&environment.environment.value),
        ),
        ("managed-by".to_owned(), Hcl::text("tierc")),
        ("tier".to_owned(), Hcl::text(environment.tier.value)),
    ];
    for (name, value) in &environment.labels {
        tags.retain(|(known, _)| known != name);
        tags.push((name.clone(), Hcl::text(&value.value)));
    }
    tags.sort_by(|a, b| a.0.cmp(&b.0));
    Hcl::Object(tags)
}

fn number(value: u32) -> Hcl {
    Hcl::Number(u64::from(value))
}

fn named<const N: usize>(
    attributes: [(&str, Hcl); N],
) -> impl Iterator<Item = (String, Hcl)> + use<N> {
    attributes
        .map(|(name, value)| (name.to_owned(), value))
        .into_iter()
}

/// Whether AWS applies changes at once. ElastiCache has no attribute of its own and follows the
/// database's.
fn apply_immediately(environment: &Environment) -> Hcl {
    Hcl::Bool(environment.database.maintenance.apply.value == Apply::Now)
}
