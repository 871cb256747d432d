//! The language: text in, object bytes out. No I/O, no threads, no clock, no environment.
//!
//! [`parse()`] reads one module by itself; [`check()`] resolves its names against the interfaces of what it
//! imports; [`generate()`] makes its object file. Between them nothing is shared, so modules can be taken
//! through each step on any thread, in any order. `docs/LANGUAGE.md` says what the language is.

mod builtin;
mod check;
mod diagnostic;
mod generate;
mod interface;
mod parse;
mod syntax;

pub use builtin::{Builtin, Feature, builtin, builtins};
pub use check::{Checked, Resolved, Target, check};
pub use diagnostic::Diagnostic;
pub use generate::{CODEGEN_VERSION, GenerateError, OptLevel, Options, generate, generate_entry};
pub use interface::{Export, ExportKind, Interface, Signature, Type};
pub use parse::parse;
pub use syntax::{Import, ImportedName, Syntax};
