//! The stories of tierc: input, and what becomes of it.

mod catalogue;
mod check;
mod cli;
mod support;
mod tidy;
