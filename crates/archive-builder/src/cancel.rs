//! A caller's wish that a build stop, as a value that is handed down.
//!
//! Two flags, so that whoever sets the wish from elsewhere (another thread, the handler of a signal) needs
//! nothing but an atomic store: one says that a build is to stop, the other that no build is looking. A
//! program's handler may end the process by itself where no one looks, and leaves that to the build where
//! one does, because only the build knows what it started.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::error::BuildError;

/// A wish to stop, shared by its clones.
#[derive(Clone, Debug)]
pub struct Cancel {
    wished: Arc<AtomicBool>,
    unheeded: Arc<AtomicBool>,
}

/// A build looks at the wish for as long as this lives.
#[derive(Debug)]
pub(crate) struct Heeding<'a>(&'a Cancel);

impl Default for Cancel {
    fn default() -> Self {
        let unheeded = Arc::new(AtomicBool::new(true));
        Self { wished: Arc::default(), unheeded }
    }
}

impl Cancel {
    /// Wishes that every build that was given this stop, those to come included.
    pub fn cancel(&self) {
        self.wished.store(true, Ordering::SeqCst);
    }

    /// Whether that is wished.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.wished.load(Ordering::SeqCst)
    }

    /// The flag that is the wish.
    #[must_use]
    pub fn flag(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.wished)
    }

    /// Set while no build looks at the wish, so that nothing is lost by ending the process. Of several builds
    /// at once the first that ends sets it; what the others started is then ended by the next build.
    #[must_use]
    pub fn unheeded(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.unheeded)
    }

    /// Looks at the wish from now on.
    pub(crate) fn heed(&self) -> Heeding<'_> {
        self.unheeded.store(false, Ordering::SeqCst);
        Heeding(self)
    }

    /// Stops here where that is wished; `stage` says in what: `while cargo ran`.
    ///
    /// # Errors
    /// [`BuildError::Interrupted`].
    pub(crate) fn check(&self, workspace: &Path, stage: &'static str) -> Result<(), BuildError> {
        match self.is_cancelled() {
            true => Err(BuildError::Interrupted { path: workspace.to_path_buf(), stage }),
            false => Ok(()),
        }
    }
}

impl Drop for Heeding<'_> {
    fn drop(&mut self) {
        self.0.unheeded.store(true, Ordering::SeqCst);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wish_is_seen_by_every_clone_and_heeded_while_a_build_lives() {
        let cancel = Cancel::default();
        let given = cancel.clone();
        assert!(given.unheeded().load(Ordering::SeqCst));
        let heeding = given.heed();
        assert!(!cancel.unheeded().load(Ordering::SeqCst));
        assert!(given.check(Path::new("/ws"), "while cargo ran").is_ok());
        cancel.cancel();
        let error = given.check(Path::new("/ws"), "while cargo ran").unwrap_err();
        assert_eq!(error.code(), "interrupted");
        drop(heeding);
        assert!(cancel.unheeded().load(Ordering::SeqCst));
    }
}
