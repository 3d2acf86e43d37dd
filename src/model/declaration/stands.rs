//! How an attribute is written in its node.

/// How an attribute stands in its node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stands {
    /// `key=value`.
    Property,
    /// `key=value`, which the node must have.
    Required,
    /// The one property of a child, which the child must have: `pause at=0`.
    SoleProperty,
    /// A value behind the node's name, which may be absent.
    Argument,
    /// A value behind the node's name, which must be there.
    RequiredArgument,
    /// The same, where it tells the node from others of its name.
    Key,
    /// The node's name, which says of which kind the node is.
    Kind,
    /// A child whose one argument is the value.
    Child,
    /// A child whose arguments are the values; there may be none.
    List,
    /// A child whose arguments are the values, at least one.
    FilledList,
    /// A child for each value, whose one argument it is.
    Repeated,
    /// A child whose properties are the values, by names of the user's own.
    Map,
    /// The same, in any number of children.
    Maps,
    /// A child with attributes of its own.
    Node,
    /// Any number of children with attributes of their own.
    Nodes,
    /// The same, where the children are named after their kinds.
    Kinds,
    /// Children with attributes of their own, told apart by their names.
    Named,
    /// The same without names, told apart by what they say: `off-hours`.
    Unnamed,
    /// A child for each of some worker pools: the pool's name and the value, `worker "batch" 0`.
    Pools,
    /// Attributes that stand among the owner's.
    Among,
}

impl Stands {
    /// Whether a node that lacks the value says nothing.
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
            | Self::Unnamed
            | Self::Pools
            | Self::Among => false,
        }
    }
}
