//! What the exit code says.

use std::process::ExitCode;

/// The result of a run, in order of precedence, weakest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Exit {
    /// 0: fine.
    Fine,
    /// 2: two states differ.
    Differs,
    /// 5: the committed trees are stale.
    Stale,
    /// 4: a limit was exceeded.
    Gate,
    /// 3: read, but wrong.
    Wrong,
    /// 1: wrong arguments, a file error, or an internal error.
    Usage,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Fine => 0,
            Exit::Usage => 1,
            Exit::Differs => 2,
            Exit::Wrong => 3,
            Exit::Gate => 4,
            Exit::Stale => 5,
        })
    }
}
