//! Puts what was built here where other machines find it, after the answer was given.

use std::path::PathBuf;
use std::sync::Arc;

use freshness_core::Stamp;

use crate::environment::Environment;
use crate::key::Tool;
use crate::profile::Profile;

use super::Remote;

/// What is to be put: a stamp's archives. Owns all that it needs, so that any thread may do it.
#[derive(Debug)]
pub struct Upload {
    remote: Arc<Remote>,
    profile: Profile,
    tool: Tool,
    workspace: PathBuf,
    store: PathBuf,
    env: Environment,
    stamp: Stamp,
}
