//! What a storage says of one identity: the archives that were made from it, signed.

use std::path::{Component, Path};

use bincode::{Decode, Encode};
use freshness_core::Digest;
use freshness_core::stamp::codec::{self, Format};

use crate::artifact::ProductKind;

const FORMAT: Format = Format { magic: *b"freshent", version: 1 };

/// What a signature of an entry is for.
pub(crate) const KIND: &str = "entry";

/// The longest entry that is read, in bytes: some thousand archives.
pub(crate) const MAX_BYTES: u64 = 1 << 20;

/// The archives of an identity.
#[derive(Debug, Encode, Decode)]
pub(crate) struct Entry {
    /// The identity that it speaks of: an entry under another name is not believed.
    pub(crate) identity: Digest,
    /// The archives, in the order of the answer.
    pub(crate) archives: Vec<Item>,
}

/// One archive.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub(crate) struct Item {
    pub(crate) package: String,
    kind: String,
    pub(crate) file_name: String,
    pub(crate) digest: Digest,
    pub(crate) bytes: u64,
}

impl Item {
    /// An archive of a stamp.
    pub(crate) fn new(archive: &freshness_core::Archive) -> Option<Self> {
        Some(Self {
            package: archive.package.clone(),
            kind: archive.kind.clone(),
            file_name: archive.file.path.file_name()?.to_str()?.to_owned(),
            digest: archive.file.digest,
            bytes: archive.file.meta.len,
        })
    }

    /// What it is.
    ///
    /// # Errors
    /// In words, why it cannot be taken.
    pub(crate) fn kind(&self) -> Result<ProductKind, String> {
        let mut parts = Path::new(&self.file_name).components();
        let is_plain = matches!((parts.next(), parts.next()), (Some(Component::Normal(_)), None));
        if !is_plain
            || self.file_name.starts_with('.')
            || self.file_name.contains(['/', '\\', '\0'])
        {
            return Err(format!("it names a file {:?}", self.file_name));
        }
        ProductKind::parse(&self.kind).ok_or_else(|| format!("it names a kind {:?}", self.kind))
    }
}

impl Entry {
    /// The bytes to sign.
    ///
    /// # Errors
    /// More than is read back.
    pub(crate) fn encode(&self) -> Result<Vec<u8>, codec::TooLarge> {
        codec::encode(FORMAT, self)
    }

    /// The entry that is these bytes and speaks of `identity`.
    ///
    /// # Errors
    /// In words, why it is not believed.
    pub(crate) fn decode(bytes: &[u8], identity: &Digest) -> Result<Self, String> {
        let entry: Self = codec::decode(FORMAT, bytes).map_err(super::undecodable)?;
        if entry.identity != *identity {
            return Err("it speaks of other inputs".into());
        }
        if entry.archives.is_empty() {
            return Err("it names no archive".into());
        }
        entry.archives.iter().try_for_each(|item| item.kind().map(drop))?;
        Ok(entry)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(file_name: &str, kind: &str) -> Result<Entry, String> {
        let item = Item {
            package: "p".into(),
            kind: kind.into(),
            file_name: file_name.into(),
            digest: [1; 32],
            bytes: 3,
        };
        let entry = Entry { identity: [7; 32], archives: vec![item] };
        Entry::decode(&entry.encode().unwrap(), &[7; 32])
    }

    #[test]
    fn a_name_that_is_no_plain_name_is_refused() {
        assert!(entry("libp.a", "staticlib").is_ok());
        for name in ["../libp.a", "/etc/x", "a/b", "..", ".", "", ".hidden", "a\\b", "a\0b"] {
            assert!(entry(name, "staticlib").unwrap_err().starts_with("it names a file"), "{name}");
        }
        assert_eq!(entry("libp.a", "recipe").unwrap_err(), "it names a kind \"recipe\"");
    }

    #[test]
    fn an_entry_speaks_of_one_identity() {
        let bytes = Entry { identity: [7; 32], archives: Vec::new() }.encode().unwrap();
        assert_eq!(Entry::decode(&bytes, &[8; 32]).unwrap_err(), "it speaks of other inputs");
        assert_eq!(Entry::decode(&bytes, &[7; 32]).unwrap_err(), "it names no archive");
        assert_eq!(Entry::decode(&bytes[..9], &[7; 32]).unwrap_err(), "it is torn");
    }
}
