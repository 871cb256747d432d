//! What a workspace has to offer: its members, and what each makes.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::artifact::ArtifactKind;
use crate::cancel::Cancel;
use crate::cargo::invoke::{Cargo, CargoOutput};
use crate::cargo::metadata;
use crate::environment::Environment;
use crate::error::BuildError;

/// The members of a workspace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Members {
    /// The workspace's root directory.
    pub root: PathBuf,
    /// Each of them, by name.
    pub members: Vec<Member>,
}

/// A member of a workspace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Its name.
    pub name: String,
    /// What is made when it is built.
    pub makes: BTreeSet<ArtifactKind>,
    /// Whether cargo builds it where nothing is named.
    pub is_default: bool,
}

/// Asks cargo for the members of the workspace that `directory` (absolute) is in.
///
/// # Errors
/// There is no cargo, or it finds no workspace.
pub fn members(env: &Environment, directory: &Path) -> Result<Members, BuildError> {
    let cancel = Cancel::default();
    let cargo = Cargo::find(env, directory, CargoOutput::Capture, &cancel)?;
    let metadata = metadata::ask(&cargo, &["--no-deps"])?;
    let default = &metadata.workspace_default_members;
    let mut members: Vec<Member> = (metadata.workspace_packages().into_iter())
        .map(|package| Member {
            name: package.name.to_string(),
            makes: metadata::made_by(package),
            is_default: !default.is_available() || default.contains(&package.id),
        })
        .collect();
    members.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(Members { root: metadata.workspace_root.into(), members })
}
