//! What the exit code says.

use std::process::ExitCode;

/// How a run ended. The order is the order of precedence, from the weakest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Exit {
    /// 0: fine.
    Fine,
    /// 2: two states differ.
    Differs,
    /// 5: what is committed is stale.
    Stale,
    /// 4: a limit was exceeded.
    Gate,
    /// 3: read, but wrong.
    Wrong,
    /// 1: arguments, files, or an error of tierc itself.
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
