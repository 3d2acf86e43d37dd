//! A progress line on the terminal for long runs.

use std::io::{IsTerminal, Write};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// A run that ends before this shows nothing.
const PATIENCE: Duration = Duration::from_millis(300);

/// How often the line changes.
const REFRESH: Duration = Duration::from_millis(100);

/// Shows how many items are done. The line disappears when it is dropped.
pub(super) struct Progress {
    what: &'static str,
    total: usize,
    seen: bool,
    started: Instant,
    done: AtomicUsize,
    /// Milliseconds from the start to the last drawing; 0 before the first.
    drawn: AtomicU64,
}

impl Progress {
    /// Progress of `total` items of `what`. It appears only on a terminal, never in a log.
    pub(super) fn new(what: &'static str, total: usize) -> Self {
        let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let dumb = std::env::var_os("TERM").is_some_and(|kind| kind == "dumb");
        Self {
            what,
            total,
            seen: std::io::stderr().is_terminal() && !set("CI") && !dumb,
            started: Instant::now(),
            done: AtomicUsize::new(0),
            drawn: AtomicU64::new(0),
        }
    }

    /// One more is done.
    pub(super) fn step(&self) {
        let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        let elapsed = self.started.elapsed();
        if !self.seen || elapsed < PATIENCE {
            return;
        }
        let now = milliseconds(elapsed);
        let drawn = self.drawn.load(Ordering::Relaxed);
        let due = now >= drawn + milliseconds(REFRESH);
        // Among several threads, the one that stores the time draws the line.
        if due
            && self
                .drawn
                .compare_exchange(drawn, now, Ordering::Relaxed, Ordering::Relaxed)
                .is_ok()
        {
            let (what, total) = (self.what, self.total);
            let _ = write!(std::io::stderr().lock(), "\r{what} {done}/{total}\u{1b}[K");
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.drawn.load(Ordering::Relaxed) > 0 {
            let _ = write!(std::io::stderr().lock(), "\r\u{1b}[K");
        }
    }
}

fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
