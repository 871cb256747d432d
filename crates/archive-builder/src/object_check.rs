//! Checks that a file is an archive for the right target before anyone can link it.
//!
//! An empty archive (eight bytes), a truncated one and one for another machine all link, or seem to,
//! until much later. So every member's extent is checked, and the first member that is an object must
//! be for the expected architecture. An unknown architecture is not held against an archive.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use freshness_core::sys::{self, Links};
use object::read::archive::ArchiveFile;
use object::{Architecture, Object, ReadCache, ReadRef};

use crate::profile::Emit;

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
}

/// Checks a file that should be what `emit` says.
///
/// # Errors
/// What is wrong with it, in words.
pub(crate) fn check(path: &Path, emit: Emit, expected: &Expected) -> Result<(), String> {
    let file = sys::open_regular(path, Links::Refuse).map_err(|error| error.to_string())?;
    match emit {
        Emit::Link => check_archive(&ReadCache::new(file), expected),
        Emit::LlvmBc => check_bitcode(file),
    }
}

fn check_archive<'a>(data: impl ReadRef<'a>, expected: &Expected) -> Result<(), String> {
    let damaged = |error: object::Error| format!("it is not a whole archive: {error}");
    let archive = ArchiveFile::parse(data).map_err(damaged)?;
    let mut architecture = None;
    for member in archive.members() {
        let member = member.map_err(damaged)?;
        let bytes = member.data(data).map_err(damaged)?;
        if architecture.is_none() {
            architecture = object::File::parse(bytes).ok().map(|object| object.architecture());
        }
    }
    match (architecture, expected.architecture) {
        (None, _) => Err("it holds no object file".into()),
        (Some(found), Some(wanted)) if found != wanted => {
            Err(format!("it is for {found:?}, the profile's target is {wanted:?}"))
        }
        _ => Ok(()),
    }
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

    fn checked(bytes: &[u8], emit: Emit) -> Result<(), String> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("file");
        fs::write(&path, bytes).unwrap();
        check(&path, emit, &Expected::for_target(Some("x86_64-unknown-linux-gnu")))
    }

    #[test]
    fn an_archive_of_the_target_is_accepted_and_one_of_another_is_not() {
        assert_eq!(checked(&archive(X86_64, b"x"), Emit::Link), Ok(()));
        let other = checked(&archive(AARCH64, b"x"), Emit::Link).unwrap_err();
        assert_eq!(other, "it is for Aarch64, the profile's target is X86_64");
    }

    #[test]
    fn an_archive_cut_anywhere_is_refused() {
        let whole = archive(X86_64, b"some payload");
        for len in 0..whole.len() - 1 {
            assert!(checked(&whole[..len], Emit::Link).is_err(), "{len}");
        }
    }

    #[test]
    fn an_unknown_target_is_not_held_against_an_archive() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("file");
        fs::write(&path, archive(AARCH64, b"")).unwrap();
        assert_eq!(check(&path, Emit::Link, &Expected::for_target(Some("my-target"))), Ok(()));
    }

    #[test]
    fn bitcode_is_known_by_its_magic() {
        assert_eq!(checked(b"BC\xc0\xde....", Emit::LlvmBc), Ok(()));
        assert!(checked(b"BC", Emit::LlvmBc).is_err());
        assert_eq!(
            checked(&archive(X86_64, b""), Emit::LlvmBc).unwrap_err(),
            "it is not LLVM bitcode"
        );
    }
}
