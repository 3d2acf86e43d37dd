//! How an attribute is written in its node.

/// The property that says of which kind a node is, if it may be of several.
pub const TAG: &str = "type";

/// How an attribute is written in its node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stands {
    /// `key=value`.
    Property,
    /// `key=value`, which the node must have.
    Required,
    /// The one property of a child, which the child must have: `pause at=0`.
    SoleProperty,
    /// A value after the node's name, which may be absent.
    Argument,
    /// A value after the node's name, which is required.
    RequiredArgument,
    /// A required argument that distinguishes the node from others of its name.
    Key,
    /// The node's name, which is its kind.
    Kind,
    /// A child whose one argument is the value.
    Child,
    /// A child whose arguments are the values; there may be none.
    List,
    /// A child whose arguments are the values, at least one.
    FilledList,
    /// A child for each value, with the value as its argument.
    Repeated,
    /// A child whose properties are the values, by names that the user chooses.
    Map,
    /// A map in any number of children.
    Maps,
    /// A child with attributes of its own.
    Node,
    /// Any number of children with attributes of their own.
    Nodes,
    /// Any number of children with attributes of their own, which are named by their kind.
    Kinds,
    /// Children with attributes of their own and with names.
    Named,
    /// Children with attributes of their own: one without a name, or several with names.
    OneOrNamed,
    /// Children with attributes of their own, identified by their content: `off-hours`.
    Unnamed,
    /// A child for each named worker pool, with its value: `worker "batch" 0`.
    Pools,
    /// A child for the API with its value, or one for each named API: `api 0`, `api "public" 0`.
    Apis,
    /// Attributes that are written in the owner's block.
    Among,
    /// Attributes that are written in the owner's block if its tag says so.
    Variant,
}

impl Stands {
    /// Whether a node without the value is invalid.
    #[must_use]
    pub fn is_required(self) -> bool {
        match self {
            Self::Required | Self::RequiredArgument | Self::Key | Self::Kind => true,
            Self::Property
            | Self::SoleProperty
            | Self::Argument
            | Self::Child
            | Self::List
            | Self::FilledList
            | Self::Repeated
            | Self::Map
            | Self::Maps
            | Self::Node
            | Self::Nodes
            | Self::Kinds
            | Self::Named
            | Self::OneOrNamed
            | Self::Unnamed
            | Self::Pools
            | Self::Apis
            | Self::Among
            | Self::Variant => false,
        }
    }
}
