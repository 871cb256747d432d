//! What builds of one closure read: the first of the two steps by which an archive is found.
//!
//! A machine that never built does not know which files rustc and the build scripts will read. Whoever built says
//! so, in a *shape*: patterns with their paths called as everywhere ([`super::places`]), the names of variables,
//! the compilers. A manifest holds the last shapes of a closure, each signed by who added it. A shape decides
//! what is looked at, not what is believed: it is part of the identity, whose entry is signed by itself.

use std::path::Path;

use bincode::{Decode, Encode};
use freshness_core::stamp::Place;
use freshness_core::stamp::codec::{self, Format};
use freshness_core::{Digest, InputSpec, Listing, Pattern, Stamp};

use super::places::Places;
use super::surroundings::Surroundings;
use crate::why::Why;

const MANIFEST: Format = Format { magic: *b"freshcls", version: 1 };
const SHAPE: Format = Format { magic: *b"freshshp", version: 1 };

/// What a signature of a shape is for.
pub(crate) const KIND: &str = "shape";

/// How many shapes a manifest remembers.
const MAX_SHAPES: usize = 32;

/// The longest manifest that is read or written, in bytes.
pub(crate) const MAX_MANIFEST_BYTES: u64 = 64 << 20;

/// What a build read, told without a path of the machine that it ran on.
#[derive(Clone, Debug, Encode, Decode)]
pub(crate) struct Shape {
    specs: Vec<(Place, String)>,
    /// Whether a manifest above the root would have mattered.
    looks_up: bool,
    /// The names of the variables that it read.
    pub(crate) env: Vec<String>,
    /// The Rust compiler that it used.
    pub(crate) rustc: String,
    /// The C compiler that it would have used.
    pub(crate) cc: Option<Digest>,
    /// Where its archives may serve, if not everywhere: [`Places::digest`].
    pub(crate) place: Option<Digest>,
}

impl Shape {
    /// That of a build: what its stamp says that it read. `place` where its archives tell where they were made.
    pub(crate) fn of(
        stamp: &Stamp,
        places: &Places,
        surroundings: &Surroundings,
        place: Option<Digest>,
    ) -> Option<Self> {
        let spec = |spec: &InputSpec| {
            let named = places.named(spec);
            (Place::from(&named.pattern), named.why)
        };
        let specs: Vec<(Place, String)> = places.told(&stamp.specs).map(spec).collect();
        let looks_up = specs.len() != stamp.specs.len();
        let env = stamp.head.environment.iter().map(|fact| fact.name.clone()).collect();
        let rustc = surroundings.rustc.clone()?;
        Some(Self { specs, looks_up, env, rustc, cc: surroundings.cc, place })
    }

    /// The specifications here.
    ///
    /// # Errors
    /// In words, which of them leads out.
    pub(crate) fn specs(&self, places: &Places) -> Result<Vec<InputSpec>, String> {
        let here = |(place, why): &(Place, String)| {
            let spec = InputSpec { pattern: place.clone().into(), why: why.clone() };
            places
                .here(&spec)
                .ok_or_else(|| format!("a path in it ({why}) leads out of the workspace"))
        };
        let mut specs = self.specs.iter().map(here).collect::<Result<Vec<_>, _>>()?;
        specs.sort();
        Ok(specs)
    }

    /// Whether cargo would list packages here as it did there: by git or without. `specs` are those of this machine.
    pub(crate) fn is_listed_alike(specs: &[InputSpec]) -> bool {
        let has_git = |dir: &Path| dir.ancestors().any(|dir| dir.join(".git").exists());
        specs.iter().all(|spec| match &spec.pattern {
            Pattern::Package { listing: Listing::Versioned { top, .. }, .. } => {
                top.join(".git").exists()
            }
            Pattern::Package { listing: Listing::Visible(_), dir, .. } => !has_git(dir),
            _ => true,
        })
    }

    /// Where a manifest above the root would matter here.
    pub(crate) fn specs_above(&self, places: &Places) -> Vec<InputSpec> {
        let why = Why::ManifestUpTheTree.to_string();
        let above = places.above_root().filter(|_| self.looks_up);
        above.map(|path| InputSpec { pattern: Pattern::Path(path), why: why.clone() }).collect()
    }

    /// Tells shapes apart.
    ///
    /// # Errors
    /// More than is read back.
    pub(crate) fn digest(&self) -> Result<Digest, codec::TooLarge> {
        Ok(*blake3::hash(&self.encode()?).as_bytes())
    }

    /// The bytes to sign.
    ///
    /// # Errors
    /// More than is read back.
    pub(crate) fn encode(&self) -> Result<Vec<u8>, codec::TooLarge> {
        codec::encode(SHAPE, self)
    }

    /// What [`Shape::encode`] gave.
    ///
    /// # Errors
    /// In words, what it is instead.
    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, String> {
        codec::decode(SHAPE, bytes).map_err(super::undecodable)
    }
}

/// The shapes of a closure, each still sealed, newest first.
#[derive(Debug, Default, Encode, Decode)]
pub(crate) struct Manifest {
    /// The sealed shapes.
    pub(crate) shapes: Vec<Vec<u8>>,
}

impl Manifest {
    /// The manifest that is these bytes.
    ///
    /// # Errors
    /// In words, what they are instead.
    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, String> {
        codec::decode(MANIFEST, bytes).map_err(super::undecodable)
    }

    /// The same with this one in front, and no more than are kept.
    ///
    /// # Errors
    /// More than is read back.
    pub(crate) fn with(mut self, sealed: Vec<u8>) -> Result<Vec<u8>, codec::TooLarge> {
        self.shapes.insert(0, sealed);
        self.shapes.truncate(MAX_SHAPES);
        let bytes = |shapes: &[Vec<u8>]| shapes.iter().map(Vec::len).sum::<usize>() as u64;
        while self.shapes.len() > 1 && bytes(&self.shapes) > MAX_MANIFEST_BYTES / 2 {
            self.shapes.pop();
        }
        codec::encode(MANIFEST, &self)
    }
}
