//! The arguments of every command.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use super::gate::Gate;
use crate::compile::CatalogueTexts;

/// Compiles one KDL file per environment into everything that runs it.
#[derive(Debug, Parser)]
#[command(name = "tierc", version, max_term_width = 100, after_help = EXIT_CODES)]
pub(super) struct Arguments {
    /// When to colour the output.
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto, value_name = "WHEN", display_order = 900)]
    pub(super) color: Color,
    #[command(subcommand)]
    pub(super) command: Command,
}

const EXIT_CODES: &str = "Exit codes: 0 fine, 1 usage or files, 2 two states differ, 3 read but wrong, 4 a limit was exceeded, 5 committed output is stale.";

/// When to colour.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum Color {
    /// When the output is a terminal; NO_COLOR and CLICOLOR_FORCE are respected.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// How results are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// For people.
    Human,
    /// For programs.
    Json,
}

/// How a report is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum ReportFormat {
    /// For people at a terminal.
    Human,
    /// For programs; `tierc schema --report` describes it.
    Json,
    /// For a comment on a pull request.
    Markdown,
}

/// How a report is written that a browser may show too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum PageFormat {
    /// For people at a terminal.
    Human,
    /// For programs; `tierc schema --report` describes it.
    Json,
    /// For a comment on a pull request: at most 65,536 characters.
    Markdown,
    /// For a browser: one file that loads nothing.
    Html,
}

/// How a resolved environment is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum ShowFormat {
    /// Node by node as in a file, every value with its origin.
    Kdl,
    /// As JSON: the environment, and the origins by path.
    Json,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Read files and run every rule; print all findings.
    Check(Check),
    /// Compile files and write the trees.
    Render(Render),
    /// Print the resolved environment, every value with its origin.
    Show(Show),
    /// Say where a value comes from and what depends on it.
    Why(Why),
    /// Explain a rule, or list them all.
    Explain(Explain),
    /// Print what changes between two states: values, resources, money, disruption.
    Diff(Diff),
    /// Print the safe order of a change, each step with its commands.
    Plan(Plan),
    /// List the environments whose output a branch changes.
    Affected(Affected),
    /// Print what environments cost a month, floor and ceiling, by layer.
    Cost(Cost),
    /// Project metrics: days until each threshold, and the cheapest change that makes room.
    Capacity(Capacity),
    /// Print the tier catalogue as a table.
    Tiers(Tiers),
    /// Print the JSON Schema of a resolved environment, or what goes with the output.
    Schema(Schema),
    /// Print completions for a shell.
    Completions(Completions),
    /// Print the man page.
    Man,
}

/// What every command that compiles takes.
#[derive(Clone, Debug, Args)]
pub(super) struct Common {
    /// A folder with tiers.kdl, instances.kdl and prices.kdl instead of the built-in catalogue.
    #[arg(long, value_name = "DIR")]
    pub(super) catalogue: Option<PathBuf>,
    /// The day that counts as today, so that a run can be repeated.
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub(super) today: Option<jiff::civil::Date>,
}

#[derive(Debug, Args)]
pub(super) struct Check {
    /// Files, or folders of *.kdl files.
    #[arg(default_value = "environments", value_name = "PATH")]
    pub(super) paths: Vec<PathBuf>,
    #[command(flatten)]
    pub(super) common: Common,
    /// How findings are written.
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub(super) format: Format,
    /// Fail on warnings too.
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

/// What fails a run besides errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Deny {
    /// Warnings.
    Warnings,
}

#[derive(Debug, Args)]
pub(super) struct Render {
    /// Files, or folders of *.kdl files.
    #[arg(default_value = "environments", value_name = "PATH")]
    pub(super) paths: Vec<PathBuf>,
    #[command(flatten)]
    pub(super) common: Common,
    /// Where the trees go, one folder per environment.
    #[arg(long, default_value = "generated", value_name = "DIR")]
    pub(super) out: PathBuf,
    /// Write nothing; fail if the trees are not what would be written.
    #[arg(long, conflicts_with = "dry_run")]
    pub(super) check: bool,
    /// Write nothing; list what would be written.
    #[arg(long)]
    pub(super) dry_run: bool,
    /// Remove the trees in the output folder that are of no environment of this run.
    #[arg(long, conflicts_with = "check")]
    pub(super) prune: bool,
    /// Validate the values, over this chart's values.yaml, against its values.schema.json first.
    #[arg(long, value_name = "DIR")]
    pub(super) chart: Option<PathBuf>,
    /// Fail on warnings too.
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
    /// How it is written.
    #[arg(long, value_enum, default_value_t = ShowFormat::Kdl)]
    pub(super) format: ShowFormat,
}

#[derive(Debug, Args)]
pub(super) struct Why {
    /// The environment's file.
    #[arg(value_name = "FILE")]
    pub(super) file: PathBuf,
    /// A path such as pgbouncer.pool.max-db; the start of one lists what is below it. `schedule`
    /// shows what off-hours and events make of the next seven days.
    #[arg(value_name = "PATH")]
    pub(super) path: String,
    #[command(flatten)]
    pub(super) common: Common,
}

#[derive(Debug, Args)]
pub(super) struct Explain {
    /// The rule, such as connection-budget-exceeded; without one, all are listed.
    #[arg(value_name = "CODE")]
    pub(super) code: Option<String>,
}

/// The two states that a command compares.
#[derive(Debug, Args)]
pub(super) struct Compared {
    /// BEFORE and AFTER; with --base or --committed files or folders instead [default: environments].
    ///
    /// A side is a file, a folder, FILE@tier (the same file on another tier; @tier alone as AFTER
    /// is BEFORE's file), REV:PATH (a file or folder at a Git revision), or a generated tree or a
    /// folder of them.
    #[arg(value_name = "SIDE")]
    pub(super) named: Vec<String>,
    /// Compare the files with those of a Git revision.
    #[arg(long, value_name = "REV", conflicts_with = "committed")]
    pub(super) base: Option<String>,
    /// Compare the files with what the generated tree records.
    #[arg(long)]
    pub(super) committed: bool,
    /// Where the generated trees are.
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
    pub(super) compared: Compared,
    #[command(flatten)]
    pub(super) common: Common,
    /// How the report is written.
    #[arg(long, value_enum, default_value_t = PageFormat::Human)]
    pub(super) format: PageFormat,
    /// List every value with its class, cause and fingerprint.
    #[arg(long)]
    pub(super) all: bool,
    /// Add the unified diff of every rendered file; of a generated tree as it is, not as it would be
    /// rendered today.
    #[arg(long)]
    pub(super) artifacts: bool,
    /// Exit with 4 from a class of disruption on (disruption=failover), or when floor or ceiling
    /// grow by more (cost=+20%, cost=+500); may repeat.
    #[arg(long, value_name = "LIMIT")]
    pub(super) fail_on: Vec<Gate>,
    /// Accept a change, or a whole difference, whatever the limits say of it; may repeat.
    #[arg(long, value_name = "FINGERPRINT", requires = "fail_on")]
    pub(super) approve: Vec<String>,
}

#[derive(Debug, Args)]
pub(super) struct Plan {
    /// BEFORE: a file, a folder, FILE@tier (the same file on another tier), REV:PATH (a file or
    /// folder at a Git revision), or a generated tree or a folder of them.
    #[arg(value_name = "BEFORE")]
    pub(super) before: String,
    /// AFTER, in the same forms; @tier alone is BEFORE's file on another tier.
    #[arg(value_name = "AFTER")]
    pub(super) after: String,
    #[command(flatten)]
    pub(super) common: Common,
    /// How the plan is written.
    #[arg(long, value_enum, default_value_t = ReportFormat::Human)]
    pub(super) format: ReportFormat,
    /// Write the tree of every state here, for the commands to read: 00 is BEFORE, each number
    /// what its step leaves.
    #[arg(long, value_name = "DIR")]
    pub(super) out: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct Affected {
    /// The Git revision to compare with.
    #[arg(long, value_name = "REV")]
    pub(super) base: String,
    /// Files, or folders of *.kdl files.
    #[arg(default_value = "environments", value_name = "PATH")]
    pub(super) paths: Vec<PathBuf>,
    #[command(flatten)]
    pub(super) common: Common,
    /// How the report is written.
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub(super) format: Format,
}

#[derive(Debug, Args)]
pub(super) struct Cost {
    /// Files, or folders of *.kdl files.
    #[arg(default_value = "environments", value_name = "PATH")]
    pub(super) paths: Vec<PathBuf>,
    #[command(flatten)]
    pub(super) common: Common,
    /// How the report is written.
    #[arg(long, value_enum, default_value_t = ReportFormat::Human)]
    pub(super) format: ReportFormat,
    /// Every one of several environments in detail, as a single one always is.
    #[arg(long)]
    pub(super) detail: bool,
}

#[derive(Debug, Args)]
#[command(group(clap::ArgGroup::new("source").required(true).args(["metrics", "prometheus"])))]
pub(super) struct Capacity {
    /// The environment's file.
    #[arg(value_name = "FILE")]
    pub(super) file: PathBuf,
    /// A CSV file with the columns time, metric, component, value (docs/capacity.md).
    #[arg(long, value_name = "FILE.csv")]
    pub(super) metrics: Option<PathBuf>,
    /// A Prometheus to ask instead; TIERC_PROMETHEUS_TOKEN may hold a bearer token.
    #[arg(long, value_name = "URL")]
    pub(super) prometheus: Option<String>,
    /// How many days are read, up to and with today.
    #[arg(long, default_value_t = 30, value_name = "DAYS", value_parser = clap::value_parser!(u16).range(14..=92))]
    pub(super) days: u16,
    #[command(flatten)]
    pub(super) common: Common,
    /// How the report is written.
    #[arg(long, value_enum, default_value_t = PageFormat::Human)]
    pub(super) format: PageFormat,
}

#[derive(Debug, Args)]
pub(super) struct Tiers {
    #[command(flatten)]
    pub(super) common: Common,
}

#[derive(Debug, Args)]
pub(super) struct Schema {
    /// Print the variables.tf that matches the tfvars.
    #[arg(long, conflicts_with = "helm")]
    pub(super) terraform: bool,
    /// Print the JSON Schema of the Helm values.
    #[arg(long)]
    pub(super) helm: bool,
    /// Print the JSON Schema of the reports that are written as JSON.
    #[arg(long, conflicts_with_all = ["terraform", "helm"])]
    pub(super) report: bool,
    /// Print a file of the built-in catalogue, to begin one of your own with.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["terraform", "helm", "report"])]
    #[arg(value_parser = clap::builder::PossibleValuesParser::new(CatalogueTexts::FILES))]
    pub(super) built_in: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct Completions {
    /// The shell.
    #[arg(value_enum, value_name = "SHELL")]
    pub(super) shell: Shell,
}
