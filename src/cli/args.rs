//! The arguments of every command.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use super::gate::Gate;
use crate::compile::CatalogueTexts;
use crate::emit::values_template::layouts::LAYOUTS;

/// Compile one KDL file per environment into the files that run it on AWS.
///
/// tierc writes Helm values, autoscalers, PgBouncer manifests, alerts, Terraform variables and a
/// runbook, and first checks that they fit together.
#[derive(Debug, Parser)]
#[command(name = "tierc", version, max_term_width = 100, after_help = EXIT_CODES)]
pub(super) struct Arguments {
    /// When to colour the output.
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto, value_name = "WHEN", display_order = 900)]
    pub(super) color: Color,
    #[command(subcommand)]
    pub(super) command: Command,
}

const EXIT_CODES: &str = "\
Exit codes:
  0  success
  1  wrong arguments; an error from a file, Git or Prometheus; an internal error
  2  two states differ (diff and plan with --detailed-exitcode); a file would change (check --fix --diff)
  3  the input breaks a rule or the language, or no safe plan exists
  4  a limit of --fail-on was exceeded
  5  the committed output is stale";

/// When to colour the output.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum Color {
    /// Only if the output is a terminal; respects NO_COLOR and CLICOLOR_FORCE.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// The output format of findings and lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum FindingsFormat {
    /// Text for people.
    Human,
    /// JSON for programs.
    Json,
}

/// The output format of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum ReportFormat {
    /// Text for a terminal.
    Human,
    /// JSON for programs; `tierc schema --report` prints its schema.
    Json,
    /// Markdown for a pull request comment.
    Markdown,
}

/// The output format of a report that can also be a web page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum PageFormat {
    /// Text for a terminal.
    Human,
    /// JSON for programs; `tierc schema --report` prints its schema.
    Json,
    /// Markdown for a pull request comment, at most 65,536 characters.
    Markdown,
    /// One self-contained web page.
    Html,
}

/// The output format of a resolved environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum ShowFormat {
    /// KDL, with the origin of every value.
    Kdl,
    /// JSON: the environment, and the origin of each path.
    Json,
    /// JSON: what a values template reads (docs/your-chart.md).
    Template,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Check files against every rule and print all findings.
    Check(Check),
    /// Compile files and write the generated trees.
    Render(Render),
    /// Print every value of an environment and where it comes from.
    Show(Show),
    /// Print the arithmetic behind a value, and what depends on it.
    Why(Why),
    /// Explain a rule, or list all rules.
    Explain(Explain),
    /// Compare two states: values, resources, cost and disruption.
    Diff(Diff),
    /// Split a change into safe steps, each with its commands.
    Plan(PlanArgs),
    /// List the environments whose output changes since a Git revision.
    Affected(Affected),
    /// Print the monthly cost of environments: floor and ceiling, by layer.
    Cost(CostArgs),
    /// Forecast when metrics reach their thresholds, and propose the cheapest change.
    Capacity(CapacityArgs),
    /// Import prices from the price lists that AWS publishes.
    Prices(PricesArgs),
    /// Print the five tiers side by side.
    Tiers(TiersArgs),
    /// Print the JSON Schema of a resolved environment, or another schema.
    Schema(Schema),
    /// Print a values template for a common chart, or list all.
    Layout(LayoutArgs),
    /// Print shell completions.
    Completions(Completions),
    /// Print the man page.
    Man,
}

/// The options of every command that compiles.
#[derive(Clone, Debug, Args)]
pub(super) struct Common {
    /// A folder with files that add to the built-in catalogue: tiers.kdl, instances.kdl, prices.kdl,
    /// discounts.kdl [default: the folder `catalogue` in or beside the folder of the environments, if
    /// there is one].
    #[arg(long, value_name = "DIR")]
    pub(super) catalogue: Option<PathBuf>,
    /// Use this day as today, to repeat an earlier run.
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub(super) today: Option<jiff::civil::Date>,
}

#[derive(Debug, Args)]
pub(super) struct Check {
    /// Files, or folders with *.kdl files.
    #[arg(default_value = "environments", value_name = "PATH")]
    pub(super) paths: Vec<PathBuf>,
    #[command(flatten)]
    pub(super) common: Common,
    /// The output format.
    #[arg(long, value_enum, default_value_t = CheckFormat::Human)]
    pub(super) format: CheckFormat,
    /// Which notes to show. Errors and warnings are always shown.
    #[arg(long, value_enum, default_value_t = ShownNotes::Folded, value_name = "WHICH")]
    pub(super) notes: ShownNotes,
    /// Fail on warnings as well as errors.
    #[arg(long, value_enum, value_name = "WHAT")]
    pub(super) deny: Option<Deny>,
    /// Apply the repairs that are safe, and write the files. A safe repair keeps what was meant, costs
    /// no more and interrupts nothing. Comments and formatting are kept.
    #[arg(long)]
    pub(super) fix: bool,
    /// Apply the other repairs too; read the diff before you commit it.
    #[arg(long = "unsafe", requires = "fix")]
    pub(super) all: bool,
    /// Write nothing; print what `--fix` would change.
    #[arg(long, requires = "fix", conflicts_with = "format")]
    pub(super) diff: bool,
}

/// The output format of findings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum CheckFormat {
    /// Text for people.
    Human,
    /// JSON for programs; `tierc schema --report` prints its schema.
    Json,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// Workflow commands of GitHub Actions: annotations in a pull request.
    Github,
    /// A Code Quality report of GitLab.
    Gitlab,
    /// JUnit XML: test results.
    Junit,
}

/// Which notes to show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum ShownNotes {
    /// One of each rule in each file, and the number of the others. Formats for programs have all.
    Folded,
    /// All.
    All,
    /// None.
    None,
}

/// What makes a run fail besides errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Deny {
    /// Warnings.
    Warnings,
}

#[derive(Debug, Args)]
pub(super) struct Render {
    /// Files, or folders with *.kdl files.
    #[arg(default_value = "environments", value_name = "PATH")]
    pub(super) paths: Vec<PathBuf>,
    #[command(flatten)]
    pub(super) common: Common,
    /// The output folder; it gets one folder per environment.
    #[arg(long, default_value = "generated", value_name = "DIR")]
    pub(super) out: PathBuf,
    /// Write nothing, and fail if a tree is not up to date.
    #[arg(long, conflicts_with = "dry_run")]
    pub(super) check: bool,
    /// Write nothing, and list what would be written.
    #[arg(long)]
    pub(super) dry_run: bool,
    /// Remove the trees of environments that are not part of this run.
    #[arg(long, conflicts_with = "check")]
    pub(super) prune: bool,
    /// Validate the Helm values against this chart's values.schema.json before writing anything. They
    /// are merged over its values.yaml first.
    #[arg(long, value_name = "DIR")]
    pub(super) chart: Option<PathBuf>,
    /// Fail on warnings as well as errors.
    #[arg(long, value_enum, value_name = "WHAT")]
    pub(super) deny: Option<Deny>,
}

#[derive(Debug, Args)]
pub(super) struct Show {
    /// The environment's file.
    #[arg(value_name = "FILE")]
    pub(super) file: PathBuf,
    #[command(flatten)]
    pub(super) common: Common,
    /// The output format.
    #[arg(long, value_enum, default_value_t = ShowFormat::Kdl)]
    pub(super) format: ShowFormat,
}

#[derive(Debug, Args)]
pub(super) struct Why {
    /// The environment's file.
    #[arg(value_name = "FILE")]
    pub(super) file: PathBuf,
    /// A path such as pgbouncer.pool.max-db, or the start of one to list every value below it.
    /// `schedule` shows the next seven days with their off-hours and events.
    #[arg(value_name = "PATH")]
    pub(super) path: String,
    #[command(flatten)]
    pub(super) common: Common,
}

#[derive(Debug, Args)]
pub(super) struct Explain {
    /// A rule, such as connection-budget-exceeded. Without it, list all rules.
    #[arg(value_name = "CODE")]
    pub(super) code: Option<String>,
}

/// The two states that a command compares.
#[derive(Debug, Args)]
pub(super) struct ComparedArgs {
    /// BEFORE and AFTER. With --base or --committed: files or folders [default: environments].
    ///
    /// BEFORE and AFTER are each a file, a folder, FILE@tier (the file on another tier), REV:PATH (a
    /// file or folder at a Git revision), a generated tree, or a folder of generated trees. AFTER may
    /// be @tier alone: BEFORE's file on another tier.
    #[arg(value_name = "SIDE")]
    pub(super) named: Vec<String>,
    /// Compare the files with the same files at a Git revision.
    #[arg(long, value_name = "REV", conflicts_with = "committed")]
    pub(super) base: Option<String>,
    /// Compare the files with their generated trees.
    #[arg(long)]
    pub(super) committed: bool,
    /// The folder of the generated trees.
    #[arg(
        long,
        default_value = "generated",
        value_name = "DIR",
        requires = "committed"
    )]
    pub(super) out: PathBuf,
}

#[derive(Debug, Args)]
pub(super) struct Diff {
    #[command(flatten)]
    pub(super) compared: ComparedArgs,
    #[command(flatten)]
    pub(super) common: Common,
    /// The output format.
    #[arg(long, value_enum, default_value_t = PageFormat::Human)]
    pub(super) format: PageFormat,
    /// List every value with its class, cause and fingerprint.
    #[arg(long)]
    pub(super) all: bool,
    /// Add the unified diff of every generated file. If a side is a generated tree, its files are
    /// read from disk, not rendered again.
    #[arg(long)]
    pub(super) artifacts: bool,
    /// Exit with 2 if the two states differ, as `terraform plan` does.
    #[arg(long)]
    pub(super) detailed_exitcode: bool,
    /// Exit with 4 if the change exceeds a limit; may be repeated. disruption=failover means this
    /// disruption or worse. cost=+20% and cost=+500 apply to the floor and to the ceiling.
    #[arg(long, value_name = "LIMIT")]
    pub(super) fail_on: Vec<Gate>,
    /// Exempt the change or the diff with this fingerprint from the limits; may be repeated.
    #[arg(long, value_name = "FINGERPRINT", requires = "fail_on")]
    pub(super) approve: Vec<String>,
}

#[derive(Debug, Args)]
pub(super) struct PlanArgs {
    /// The old state: a file, a folder, FILE@tier (the file on another tier), REV:PATH (a file or
    /// folder at a Git revision), a generated tree, or a folder of generated trees.
    #[arg(value_name = "BEFORE")]
    pub(super) before: String,
    /// The new state, in the same forms, or @tier alone: BEFORE's file on another tier.
    #[arg(value_name = "AFTER")]
    pub(super) after: String,
    #[command(flatten)]
    pub(super) common: Common,
    /// The output format.
    #[arg(long, value_enum, default_value_t = ReportFormat::Human)]
    pub(super) format: ReportFormat,
    /// Exit with 2 if the two states differ, as `terraform plan` does.
    #[arg(long)]
    pub(super) detailed_exitcode: bool,
    /// Write the scripts of each step into DIR, with the generated trees that they read. 00 is BEFORE.
    /// 01 is the state after step 1, with apply.sh, verify.sh and undo.sh of that step, and so on.
    #[arg(long, value_name = "DIR")]
    pub(super) out: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct Affected {
    /// The Git revision to compare with.
    #[arg(long, value_name = "REV")]
    pub(super) base: String,
    /// Files, or folders with *.kdl files.
    #[arg(default_value = "environments", value_name = "PATH")]
    pub(super) paths: Vec<PathBuf>,
    #[command(flatten)]
    pub(super) common: Common,
    /// The output format.
    #[arg(long, value_enum, default_value_t = FindingsFormat::Human)]
    pub(super) format: FindingsFormat,
}

#[derive(Debug, Args)]
pub(super) struct CostArgs {
    /// Files, or folders with *.kdl files.
    #[arg(default_value = "environments", value_name = "PATH")]
    pub(super) paths: Vec<PathBuf>,
    #[command(flatten)]
    pub(super) common: Common,
    /// The output format.
    #[arg(long, value_enum, default_value_t = ReportFormat::Human)]
    pub(super) format: ReportFormat,
    /// Print every environment in detail, as if it were the only one.
    #[arg(long)]
    pub(super) detail: bool,
}

#[derive(Debug, Args)]
#[command(group(clap::ArgGroup::new("source").required(true).args(["metrics", "prometheus"])))]
pub(super) struct CapacityArgs {
    /// The environment's file.
    #[arg(value_name = "FILE")]
    pub(super) file: PathBuf,
    /// A CSV file with the columns time, metric, component, value (docs/capacity.md).
    #[arg(long, value_name = "FILE.csv")]
    pub(super) metrics: Option<PathBuf>,
    /// Query this Prometheus instead; TIERC_PROMETHEUS_TOKEN may hold a bearer token.
    #[arg(long, value_name = "URL")]
    pub(super) prometheus: Option<String>,
    /// How many days to read, including today.
    #[arg(long, default_value_t = 30, value_name = "DAYS", value_parser = clap::value_parser!(u16).range(14..=92))]
    pub(super) days: u16,
    #[command(flatten)]
    pub(super) common: Common,
    /// The output format.
    #[arg(long, value_enum, default_value_t = PageFormat::Human)]
    pub(super) format: PageFormat,
}

#[derive(Debug, Args)]
pub(super) struct PricesArgs {
    #[command(subcommand)]
    pub(super) command: PricesCommand,
}

#[derive(Debug, Subcommand)]
pub(super) enum PricesCommand {
    /// Write a prices.kdl for the regions and instances of the environments (docs/prices.md).
    ///
    /// The file is complete, or it is not changed. An existing prices.kdl keeps the lines above those of
    /// an earlier import, and the imported lists of other services and regions.
    Import(PricesImport),
}

#[derive(Debug, Args)]
pub(super) struct PricesImport {
    /// Price lists of AmazonEC2, AmazonRDS, AmazonElastiCache and AmazonEKS, as CSV or JSON.
    #[arg(required = true, value_name = "FILE")]
    pub(super) files: Vec<PathBuf>,
    /// Files or folders of the environments whose prices are wanted.
    #[arg(long = "for", default_value = "environments", value_name = "PATH")]
    pub(super) environments: Vec<PathBuf>,
    /// Import the prices of every instance in the regions of the environments. Otherwise only those of
    /// the environments and of the five tiers.
    #[arg(long)]
    pub(super) all: bool,
    /// The file to write [default: prices.kdl in the folder of the catalogue].
    #[arg(long, value_name = "FILE")]
    pub(super) out: Option<PathBuf>,
    #[command(flatten)]
    pub(super) common: Common,
}

#[derive(Debug, Args)]
pub(super) struct TiersArgs {
    #[command(flatten)]
    pub(super) common: Common,
}

#[derive(Debug, Args)]
#[allow(clippy::struct_excessive_bools)] // each is a flag of its own
pub(super) struct Schema {
    /// Print the variables.tf that matches the tfvars.
    #[arg(long, conflicts_with = "helm")]
    pub(super) terraform: bool,
    /// With --terraform: print the main.tf that passes the tfvars to the rds, elasticache and eks
    /// modules of terraform-aws-modules.
    #[arg(long, requires = "terraform")]
    pub(super) root: bool,
    /// Print the JSON Schema of the Helm values.
    #[arg(long)]
    pub(super) helm: bool,
    /// Print the JSON Schema of the reports of `--format json`.
    #[arg(long, conflicts_with_all = ["terraform", "helm"])]
    pub(super) report: bool,
    /// Print the JSON Schema of what a values template reads.
    #[arg(long, conflicts_with_all = ["terraform", "helm", "report"])]
    pub(super) template: bool,
    /// Print a file of the built-in catalogue: tiers.kdl, instances.kdl, discounts.kdl or
    /// prices/REGION.kdl.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["terraform", "helm", "report", "template"])]
    #[arg(value_parser = clap::builder::PossibleValuesParser::new(CatalogueTexts::built_in_files()))]
    #[arg(hide_possible_values = true)]
    pub(super) built_in: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct LayoutArgs {
    /// A layout, such as app-template. Without it, list all layouts.
    #[arg(value_name = "NAME", value_parser = clap::builder::PossibleValuesParser::new(LAYOUTS.iter().map(|layout| layout.name)))]
    pub(super) name: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct Completions {
    /// The shell.
    #[arg(value_enum, value_name = "SHELL")]
    pub(super) shell: Shell,
}
