//! tierc, the tier compiler: one KDL file per environment in, everything that runs it out.

pub mod diagnostic;
pub mod model;
pub mod source;
