//! The modules of a program and how they import each other.

mod load;
mod order;
pub mod resolve;

use std::ops::Range;
use std::path::PathBuf;
use std::sync::OnceLock;

use freshness::{Digest, Meta};

use crate::language::{Builtin, Interface, Syntax};
use crate::record::ModuleRecord;

pub use load::{Changes, Known, Loader, SourceErrors, reparse};
pub use order::{Cycle, initialisation_order};

/// A program: the entry is the first module.
#[derive(Debug, Default)]
pub struct Graph {
    /// In the order in which they were met.
    pub modules: Vec<Module>,
}

/// One module.
#[derive(Debug)]
pub struct Module {
    /// Its path relative to the entry's directory.
    pub id: String,
    /// Where it is.
    pub path: PathBuf,
    /// Where what is known of it comes from.
    pub source: Source,
    /// The digest of its text.
    pub text: Digest,
    /// What it imports, in the order of its text.
    pub imports: Vec<Edge>,
    /// What it exports.
    pub interface: InterfaceOf,
}

/// Where what is known of a module comes from.
#[derive(Debug)]
pub enum Source {
    /// From its text, read by this compile.
    Parsed {
        /// The text.
        text: String,
        /// What it says; taken out when it is checked.
        syntax: Option<Syntax>,
        /// The file's stat after it was read.
        meta: Meta,
    },
    /// From the record of an earlier compile.
    Recorded(ModuleRecord),
}

/// One import.
#[derive(Clone, Debug)]
pub struct Edge {
    /// As written.
    pub specifier: String,
    /// Where it is written, if its module was parsed.
    pub span: Option<Range<u32>>,
    /// What it leads to.
    pub target: EdgeTarget,
}

/// What an import leads to.
#[derive(Clone, Copy, Debug)]
pub enum EdgeTarget {
    /// Native code.
    Builtin(&'static Builtin),
    /// A module.
    Module {
        /// Which.
        index: usize,
        /// How many candidates before it were none.
        candidate: usize,
    },
}

impl Module {
    /// The modules that it imports.
    pub fn dependencies(&self) -> impl Iterator<Item = usize> + '_ {
        self.imports.iter().filter_map(|edge| match edge.target {
            EdgeTarget::Module { index, .. } => Some(index),
            EdgeTarget::Builtin(_) => None,
        })
    }

    /// The text, where it was read.
    #[must_use]
    pub fn read_text(&self) -> Option<&str> {
        match &self.source {
            Source::Parsed { text, .. } => Some(text),
            Source::Recorded(_) => None,
        }
    }
}

/// What a module exports: its digest, and the whole of it for those who ask.
#[derive(Debug)]
pub struct InterfaceOf {
    digest: Digest,
    encoded: Vec<u8>,
    decoded: OnceLock<Option<Interface>>,
}

impl InterfaceOf {
    /// Of a parsed module.
    #[must_use]
    pub fn parsed(interface: Interface) -> Self {
        Self {
            digest: crate::fingerprint::digest_of(&interface.fingerprint_bytes()),
            encoded: serde_json::to_vec(&interface).unwrap_or_default(),
            decoded: OnceLock::from(Some(interface)),
        }
    }

    /// Of a record.
    #[must_use]
    pub fn recorded(digest: Digest, encoded: Vec<u8>) -> Self {
        Self { digest, encoded, decoded: OnceLock::new() }
    }

    /// Equal digests are equal interfaces.
    #[must_use]
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// As a record keeps it.
    #[must_use]
    pub fn encoded(&self) -> &[u8] {
        &self.encoded
    }

    /// The interface; `None` where the record of it cannot be understood.
    #[must_use]
    pub fn get(&self) -> Option<&Interface> {
        let decode = || serde_json::from_slice(&self.encoded).ok();
        self.decoded.get_or_init(decode).as_ref()
    }
}
