//! Values as text for people. Reports are pure functions and decide nothing.

pub mod affected;
mod amount;
pub mod capacity;
pub mod cost;
pub mod diff;
pub mod findings;
pub mod markdown;
pub mod page;
pub mod paint;
mod paths;
pub mod plan;
pub mod schedule;
pub mod schema;
pub mod sentence;
pub mod show;
pub mod table;
pub mod tiers;
pub mod why;
pub mod wrap;
