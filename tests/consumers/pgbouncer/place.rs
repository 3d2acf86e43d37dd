//! Where a process runs: on this machine, or in a network of its own.

use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::server::{NOBODY, is_root};
use crate::consumers::tools::{Answer, ask, command, required, tool};

/// A place for processes.
#[derive(Clone)]
pub(super) enum Place {
    /// This machine, as it is.
    Here,
    /// The network namespace of this name, which `ip` leads into.
    Namespace(PathBuf, String),
}

impl Place {
    /// A program without the settings of the user.
    pub(super) fn command(&self, program: &Path, home: &Path) -> Command {
        match self {
            Self::Here => command(program, home),
            Self::Namespace(ip, name) => {
                let mut run = command(ip, home);
                run.args(["netns", "exec", name]).arg(program);
                run
            }
        }
    }

    /// A process that is not root's, below `folder`.
    pub(super) fn unprivileged(&self, program: &Path, folder: &Path) -> Command {
        let mut run = match self {
            Self::Here => {
                let mut run = command(program, folder);
                if is_root() {
                    run.uid(NOBODY).gid(NOBODY);
                }
                run
            }
            // Only root can enter a namespace, and switches to `nobody` inside.
            Self::Namespace(..) => {
                let mut run = self.command(Path::new("setpriv"), folder);
                run.args(["--reuid", "65534", "--regid", "65534", "--clear-groups"]);
                run.arg(program);
                run
            }
        };
        run.current_dir(folder);
        run
    }
}

/// Separate networks, with a cable from the first to each of the others. They are removed on drop.
pub(super) struct Networks {
    ip: PathBuf,
    names: Vec<String>,
}

/// The addresses of a cable's two ends: in the first network, and in the other one.
pub(super) fn addresses(cable: usize) -> [String; 2] {
    // 198.51.100.0/24 is reserved for documentation (RFC 5737).
    [1, 2].map(|end| format!("198.51.100.{}", 4 * cable + end))
}

impl Networks {
    /// Creates this many networks; `None` if the machine does not allow it.
    pub(super) fn lay(count: usize) -> Option<Self> {
        let ip = tool("ip")?;
        let namespaces = is_root().then_some(());
        required("network namespaces, which only root may make", namespaces)?;
        let mut networks = Self {
            ip,
            names: Vec::new(),
        };
        for number in 0..count {
            let name = format!("tierc-{}-{number}", std::process::id());
            let made = networks.ip(&["netns", "add", &name]);
            let made = (made.code == Some(0)).then_some(());
            required("network namespaces, which this machine refuses", made)?;
            networks.names.push(name.clone());
            networks.inside(number, &["link", "set", "lo", "up"]);
        }
        for cable in 1..count {
            networks.connect(cable);
        }
        Some(networks)
    }

    fn ip(&self, arguments: &[&str]) -> Answer {
        ask(command(&self.ip, Path::new("/")).args(arguments))
    }

    fn inside(&self, number: usize, arguments: &[&str]) {
        let mut all = vec!["-n", &self.names[number]];
        all.extend(arguments);
        self.ip(&all).accepted();
    }

    /// Hardware addresses are static. If the other end is gone, packets are still sent and no answer comes,
    /// as in a cloud.
    fn connect(&self, cable: usize) {
        let end = format!("c{cable}");
        let names = [&self.names[0], &self.names[cable]];
        let hardware = [1, 2].map(|side| format!("02:00:00:00:{cable:02x}:{side:02x}"));
        let added = [
            "link",
            "add",
            &end,
            "netns",
            names[0],
            "address",
            &hardware[0],
            "type",
            "veth",
            "peer",
            "name",
            &end,
            "netns",
            names[1],
            "address",
            &hardware[1],
        ];
        self.ip(&added).accepted();
        let addresses = addresses(cable);
        for (side, number) in [0, cable].into_iter().enumerate() {
            let own = format!("{}/30", addresses[side]);
            self.inside(number, &["address", "add", &own, "dev", &end]);
            self.inside(number, &["link", "set", &end, "up"]);
            let (other, at) = (&addresses[1 - side], &hardware[1 - side]);
            let known = [
                "neigh",
                "replace",
                other,
                "lladdr",
                at,
                "dev",
                &end,
                "nud",
                "permanent",
            ];
            self.inside(number, &known);
        }
    }

    /// One of the networks as a place.
    pub(super) fn place(&self, number: usize) -> Place {
        Place::Namespace(self.ip.clone(), self.names[number].clone())
    }

    /// Cuts a network's link at the far end, so the near end gets no signal.
    pub(super) fn cut(&self, cable: usize) {
        self.inside(cable, &["link", "set", &format!("c{cable}"), "down"]);
    }
}

impl Drop for Networks {
    fn drop(&mut self) {
        for name in &self.names {
            drop(self.ip(&["netns", "delete", name]));
        }
    }
}
