//! The places where texts of an environment end up, each with its rules.
//!
//! A text in an object must follow the rules of its reader: the API server, the AWS API, PgBouncer,
//! a shell. The language checks a file's texts with this table. A law checks every generated file,
//! which covers the names that tierc composes.

mod spelling;

pub use spelling::canonical_cidr;
use spelling::{
    data_key, dns_label, dns_like, host, identifier, image, label_part, lettered, lower_or_digit,
    port, qualified, spelled, sqs_url, subdomain, tag_text, url,
};

/// A place for a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// `metadata.name` of most kinds, and references to it: a DNS-1123 subdomain.
    ObjectName,
    /// A namespace, a container, a volume: a DNS-1123 label.
    DnsLabel,
    /// `metadata.name` of a Service: a DNS-1035 label, which starts with a letter.
    ServiceName,
    /// The name of a port: `IANA_SVC_NAME`.
    PortName,
    /// The key of a label, of its AWS tag, or of a taint.
    LabelKey,
    /// The value of a label or of a taint.
    LabelValue,
    /// The key of an annotation.
    AnnotationKey,
    /// The name of an environment variable.
    Variable,
    /// A key of a ConfigMap or a Secret.
    DataKey,
    /// The name of a Pods metric, which is a segment of the HPA's request path.
    MetricName,
    /// A range of addresses in a NetworkPolicy.
    Cidr,
    /// A container image.
    Image,
    /// An IANA time zone.
    Zone,
    /// A Redis list.
    RedisList,
    /// A user of Redis' ACL, as it stands in a URL.
    RedisUser,
    /// A queue, topic, consumer group or virtual host. It becomes part of queries.
    QueueName,
    /// The URL of an SQS queue.
    SqsUrl,
    /// Bootstrap servers of Kafka.
    Brokers,
    /// A query of PostgreSQL or Prometheus.
    Query,
    /// An EC2 instance type, an RDS class, an ElastiCache node type or an engine version. It
    /// appears in AWS calls, commands and alerts.
    AwsWord,
    /// An identifier of RDS.
    RdsIdentifier,
    /// The id of an ElastiCache replication group.
    ReplicationGroup,
    /// The name of a parameter group of RDS or ElastiCache.
    ParameterGroup,
    /// The name of a node group of EKS.
    NodeGroup,
    /// The key of an AWS tag.
    TagKey,
    /// The value of an AWS tag.
    TagValue,
    /// A database or a role of PostgreSQL.
    PostgresName,
    /// A host.
    Host,
    /// A host and a port.
    HostPort,
    /// The address that a load test calls.
    Url,
    /// A file next to a load test's script. It becomes a key of a ConfigMap.
    FileName,
}

/// Characters of a DNS-1123 label, of a label's name and of a label's value.
pub const LABEL: usize = 63;

/// Characters of a DNS-1123 subdomain, and of a key of a ConfigMap or Secret.
pub const SUBDOMAIN: usize = 253;

/// Characters of an AWS tag's key.
pub const TAG_KEY: usize = 128;

/// Characters of an environment variable's name. Kubernetes has no limit, but YAML readers refuse
/// keys above 1,024.
pub const VARIABLE: usize = 253;

/// Labels that a file can state: an AWS resource has at most 50 tags, of which tierc sets four and
/// the modules one.
pub const MOST_LABELS: usize = 45;

/// Characters of an AWS word.
const WORD: usize = 63;

impl Place {
    /// Whether `text` can stand here.
    #[must_use]
    pub fn takes(self, text: &str) -> bool {
        match self {
            Self::ObjectName => subdomain(text),
            Self::DnsLabel => dns_label(text),
            Self::ServiceName => dns_label(text) && lettered(text),
            Self::PortName => dns_like(text, 15) && text.contains(|c: char| c.is_ascii_lowercase()),
            // The same keys become AWS tags, whose keys are shorter.
            Self::LabelKey => qualified(text) && text.len() <= TAG_KEY,
            Self::LabelValue => text.is_empty() || label_part(text),
            Self::AnnotationKey => qualified(text),
            Self::Variable => {
                let first = |c: char| c.is_ascii_alphabetic() || c == '_';
                text.len() <= VARIABLE
                    && text.starts_with(first)
                    && text.chars().all(|c| first(c) || c.is_ascii_digit())
            }
            Self::DataKey => data_key(text) && text != ".",
            Self::MetricName => {
                let fits = |c: char| c.is_ascii_graphic() && !"/%\"'`\\".contains(c);
                !matches!(text, "" | "." | "..")
                    && text.len() <= SUBDOMAIN
                    && text.chars().all(fits)
            }
            Self::Cidr => canonical_cidr(text).is_some_and(|range| range == text),
            Self::Image => image(text),
            Self::Zone => {
                // A text with a blank is not a zone, but the rule on zones has a better message for
                // it.
                let fits = |c: char| c.is_ascii_alphanumeric() || "_+-/ ".contains(c);
                !text.is_empty() && text.len() <= LABEL && text.chars().all(fits)
            }
            Self::RedisList => {
                let fits = |c: char| !c.is_whitespace() && !c.is_control() && c != '`';
                !text.is_empty() && text.len() <= 512 && text.chars().all(fits)
            }
            Self::RedisUser => {
                let fits = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
                !text.is_empty() && text.len() <= 120 && text.chars().all(fits)
            }
            Self::QueueName => {
                let fits = |c: char| c.is_ascii_alphanumeric() || "-_.:/".contains(c);
                !text.is_empty() && text.len() <= 255 && text.chars().all(fits)
            }
            Self::SqsUrl => sqs_url(text),
            Self::Brokers => text.split(',').all(|broker| Self::HostPort.takes(broker)),
            Self::Query => {
                let fits = |c: char| c == '\n' || c == '\t' || !c.is_control();
                !text.trim().is_empty() && text.len() <= 4096 && text.chars().all(fits)
            }
            Self::AwsWord => spelled(text, WORD, lower_or_digit, |c| {
                lower_or_digit(c) || "-.".contains(c)
            }),
            Self::RdsIdentifier => identifier(text, 63),
            Self::ReplicationGroup => identifier(text, 40),
            Self::ParameterGroup => identifier(text, 255),
            Self::NodeGroup => dns_like(text, 63),
            Self::TagKey => {
                let own = text
                    .get(..4)
                    .is_some_and(|start| start.eq_ignore_ascii_case("aws:"));
                !text.is_empty() && !own && tag_text(text, TAG_KEY)
            }
            Self::TagValue => tag_text(text, 256),
            Self::PostgresName => {
                let fits = |c: char| c.is_ascii_alphanumeric() || c == '_';
                text.len() <= 63
                    && text.starts_with(|c: char| c.is_ascii_alphabetic())
                    && text.chars().all(fits)
            }
            Self::Host => host(text),
            Self::HostPort => text
                .rsplit_once(':')
                .is_some_and(|(name, number)| host(name) && port(number)),
            Self::Url => url(text),
            Self::FileName => data_key(text) && !text.starts_with('.'),
        }
    }

    /// Accepts `text`, or describes what the place accepts.
    ///
    /// # Errors
    ///
    /// A sentence for the user.
    pub fn check(self, text: &str) -> Result<(), String> {
        if self.takes(text) {
            Ok(())
        } else {
            Err(format!("`{text}` is not {}", self.rule()))
        }
    }

    /// What the place takes, behind "is not".
    #[must_use]
    pub fn rule(self) -> &'static str {
        match self {
            Self::ObjectName => {
                "the name of a Kubernetes object: at most 253 characters from `a-z`, `0-9`, `-` and `.`"
            }
            Self::DnsLabel => "a DNS label: at most 63 characters from `a-z`, `0-9` and `-`",
            Self::ServiceName => {
                "the name of a Service: at most 63 characters from `a-z`, `0-9` and `-`, starting with a letter"
            }
            Self::PortName => {
                "the name of a port: at most 15 characters from `a-z`, `0-9` and `-`, at least one of them a letter"
            }
            Self::LabelKey => {
                "a Kubernetes label key: at most 63 letters, digits, `-`, `_` or `.`, after an optional lower-case prefix and `/`, at most 128 in total"
            }
            Self::LabelValue => {
                "a Kubernetes label value: at most 63 letters, digits, `-`, `_` or `.`"
            }
            Self::AnnotationKey => {
                "the key of an annotation: at most 63 letters, digits, `-`, `_` or `.`, after an optional lower-case prefix and `/`"
            }
            Self::Variable => {
                "the name of an environment variable: at most 253 letters, digits or `_`, not starting with a digit"
            }
            Self::DataKey => "a key of a ConfigMap: at most 253 letters, digits, `-`, `_` or `.`",
            Self::MetricName => {
                "the name of a metric: no blank, no quote, no `/` and no `%`, and neither `.` nor `..`, because the HPA asks for it by its path"
            }
            Self::Cidr => "a range of addresses, such as `10.0.32.0/20`",
            Self::Image => "an image, such as `registry.example.com/api:1.4.2`",
            Self::Zone => "a time zone, such as `Europe/Berlin`",
            Self::RedisList => "a Redis list: at most 512 bytes, without blanks or backticks",
            Self::RedisUser => "a user of at most 120 letters, digits, `-`, `_` or `.`",
            Self::QueueName => "a name of at most 255 letters, digits, `-`, `_`, `.`, `:` or `/`",
            Self::SqsUrl => {
                "the URL of an SQS queue, such as `https://sqs.us-east-1.amazonaws.com/123456789012/orders`"
            }
            Self::Brokers => {
                "a list of hosts with ports, such as `b-1.example.com:9098,b-2.example.com:9098`"
            }
            Self::Query => "a query of at most 4096 bytes",
            Self::AwsWord => {
                "an AWS name: at most 63 characters from `a-z`, `0-9`, `.` and `-`, with a letter or digit at both ends"
            }
            Self::RdsIdentifier => {
                "an RDS identifier: at most 63 characters from `a-z`, `0-9` and single `-`, starting with a letter"
            }
            Self::ReplicationGroup => {
                "the id of a replication group: at most 40 characters from `a-z`, `0-9` and single `-`, starting with a letter"
            }
            Self::ParameterGroup => {
                "the name of a parameter group: at most 255 characters from `a-z`, `0-9` and single `-`, starting with a letter"
            }
            Self::NodeGroup => {
                "the name of a node group: at most 63 characters from `a-z`, `0-9` and `-`"
            }
            Self::TagKey => {
                "the key of an AWS tag: at most 128 characters, not starting with `aws:`"
            }
            Self::TagValue => "the value of an AWS tag: at most 256 characters",
            Self::PostgresName => {
                "a PostgreSQL name: at most 63 letters, digits or `_`, starting with a letter"
            }
            Self::Host => "a host name",
            Self::HostPort => "a host and a port, such as `cache.example.com:6379`",
            Self::Url => "an address such as `https://staging.example.com/api`",
            Self::FileName => {
                "the name of a file beside the script: at most 253 letters, digits, `-`, `_` or `.`, not starting with `.`"
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hold<const N: usize>(rows: [(Place, Vec<&str>, Vec<&str>); N]) {
        for (place, good, bad) in rows {
            for text in good {
                assert!(place.takes(text), "{place:?} refuses {text}");
                assert_eq!(place.check(text), Ok(()));
            }
            for text in bad {
                assert!(!place.takes(text), "{place:?} takes {text}");
            }
        }
    }

    #[test]
    fn kubernetes_takes_what_its_places_take_and_nothing_else() {
        let long = |count: usize| "a".repeat(count);
        let (l63, l64, l128) = (long(63), long(64), format!("{}/{}", long(63), long(64)));
        hold([
            (
                Place::ObjectName,
                vec!["a", "a.b-c", &l63],
                vec!["", "A", "a_b", "-a", "a.", &l64],
            ),
            (Place::DnsLabel, vec!["a", "0-1"], vec!["a.b", &l64, "a-"]),
            (Place::ServiceName, vec!["a-1"], vec!["1a"]),
            (
                Place::PortName,
                vec!["postgres"],
                vec!["1", "aaaaaaaaaaaaaaaa"],
            ),
            (
                Place::LabelKey,
                vec!["team", "example.com/Team_1", "a"],
                vec!["Example.com/team", "/a", "a/", "a/b/c", "a b", &l64, &l128],
            ),
            (
                Place::LabelValue,
                vec!["", "A.b_c", &l63],
                vec![&l64, "-a", "a b"],
            ),
            (Place::Variable, vec!["A_1", "_x"], vec!["1A", "A-B", ""]),
            (
                Place::DataKey,
                vec!["a.b", "_", ".x"],
                vec!["..a", ".", "a/b", ""],
            ),
            (
                Place::MetricName,
                vec!["http_requests_per_second", "a:b", "...x"],
                vec!["a/b", "%2e", ".", "..", "a b", ""],
            ),
            (
                Place::Cidr,
                vec!["10.0.32.0/20", "0.0.0.0/0", "fd00::/8", "10.1.2.3/32"],
                vec![
                    "10.0.33.5/20",
                    "10.0.32.0/020",
                    "010.0.32.0/20",
                    "::ffff:10.0.0.0/104",
                    "FD00::/8",
                    "10.0.0.0",
                    "10.0.0.0/33",
                    "fd00::1/8",
                ],
            ),
        ]);
    }

    #[test]
    fn queues_take_what_their_places_take_and_nothing_else() {
        hold([
            (
                Place::RedisUser,
                vec!["default", "Shop_1.eu-west"],
                vec!["", "a:b", "a@b", "a b", "a%20b"],
            ),
            (
                Place::QueueName,
                vec!["default", "orders.fifo", "shop/eu"],
                vec!["", "a'b", "a b", "a`b"],
            ),
            (
                Place::SqsUrl,
                vec![
                    "https://sqs.us-east-1.amazonaws.com/123456789012/orders.fifo",
                    "https://sqs.cn-north-1.amazonaws.com.cn/123456789012/a_b-c",
                ],
                vec![
                    "https://sqs.us-east-1.amazonaws.com/orders",
                    "https://sqs.us-east-1.amazonaws.com/123456789012/orders/x",
                    "http://sqs.us-east-1.amazonaws.com/123456789012/orders",
                    "https://key:secret@sqs.us-east-1.amazonaws.com/123456789012/orders",
                ],
            ),
            (
                Place::Brokers,
                vec!["a.example:9092", "a.example:9092,b.example:9092"],
                vec![
                    "",
                    "a.example",
                    "a.example:9092,",
                    "a.example:9092 b.example:9092",
                ],
            ),
            (
                Place::Query,
                vec!["SELECT 1", "SELECT 1\nFROM a"],
                vec!["", " ", "a\u{0}"],
            ),
        ]);
    }

    #[test]
    fn other_readers_take_what_their_places_take_and_nothing_else() {
        hold([
            (
                Place::Image,
                vec![
                    "api",
                    "a.example:5000/b/c:1.4_x",
                    "localhost/b",
                    "acme/api@sha256:0123456789abcdef0123456789abcdef",
                ],
                vec![
                    "",
                    "Acme/api",
                    "a b",
                    "a:",
                    "a@sha256:ab",
                    "a//b",
                    "a:b:c",
                    "a;b",
                    "-a",
                ],
            ),
            (Place::Zone, vec!["Etc/GMT+1"], vec!["", "$(x)", "a;b"]),
            (
                Place::RedisList,
                vec!["bull:{x}:wait", "a|b"],
                vec!["", "a`b", "a b"],
            ),
            (
                Place::AwsWord,
                vec!["db.r6g.2xlarge", "16", "16.4"],
                vec!["", "a;b", "a b", "$(x)", "{{x}}", ".a", "M7g", "a'b"],
            ),
            (Place::RdsIdentifier, vec!["a-b"], vec!["a--b", "1a", "a-"]),
            (
                Place::TagKey,
                vec!["team", "a:b"],
                vec!["", "aws:x", "AWS:x", "a;b"],
            ),
            (Place::TagValue, vec!["", "a b@c"], vec!["a;b"]),
            (
                Place::HostPort,
                vec!["a.example:6379"],
                vec!["a", "a:0", "a:06379", "a:70000"],
            ),
            (
                Place::Url,
                vec!["https://a.example:80/x?y=1"],
                vec!["ftp://a", "https://", "https://a/`", "https://u:p@a/"],
            ),
            (
                Place::FileName,
                vec!["body.json"],
                vec![".a", "a/b", "", "a b"],
            ),
        ]);
    }

    #[test]
    fn a_range_is_told_as_the_api_server_takes_it() {
        for (text, meant) in [
            ("10.0.33.5/20", Some("10.0.32.0/20")),
            ("010.000.32.0/020", Some("10.0.32.0/20")),
            ("FD00::1/8", Some("fd00::/8")),
            ("10.1.2.3/0", Some("0.0.0.0/0")),
            ("::ffff:10.0.0.0/104", None),
            ("10.0.0.0", None),
            ("10..0.0/8", None),
        ] {
            assert_eq!(canonical_cidr(text).as_deref(), meant, "{text}");
        }
    }
}
