//! Checked modules to object files.

use std::collections::BTreeSet;

use super::builtin::Feature;
use super::check::Checked;

/// Differs whenever objects of the same input may differ; part of the key of every cached object.
pub const CODEGEN_VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), "+1");

/// How much work to put into generated code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub enum OptLevel {
    /// None.
    None,
    /// For speed.
    #[default]
    Speed,
}

/// What objects depend on besides their module: built once, used for all.
#[derive(Clone)]
pub struct Options {}

impl Options {
    /// For this machine.
    ///
    /// # Errors
    /// Where this machine is one that no code can be made for.
    pub fn new(opt: OptLevel) -> Result<Self, GenerateError> {
        let _ = opt;
        Ok(Self {})
    }

    /// Everything about them that objects depend on, the processor's features included.
    #[must_use]
    pub fn fingerprint_bytes(&self) -> Vec<u8> {
        Vec::new()
    }
}

/// Why no object could be made.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct GenerateError(String);

/// The object file of one module.
///
/// # Errors
/// Where the code generator gives up: a function of hundreds of megabytes.
pub fn generate(module: &Checked, options: &Options) -> Result<Vec<u8>, GenerateError> {
    let _ = (module, options);
    Err(GenerateError(String::new()))
}

/// The object file with `main`: runs every module's initialiser in this order, then ends the program.
///
/// # Errors
/// As [`generate`].
pub fn generate_entry(
    initialisation_order: &[&str],
    features: &BTreeSet<Feature>,
    options: &Options,
) -> Result<Vec<u8>, GenerateError> {
    let _ = (initialisation_order, features, options);
    Err(GenerateError(String::new()))
}
