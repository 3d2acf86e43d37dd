//! Values as text for people. Reports are pure and decide nothing.

pub mod cost;
pub mod schema;
pub mod show;
pub mod tiers;
pub mod why;
