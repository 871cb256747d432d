//! Which file system a path is on, by name, and what is known of that kind.
//!
//! The numbers are those of `statfs(2)` and of Linux's `magic.h`.

use std::path::Path;

use crate::sys;

/// A kind of file system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FileSystem {
    pub(super) name: &'static str,
    pub(super) reach: Reach,
}

/// Who else may change what is on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// This machine alone: its kernel sees every change, and keeps its times.
    Local,
    /// Others as well: they write, or another system keeps the times, or only shows them late.
    Shared,
}

const fn kind(magic: u64, name: &'static str, reach: Reach) -> (u64, FileSystem) {
    (magic, FileSystem { name, reach })
}

const KINDS: &[(u64, FileSystem)] = &[
    kind(0xEF53, "ext2/3/4", Reach::Local),
    kind(0x5846_5342, "xfs", Reach::Local),
    kind(0x9123_683E, "btrfs", Reach::Local),
    kind(0x0102_1994, "tmpfs", Reach::Local),
    kind(0x794C_7630, "overlayfs", Reach::Local),
    kind(0x2FC1_2FC1, "zfs", Reach::Local),
    kind(0xF2F5_2010, "f2fs", Reach::Local),
    kind(0xCA45_1A4E, "bcachefs", Reach::Local),
    kind(0x8584_58F6, "ramfs", Reach::Local),
    kind(0x4D44, "fat", Reach::Local),
    kind(0x2011_BAB0, "exfat", Reach::Local),
    kind(0x7366_746E, "ntfs3", Reach::Local),
    kind(0x6969, "nfs", Reach::Shared),
    kind(0xFF53_4D42, "cifs", Reach::Shared),
    kind(0xFE53_4D42, "smb2", Reach::Shared),
    kind(0x517B, "smb", Reach::Shared),
    kind(0x0102_1997, "9p", Reach::Shared),
    kind(0x6573_5546, "fuse", Reach::Shared),
    kind(0x786F_4256, "vboxsf", Reach::Shared),
    kind(0xBACB_ACBC, "vmhgfs", Reach::Shared),
    kind(0x00C3_6400, "ceph", Reach::Shared),
    kind(0x5346_414F, "afs", Reach::Shared),
    kind(0x0BD0_0BD0, "lustre", Reach::Shared),
];

/// The kind that `path` is on, where the system tells and we know it.
pub(super) fn of(path: &Path) -> Option<FileSystem> {
    by_magic(sys::file_system_number(path)?)
}

fn by_magic(magic: u64) -> Option<FileSystem> {
    KINDS.iter().find(|(number, _)| *number == magic).map(|(_, kind)| *kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_told_by_their_numbers() {
        assert_eq!(by_magic(0xEF53).map(|kind| kind.name), Some("ext2/3/4"));
        assert_eq!(by_magic(0x6969).map(|kind| kind.reach), Some(Reach::Shared));
        assert_eq!(by_magic(1), None);
        let numbers: std::collections::BTreeSet<u64> = KINDS.iter().map(|(n, _)| *n).collect();
        assert_eq!(numbers.len(), KINDS.len(), "each number once");
    }
}
