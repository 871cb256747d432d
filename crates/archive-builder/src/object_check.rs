//! Checks that a file is what it should be, for the right target, before anyone can link or start it.
//!
//! An empty archive (eight bytes), a truncated one and one for another machine all link, or seem to,
//! until much later. So every member's extent is checked, and the first member that is an object must
//! be for the expected architecture. Of programs, dynamic libraries and modules of WebAssembly, every part
//! must be there. An unknown architecture is not held against a file.

use std::fs::File;
use std::io::{Read, Seek};
use std::path::Path;

use freshness_core::sys::{self, Links};
use object::read::archive::ArchiveFile;
use object::{Architecture, Object, ObjectKind, ObjectSegment, ReadCache, ReadRef};

use crate::artifact::{ArtifactKind, ProductKind};
use crate::wasm;

/// What an archive must be for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Expected {
    architecture: Option<Architecture>,
}

impl Expected {
    /// What an archive for this target triple must be for; `None` is this machine.
    pub(crate) fn for_target(triple: Option<&str>) -> Self {
        let architecture =
            triple.map_or(std::env::consts::ARCH, |t| t.split('-').next().unwrap_or(t));
        Self { architecture: architecture_named(architecture) }
    }

    /// What a module of WebAssembly is for: it does not say itself whether for 32 or 64 bits.
    fn wasm(self) -> Architecture {
        match self.architecture {
            Some(wide @ Architecture::Wasm64) => wide,
            _ => Architecture::Wasm32,
        }
    }

    fn require(self, found: Architecture) -> Result<(), String> {
        match self.architecture {
            Some(wanted) if found != wanted => {
                Err(format!("it is for {found:?}, the profile's target is {wanted:?}"))
            }
            _ => Ok(()),
        }
    }
}

/// Checks a file that should be what `kind` says.
///
/// # Errors
/// What is wrong with it, in words.
pub(crate) fn check(path: &Path, kind: ProductKind, expected: &Expected) -> Result<(), String> {
    let mut file = sys::open_regular(path, Links::Refuse).map_err(|error| error.to_string())?;
    match kind {
        ProductKind::Bitcode => check_bitcode(file),
        ProductKind::Artifact(ArtifactKind::StaticLib) => {
            check_archive(&ReadCache::new(file), expected, MayBeEmpty::No)
        }
        ProductKind::Artifact(ArtifactKind::Rlib) => {
            check_archive(&ReadCache::new(file), expected, MayBeEmpty::Yes)
        }
        ProductKind::Artifact(_) => {
            let mut magic = [0; wasm::MAGIC.len()];
            let is_wasm = file.read_exact(&mut magic).is_ok() && magic == wasm::MAGIC;
            file.rewind().map_err(|error| error.to_string())?;
            match is_wasm {
                true => check_module(file, expected),
                false => check_linked(&ReadCache::new(file), expected),
            }
        }
    }
}

/// Whether an archive may hold no object: a library for Rust that is nothing but generic code does not.
#[derive(PartialEq)]
enum MayBeEmpty {
    No,
    Yes,
}

fn check_archive<'a>(
    data: impl ReadRef<'a>,
    expected: &Expected,
    may_be_empty: MayBeEmpty,
) -> Result<(), String> {
    let damaged = |error: object::Error| format!("it is not a whole archive: {error}");
    let archive = ArchiveFile::parse(data).map_err(damaged)?;
    let mut architecture = None;
    for member in archive.members() {
        let member = member.map_err(damaged)?;
        let bytes = member.data(data).map_err(damaged)?;
        if architecture.is_none() {
            architecture = match bytes.starts_with(&wasm::MAGIC) {
                true => Some(expected.wasm()),
                false => object::File::parse(bytes).ok().map(|object| object.architecture()),
            };
        }
    }
    match architecture {
        Some(found) => expected.require(found),
        None if may_be_empty == MayBeEmpty::Yes => Ok(()),
        None => Err("it holds no object file".into()),
    }
}

/// A program or a dynamic library: every part that is loaded must be there.
fn check_linked<'a>(data: impl ReadRef<'a>, expected: &Expected) -> Result<(), String> {
    let damaged = |error: object::Error| format!("it is no whole program or library: {error}");
    let linked = object::File::parse(data).map_err(damaged)?;
    if !matches!(linked.kind(), ObjectKind::Executable | ObjectKind::Dynamic) {
        return Err("it is no program and no dynamic library".into());
    }
    for segment in linked.segments() {
        segment.data().map_err(damaged)?;
    }
    expected.require(linked.architecture())
}

/// A module of WebAssembly.
fn check_module(file: File, expected: &Expected) -> Result<(), String> {
    wasm::check(file).map_err(|problem| format!("it is not a whole module: {problem}"))?;
    expected.require(expected.wasm())
}

/// LLVM bitcode starts with `BC` 0xC0DE, or with the magic of its wrapper (LLVM's "Bitcode File
/// Format").
fn check_bitcode(mut file: File) -> Result<(), String> {
    let mut magic = [0; 4];
    file.read_exact(&mut magic).map_err(|error| error.to_string())?;
    match magic {
        [b'B', b'C', 0xc0, 0xde] | [0xde, 0xc0, 0x17, 0x0b] => Ok(()),
        _ => Err("it is not LLVM bitcode".into()),
    }
}

/// The architecture that a target triple starts with.
fn architecture_named(name: &str) -> Option<Architecture> {
    Some(match name {
        "aarch64" | "arm64" | "arm64e" => Architecture::Aarch64,
        "i386" | "i586" | "i686" | "x86" => Architecture::I386,
        "loongarch64" => Architecture::LoongArch64,
        "powerpc64" | "powerpc64le" => Architecture::PowerPc64,
        "s390x" => Architecture::S390x,
        "wasm32" => Architecture::Wasm32,
        "wasm64" => Architecture::Wasm64,
        "x86_64" | "x86_64h" => Architecture::X86_64,
        name if name.starts_with("riscv32") => Architecture::Riscv32,
        name if name.starts_with("riscv64") => Architecture::Riscv64,
        name if name.starts_with("arm") || name.starts_with("thumb") => Architecture::Arm,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::testing::{AARCH64, X86_64, archive};

    const LIBRARY: ProductKind = ProductKind::Artifact(ArtifactKind::StaticLib);
    const PROGRAM: ProductKind = ProductKind::Artifact(ArtifactKind::Bin);

    fn checked(bytes: &[u8], kind: ProductKind) -> Result<(), String> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("file");
        fs::write(&path, bytes).unwrap();
        check(&path, kind, &Expected::for_target(Some("x86_64-unknown-linux-gnu")))
    }

    #[test]
    fn an_archive_of_the_target_is_accepted_and_one_of_another_is_not() {
        assert_eq!(checked(&archive(X86_64, b"x"), LIBRARY), Ok(()));
        let other = checked(&archive(AARCH64, b"x"), LIBRARY).unwrap_err();
        assert_eq!(other, "it is for Aarch64, the profile's target is X86_64");
    }

    #[test]
    fn an_archive_cut_anywhere_is_refused() {
        let whole = archive(X86_64, b"some payload");
        for len in 0..whole.len() - 1 {
            assert!(checked(&whole[..len], LIBRARY).is_err(), "{len}");
        }
    }

    #[test]
    fn an_unknown_target_is_not_held_against_an_archive() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("file");
        fs::write(&path, archive(AARCH64, b"")).unwrap();
        assert_eq!(check(&path, LIBRARY, &Expected::for_target(Some("my-target"))), Ok(()));
    }

    #[test]
    fn bitcode_is_known_by_its_magic() {
        assert_eq!(checked(b"BC\xc0\xde....", ProductKind::Bitcode), Ok(()));
        assert!(checked(b"BC", ProductKind::Bitcode).is_err());
        assert_eq!(
            checked(&archive(X86_64, b""), ProductKind::Bitcode).unwrap_err(),
            "it is not LLVM bitcode"
        );
    }

    #[test]
    fn a_library_for_rust_may_hold_no_object_and_must_be_whole() {
        let rlib = ProductKind::Artifact(ArtifactKind::Rlib);
        let header = format!("{:<16}{:<12}{:<6}{:<6}{:<8}{:<10}`\n", "m/", 0, 0, 0, 644, 4);
        let empty = [b"!<arch>\n", header.as_bytes(), b"meta"].concat();
        assert_eq!(checked(&empty, rlib), Ok(()));
        assert!(checked(&empty, LIBRARY).is_err());
        assert!(checked(&empty[..empty.len() - 1], rlib).is_err());
        assert!(checked(&archive(AARCH64, b"x"), rlib).is_err());
    }

    #[test]
    fn a_program_of_the_target_is_accepted_and_what_is_none_is_not() {
        let this = std::env::current_exe().unwrap();
        let here = Expected::for_target(None);
        assert_eq!(check(&this, PROGRAM, &here), Ok(()));
        let elsewhere = match std::env::consts::ARCH {
            "aarch64" => "x86_64",
            _ => "aarch64",
        };
        let other = check(&this, PROGRAM, &Expected::for_target(Some(elsewhere))).unwrap_err();
        assert!(other.contains("the profile's target is"), "{other}");
        let object = &archive(X86_64, b"")[68..];
        assert_eq!(
            checked(object, PROGRAM).unwrap_err(),
            "it is no program and no dynamic library"
        );
        assert!(checked(b"#!/bin/sh\n", PROGRAM).is_err() && checked(b"", PROGRAM).is_err());
    }

    #[test]
    fn a_program_cut_anywhere_is_refused() {
        let whole = fs::read(std::env::current_exe().unwrap()).unwrap();
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("file");
        for share in [1, 10, 50, 90] {
            fs::write(&path, &whole[..whole.len() * share / 100]).unwrap();
            assert!(check(&path, PROGRAM, &Expected::for_target(None)).is_err(), "{share} %");
        }
    }

    #[test]
    fn a_module_is_for_webassembly_alone() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("file");
        let module = [&wasm::MAGIC[..], &[1, 0, 0, 0, 0, 1, 0]].concat();
        fs::write(&path, &module).unwrap();
        let check = |triple| check(&path, PROGRAM, &Expected::for_target(Some(triple)));
        assert_eq!(check("wasm32-unknown-unknown"), Ok(()));
        assert_eq!(check("wasm64-unknown-unknown"), Ok(()));
        assert!(check("x86_64-unknown-linux-gnu").is_err());
        fs::write(&path, &module[..module.len() - 1]).unwrap();
        let cut = check("wasm32-unknown-unknown").unwrap_err();
        assert_eq!(cut, "it is not a whole module: it ends within a section");
    }
}
