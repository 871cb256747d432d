//! Checked modules to object files, by Cranelift.
//!
//! One object a module, its bytes decided by the module, the interfaces of its imports and the options
//! alone. Numbers are doubles in registers, booleans bytes of 0 or 1, strings pointers to the runtime's
//! counted strings; who owns a string at each point is known here (`strings.rs`), so that each is given
//! back exactly once.

mod calls;
mod conditions;
mod entry;
mod expressions;
mod function;
mod literals;
mod module;
mod object;
mod options;
mod runtime;
mod statements;
mod strings;
mod symbols;
mod variables;

pub use entry::generate_entry;
pub use module::generate;
pub use options::{OptLevel, Options};

/// Differs whenever objects of the same input may differ; part of the key of every cached object. The
/// number is counted up by hand with every change to what is generated.
pub const CODEGEN_VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), "+1");

/// A module of more statements is initialised by several functions, because the time that a function
/// takes to compile grows faster than its length.
pub(crate) const STATEMENTS_AT_ONCE: usize = 500;

/// Why no object could be made.
#[derive(Debug, thiserror::Error)]
pub enum GenerateError {
    /// No code can be made for this machine.
    #[error("{0}")]
    Machine(String),
    /// The code generator gave up on a function, which is larger than it can take.
    #[error("failed to generate code for {what}: {reason}; split it into smaller functions")]
    Function {
        /// Which function.
        what: String,
        /// What the code generator said.
        reason: String,
    },
    /// The object could not be put together.
    #[error("failed to write the object of {what}: {reason}")]
    Object {
        /// Which module.
        what: String,
        /// What the object writer said.
        reason: String,
    },
}
