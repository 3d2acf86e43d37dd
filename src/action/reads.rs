//! What an action reads besides its values.

use super::{Action, Question};

impl Action {
    /// The variables of the environment that it reads.
    pub(crate) fn reads(&self) -> Vec<&'static str> {
        match self {
            Self::ShowWaiting { .. }
            | Self::Wait {
                until:
                    Question::ServerConnections { .. }
                    | Question::EntryConnections { .. }
                    | Question::ClientConnections { .. },
            } => vec!["PGPASSWORD"],
            Self::Wait {
                until: Question::PastPooler { .. },
            } => vec!["PGHOST", "PGDATABASE", "PGUSER", "PGPASSWORD"],
            Self::Unless { actions, .. } | Self::Each { actions, .. } => {
                actions.iter().flat_map(Self::reads).collect()
            }
            Self::Wait { .. }
            | Self::Apply { .. }
            | Self::Delete { .. }
            | Self::DeleteObjects { .. }
            | Self::Helm { .. }
            | Self::Terraform { .. }
            | Self::Forget { .. }
            | Self::Aws { .. }
            | Self::Kubectl { .. }
            | Self::Show { .. }
            | Self::SetUp { .. }
            | Self::Import { .. }
            | Self::ApplyMade { .. }
            | Self::ShowConsole { .. }
            | Self::Restart { .. }
            | Self::LetIn { .. }
            | Self::Cordon { .. }
            | Self::Uncordon { .. }
            | Self::EmptyNodes { .. }
            | Self::Shrink { .. }
            | Self::Reload { .. }
            | Self::WakeApi { .. }
            | Self::Start { .. }
            | Self::WakePool { .. }
            | Self::Remember { .. }
            | Self::Need { .. } => Vec::new(),
        }
    }
}
