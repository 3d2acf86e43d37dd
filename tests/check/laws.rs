//! The table of rules is complete, and matches the design.

use std::collections::BTreeSet;

use tierc::check::{self, Rule};
use tierc::diagnostic::Severity::{self, Error, Note, Warning};

use super::cases::cases;
use crate::support::{files, project};

/// Every rule: severity at its worst, whether it can be waived, whether it is steady.
const TABLE: &[(&str, Severity, bool, bool)] = &[
    // The connection budget.
    ("client-connections-exceeded", Error, true, true),
    ("connection-budget-exceeded", Error, true, true),
    ("connections-form", Error, false, true),
    ("connections-near-limit", Warning, true, true),
    ("connections-outlive-drain", Error, true, true),
    ("driver-deallocates", Error, true, true),
    ("driver-refused", Error, true, true),
    ("max-connections-exceeds-memory", Error, true, true),
    ("options-not-ignored", Error, true, true),
    ("pgbouncer-database-unknown", Error, true, true),
    ("pgbouncer-exporter-refused", Warning, true, false),
    ("pgbouncer-version-unsupported", Error, true, true),
    ("pgbouncer-version-vulnerable", Warning, true, true),
    ("pool-below-demand", Warning, true, true),
    ("pool-larger-than-max-db", Warning, true, true),
    ("replica-max-connections-lower", Error, true, true),
    ("session-mode-with-autoscaling", Warning, true, true),
    // Autoscaling.
    ("activation-differs-by-queue", Note, true, true),
    ("alert-below-target", Warning, true, true),
    ("alert-never-fires", Warning, true, true),
    ("behaviour-out-of-range", Error, true, true),
    ("delayed-jobs-unseen", Warning, true, true),
    ("fallback-below-activation", Error, true, true),
    ("fallback-never-fires", Warning, true, true),
    ("fallback-outside-bounds", Error, true, true),
    ("hold-outside-bounds", Error, true, true),
    ("hpa-minimum-zero", Error, false, true),
    ("kafka-pods-idle", Warning, true, true),
    ("name-too-long", Error, true, true),
    ("queue-list-unknown", Error, true, true),
    ("queue-query-unclear", Error, false, true),
    ("queue-shared", Error, true, false),
    ("queues-share-a-pool", Warning, true, true),
    ("rabbitmq-rate-over-amqp", Error, false, true),
    ("replicas-inverted", Error, true, true),
    ("scale-up-slower-than-default", Note, true, true),
    ("setting-without-effect", Warning, true, true),
    ("singleton-count", Error, false, true),
    ("sqs-region-differs", Warning, true, true),
    ("sqs-visibility-below-grace", Warning, true, true),
    ("stream-lag-unsupported", Error, true, true),
    ("stream-never-wakes", Error, true, true),
    ("target-unreachable", Error, true, true),
    ("target-without-request", Error, true, true),
    // Redis.
    ("cache-without-eviction", Warning, true, true),
    ("cluster-limits", Error, true, true),
    ("engine-version-unknown", Error, true, true),
    ("eviction-loses-jobs", Error, true, true),
    ("failover-without-replica", Error, true, true),
    ("framework-on-cluster", Error, true, true),
    ("memory-above-usable", Error, true, true),
    ("node-type-unknown", Error, true, true),
    ("plaintext-redis", Warning, true, true),
    ("redis-database-unserved", Error, true, true),
    ("redis-group-unused", Note, true, true),
    ("redis-user-unsupported", Error, true, true),
    ("tls-step-unknown", Error, true, true),
    ("use-shared", Error, true, true),
    ("use-unserved", Error, true, true),
    ("variable-reserved", Error, true, true),
    ("variable-taken", Error, true, true),
    // The database.
    ("application-is-master", Warning, true, true),
    ("burstable-in-production", Warning, true, true),
    ("class-unknown", Error, true, true),
    ("database-name-reserved", Error, false, true),
    ("engine-out-of-support", Warning, true, true),
    ("iops-below-400-gib", Error, true, true),
    ("iops-ratio", Error, true, true),
    ("maintenance-overlaps-backup", Error, true, true),
    ("max-storage-too-close", Error, true, true),
    ("replica-count", Error, true, true),
    ("replica-needs-backups", Error, true, true),
    ("replica-smaller-than-source", Warning, true, true),
    ("single-az", Warning, true, true),
    ("storage-outside-limits", Error, true, true),
    ("throughput-ratio", Error, true, true),
    ("tls-name-unverifiable", Warning, true, true),
    // Kubernetes capacity.
    ("arch-mismatch", Error, true, true),
    ("disruption-budget-blocks-drain", Error, true, true),
    ("environment-name-taken", Error, false, true),
    ("instance-type-unknown", Error, false, true),
    ("max-pods-exceeded", Error, true, true),
    ("no-node-group", Error, true, true),
    ("node-architectures-mixed", Error, false, true),
    ("node-capacity-exceeded", Error, true, true),
    ("node-packing-tight", Warning, true, true),
    ("object-collision", Error, false, true),
    ("pgbouncer-on-spot", Error, true, true),
    ("pod-larger-than-node", Error, true, true),
    ("pool-unknown", Error, true, false),
    ("quantity-suspicious", Error, true, true),
    ("request-above-limit", Error, true, true),
    ("rollout-blocked", Error, true, true),
    ("single-replica", Warning, true, true),
    ("spot-for-latency-sensitive", Warning, true, true),
    ("spot-grace-too-long", Warning, true, true),
    // Off-hours and events.
    ("cron-above-maximum", Error, true, true),
    ("cron-never-open", Error, true, true),
    ("event-above-maximum", Error, true, false),
    ("event-floor-late", Error, true, false),
    ("event-in-the-past", Warning, true, false),
    ("event-opens-early", Warning, true, false),
    ("hold-during-schedule", Error, true, false),
    ("off-hours-above-maximum", Error, false, false),
    ("off-hours-gap", Warning, true, false),
    ("off-hours-not-zero", Error, false, false),
    ("off-hours-overlap-event", Note, true, false),
    ("zone-unknown", Error, false, false),
    // Money: a budget where it is stated, prices where something asks for them.
    ("budget-exceeded", Error, true, false),
    ("budget-near", Warning, true, false),
    ("price-missing", Note, false, false),
    ("prices-old", Note, false, false),
    // Hygiene.
    ("image-not-pinned", Warning, true, false),
    ("label-reserved", Warning, true, false),
    ("load-test-cannot-run", Error, true, false),
    ("override-equals-tier", Note, true, false),
    ("region-unknown", Warning, true, false),
];

#[test]
fn the_table_of_rules_is_the_one_that_was_decided() {
    let row = |rule: &Rule| (rule.code.0, rule.severity, rule.waivable, rule.steady);
    let rows: Vec<_> = check::rules().map(row).collect();
    assert_eq!(rows, TABLE);
}

#[test]
fn a_family_lists_its_rules_by_name() {
    let families = [
        check::connections::RULES,
        check::autoscaling::RULES,
        check::redis::RULES,
        check::database::RULES,
        check::kubernetes::RULES,
        check::time::RULES,
        check::money::RULES,
        check::hygiene::RULES,
    ];
    for family in families {
        assert!(family.is_sorted_by_key(|rule| rule.code.0));
    }
    let names: BTreeSet<&str> = check::rules().map(|rule| rule.code.0).collect();
    assert_eq!(names.len(), check::rules().count());
}

#[test]
fn every_rule_has_a_file_an_explanation_and_cases_on_both_sides() {
    let sources = files("src/check", "rs");
    for rule in check::rules() {
        let slug = rule.code.0;
        let file = format!("{}.rs", slug.replace('-', "_"));
        let own = sources.iter().filter(|path| path.ends_with(&file));
        assert_eq!(own.count(), 1, "{file}");
        let explanation = project("src/diagnostic/explain").join(format!("{slug}.md"));
        assert!(explanation.exists(), "{slug}");
        // These rules judge estimates, and are tested with the costs.
        if ["price-missing", "prices-old"].contains(&slug) {
            continue;
        }
        let of = |fails| {
            let of =
                |case: &&'static super::cases::Case| case.rule == slug && case.fails() == fails;
            cases().filter(of).count()
        };
        assert!(of(true) > 0 && of(false) > 0, "{slug}");
    }
}

#[test]
fn no_case_and_no_explanation_is_of_a_rule_that_is_gone() {
    let language = tierc::diagnostic::code::LANGUAGE.iter().map(|code| code.0);
    let rules: BTreeSet<&str> = check::rules().map(|rule| rule.code.0).collect();
    for case in cases() {
        assert!(rules.contains(case.rule.as_str()), "{}", case.rule);
    }
    let known: BTreeSet<&str> = rules.into_iter().chain(language).collect();
    for path in files("src/diagnostic/explain", "md") {
        let slug = path.file_stem().unwrap().to_string_lossy().into_owned();
        assert!(known.contains(slug.as_str()), "{slug}");
    }
}

/// No finding is more severe than the table says, so waivers and plans can rely on it.
#[test]
fn no_finding_is_worse_than_its_rule() {
    for case in cases() {
        for finding in case.run().diagnostics() {
            if let Some(rule) = check::rule(finding.code.0) {
                assert!(finding.severity >= rule.severity, "{}", finding.message);
            }
        }
    }
}
