//! The stable name of a rule or a language error.

use serde::Serialize;

/// A slug such as `connection-budget-exceeded`. `tierc explain` knows every one of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Code(pub &'static str);

impl std::fmt::Display for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0)
    }
}

macro_rules! language {
    ($($(#[doc = $doc:literal])+ $name:ident = $slug:literal;)+) => {
        $($(#[doc = $doc])+ pub const $name: Code = Code($slug);)+
        /// Every language error: the mistakes that are found before any rule runs, and those in
        /// templates and charts. They cannot be waived.
        pub const LANGUAGE: &[Code] = &[$($name),+];
    };
}

language! {
    /// The text is not KDL 2.
    SYNTAX = "syntax";
    /// A word that needs quotes or `#`: `true`, `80%`, `500m`, `*/5`.
    BARE_VALUE = "bare-value";
    /// A string, comment or block that never ends.
    UNCLOSED = "unclosed";
    /// The file is written in KDL 1.
    KDL_1 = "kdl-1";
    /// The file is not UTF-8.
    NOT_UTF_8 = "not-utf-8";
    /// Too large, too deep, or built to exhaust the parser.
    LIMIT_EXCEEDED = "limit-exceeded";
    /// A node that the language does not have at this place.
    UNKNOWN_NODE = "unknown-node";
    /// A property that the node does not have.
    UNKNOWN_PROPERTY = "unknown-property";
    /// More arguments than this node takes.
    UNEXPECTED_ARGUMENT = "unexpected-argument";
    /// A `{ ... }` block on a node that takes none.
    UNEXPECTED_CHILDREN = "unexpected-children";
    /// The same thing stated twice.
    DUPLICATE = "duplicate";
    /// A required argument or property is missing.
    MISSING_VALUE = "missing-value";
    /// A value of the wrong type, form or range.
    WRONG_VALUE = "wrong-value";
    /// A name that is not in the list of allowed words.
    UNKNOWN_WORD = "unknown-word";
    /// `environment`, `tier` or `region` is not stated.
    MISSING_NODE = "missing-node";
    /// A new group or pool that lacks a required attribute.
    INCOMPLETE = "incomplete";
    /// A name that refers to nothing.
    UNKNOWN_REFERENCE = "unknown-reference";
    /// The catalogue lacks a required value.
    CATALOGUE_INCOMPLETE = "catalogue-incomplete";
    /// A row of the catalogue that contradicts itself.
    CATALOGUE_CONTRADICTION = "catalogue-contradiction";
    /// A waiver whose last day is over.
    WAIVER_EXPIRED = "waiver-expired";
    /// A waiver that silences nothing.
    WAIVER_UNUSED = "waiver-unused";
    /// A literal that looks like a credential.
    SECRET_LITERAL = "secret-literal";
    /// A values template that cannot be evaluated, or whose output does not fit the chart.
    VALUES_TEMPLATE = "values-template";
    /// A chart that sets `replicas` although an autoscaler owns it.
    CHART_SETS_REPLICAS = "chart-sets-replicas";
}
