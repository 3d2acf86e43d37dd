//! The resolved environment: plain data, nothing missing, every value with its origin.

pub mod duration;
pub mod name;
pub mod portion;
pub mod quantity;
pub mod window;
pub mod word;
