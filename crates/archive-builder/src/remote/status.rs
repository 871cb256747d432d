//! What a storage is to this machine, for people: never decides anything.

use crate::decide::Scene;
use crate::error::BuildError;
use crate::request::Request;

use super::Site;
use super::body_name;
use super::closure::Closure;
use super::shape::{MAX_MANIFEST_BYTES, Manifest};
use super::storage::StorageError;
use super::upload;

/// What a storage is to this machine.
#[derive(Debug)]
pub struct Status {
    /// The storage, without credentials.
    pub storage: String,
    /// What is written, and read first.
    pub namespace: String,
    /// What is read after it.
    pub also_read: Vec<String>,
    /// Whether what is built here is put there.
    pub writes: bool,
    /// The public key of what this machine signs with.
    pub public_key: Option<String>,
    /// Whose word is believed beside its own: namespace, public key.
    pub trusted: Vec<(String, String)>,
    /// Whether it answers.
    pub reachable: Result<(), StorageError>,
    /// The name of the family of builds that is asked for; nothing without a lock file.
    pub closure: Option<String>,
    /// How many shapes of it the storage remembers.
    pub shapes: usize,
    /// The identity of what is fresh here; nothing where it is stale, or has none.
    pub identity: Option<String>,
    /// Whether the storage has that.
    pub stored: Option<bool>,
}

/// Asks the storage, and looks at what is here. A storage that does not answer is an answer.
///
/// # Errors
/// Those of a check; [`BuildError::Remote`] where there is no storage.
pub fn status(request: &Request<'_>) -> Result<Status, BuildError> {
    let remote = request.remote.ok_or_else(upload::no_storage)?;
    let scene = Scene::look(request)?;
    let closure = Closure::of(&Site::from(&scene)).ok();
    let manifest = closure.map(|closure| {
        let name = body_name(&remote.namespace, "closures", &closure.digest);
        remote.bytes(&name, MAX_MANIFEST_BYTES)
    });
    let (reachable, manifest) = match manifest {
        Some(Ok(bytes)) => (Ok(()), bytes),
        Some(Err(error)) => (Err(error), None),
        None => (remote.storage.length(&format!("{}/closures", remote.namespace)).map(drop), None),
    };
    let manifest = manifest.and_then(|bytes| Manifest::decode(&bytes).ok());
    let found = match &reachable {
        Ok(()) => upload::upload(request).ok().and_then(|upload| upload.is_stored().ok()),
        Err(_) => None,
    };
    let (identity, stored) = found.unzip();
    Ok(Status {
        storage: remote.storage.describe(),
        namespace: remote.namespace.to_string(),
        also_read: remote.also_read.iter().map(ToString::to_string).collect(),
        writes: remote.writes,
        public_key: remote.keys.secret.as_ref().map(|secret| secret.public().to_string()),
        trusted: (remote.keys.trusted.iter())
            .map(|(namespace, key)| (namespace.to_string(), key.to_string()))
            .collect(),
        reachable,
        closure: closure.map(|closure| super::hex(&closure.digest)),
        shapes: manifest.map_or(0, |manifest| manifest.shapes.len()),
        identity,
        stored,
    })
}
