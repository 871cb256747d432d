//! The modules of a program and how they import each other.

mod load;
mod order;
pub mod resolve;

use std::borrow::Cow;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

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
        syntax: Option<Box<Syntax>>,
        /// The file's stat after it was read.
        meta: Meta,
    },
    /// From the record of an earlier compile.
    Recorded(Arc<ModuleRecord>),
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
pub enum InterfaceOf {
    /// Of a parsed module: with its digest.
    Parsed(Interface, Digest),
    /// Of a record, which few ask for.
    Recorded(Arc<ModuleRecord>, OnceLock<Option<Interface>>),
}

impl InterfaceOf {
    /// Of a parsed module.
    #[must_use]
    pub fn parsed(interface: Interface) -> Self {
        let digest = crate::fingerprint::digest_of(&interface.fingerprint_bytes());
        Self::Parsed(interface, digest)
    }

    /// Equal digests are equal interfaces.
    #[must_use]
    pub fn digest(&self) -> Digest {
        match self {
            Self::Parsed(_, digest) => *digest,
            Self::Recorded(record, _) => record.interface,
        }
    }

    /// As a record keeps it.
    #[must_use]
    pub fn encoded(&self) -> Cow<'_, [u8]> {
        match self {
            Self::Parsed(interface, _) => {
                Cow::Owned(serde_json::to_vec(interface).unwrap_or_default())
            }
            Self::Recorded(record, _) => Cow::Borrowed(&record.interface_encoded),
        }
    }

    /// The interface; `None` where the record of it cannot be understood.
    #[must_use]
    pub fn get(&self) -> Option<&Interface> {
        match self {
            Self::Parsed(interface, _) => Some(interface),
            Self::Recorded(record, decoded) => {
                let decode = || serde_json::from_slice(&record.interface_encoded).ok();
                decoded.get_or_init(decode).as_ref()
            }
        }
    }
}
