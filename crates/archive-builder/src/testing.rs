//! Values that unit tests of several modules need.

use freshness_core::{Archive, Head, Lists, Snapshot, Stamp};

use crate::key::Key;
use crate::slot::Slot;

/// A stamp of this generation that names these archives.
pub(crate) fn stamp_of(generation: u64, archives: Vec<Archive>) -> Stamp {
    Stamp {
        head: Head { generation, archives, ..Head::default() },
        specs: Vec::new(),
        snapshot: Snapshot { root: "/".into(), entries: Vec::new() },
        evidence: Vec::new(),
        lists: Lists::default(),
    }
}

/// A slot in a store below `dir`, made.
pub(crate) fn slot(dir: &std::path::Path) -> Slot {
    let tool = crate::Tool { name: "t".into(), version: "1".into() };
    let store = dir.join("store");
    let key = Key::derive(&crate::Profile::release(["x"]), &tool, dir, &store);
    let slot = Slot::new(&store, &key);
    slot.create().unwrap();
    slot
}

/// An `ar` archive of one ELF object for `machine` (its number in ELF's `e_machine`).
pub(crate) fn archive(machine: u16, payload: &[u8]) -> Vec<u8> {
    let mut elf = b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x01\0".to_vec();
    elf.extend(machine.to_le_bytes());
    elf.extend(1u32.to_le_bytes());
    elf.extend([0; 24]);
    elf.extend([0, 0, 0, 0, 64, 0, 0, 0, 0, 0, 64, 0, 0, 0, 0, 0]);
    elf.extend(payload);
    if elf.len() % 2 == 1 {
        elf.push(0);
    }
    let header = format!("{:<16}{:<12}{:<6}{:<6}{:<8}{:<10}`\n", "a.o/", 0, 0, 0, 644, elf.len());
    [b"!<arch>\n", header.as_bytes(), &elf].concat()
}

/// ELF's number for x86-64.
pub(crate) const X86_64: u16 = 62;
/// ELF's number for AArch64.
pub(crate) const AARCH64: u16 = 183;
