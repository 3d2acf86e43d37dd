//! A call of the AWS command line, as a value.

use std::fmt::Display;

use schemars::JsonSchema;
use serde::Serialize;

/// A call of the AWS command line, which reads botocore's models.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct AwsCall {
    /// The service, such as `rds`.
    pub service: &'static str,
    /// The operation as on the command line, such as `modify-db-instance`.
    pub operation: &'static str,
    /// Its arguments.
    pub arguments: Vec<Argument>,
}

/// An argument.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Argument {
    /// Its name on the command line, without `--`.
    pub name: &'static str,
    /// Its value.
    pub value: ArgumentValue,
}

/// The value of an argument.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ArgumentValue {
    /// On or off.
    Switch(bool),
    /// A text.
    Text(String),
    /// A shell variable.
    Remembered(Remembered),
    /// The larger of a variable and a number.
    Larger(&'static str, u32),
    /// The time this many seconds ago.
    Ago(u32),
    /// The fields of a structure.
    Fields(Vec<Argument>),
    /// The answer of AWS: one text.
    Answer(Box<AwsQuery>),
    /// The answer of AWS: a list of texts.
    Answers(Box<AwsQuery>),
}

/// A shell variable.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Remembered {
    /// The variable.
    pub variable: &'static str,
    /// The message if it is empty; null if it is never empty.
    pub otherwise: Option<String>,
}

/// A query of AWS, and the wanted part of the answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct AwsQuery {
    /// The call.
    pub call: AwsCall,
    /// The JMESPath expression.
    pub query: String,
}

impl<T: Display> From<T> for ArgumentValue {
    fn from(text: T) -> Self {
        Self::Text(text.to_string())
    }
}

impl ArgumentValue {
    /// What a variable holds, which always holds something.
    pub(crate) fn variable(variable: &'static str) -> Self {
        Self::Remembered(Remembered {
            variable,
            otherwise: None,
        })
    }
}

impl AwsCall {
    /// A call without arguments yet.
    pub(crate) fn new(service: &'static str, operation: &'static str) -> Self {
        Self {
            service,
            operation,
            arguments: Vec::new(),
        }
    }

    /// With one argument more.
    pub(crate) fn with(mut self, name: &'static str, value: ArgumentValue) -> Self {
        self.arguments.push(Argument { name, value });
        self
    }

    /// With a text as one argument more.
    pub(crate) fn text(self, name: &'static str, value: impl Display) -> Self {
        self.with(name, value.into())
    }

    /// With more arguments.
    pub(crate) fn and(mut self, arguments: impl IntoIterator<Item = Argument>) -> Self {
        self.arguments.extend(arguments);
        self
    }

    /// What of its answer is wanted.
    pub(crate) fn query(self, query: impl Into<String>) -> AwsQuery {
        AwsQuery {
            call: self,
            query: query.into(),
        }
    }
}

impl Argument {
    /// A text.
    pub(crate) fn text(name: &'static str, value: impl Display) -> Self {
        Self {
            name,
            value: ArgumentValue::Text(format!("{value}")),
        }
    }

    /// On or off.
    pub(crate) fn switch(name: &'static str, on: bool) -> Self {
        Self {
            name,
            value: ArgumentValue::Switch(on),
        }
    }
}
