//! The encoding of our records: little-endian integers, and bytes behind their length.
//!
//! Small and written out, because what a no-op costs is mostly reading one such record: nothing is
//! allocated from a length that was not checked against what is really there.

use freshness::{Digest, Kind, Meta, Timestamp};

/// Writes a record.
#[derive(Debug, Default)]
pub struct Writer(pub Vec<u8>);

impl Writer {
    /// Writes a number.
    pub fn number(&mut self, value: u64) {
        self.0.extend_from_slice(&value.to_le_bytes());
    }

    /// Writes bytes behind their length.
    pub fn bytes(&mut self, bytes: &[u8]) {
        self.number(bytes.len() as u64);
        self.0.extend_from_slice(bytes);
    }

    /// Writes a digest.
    pub fn digest(&mut self, digest: &Digest) {
        self.0.extend_from_slice(digest);
    }

    /// Writes a list: its count, then each by `item`.
    pub fn list<T>(
        &mut self,
        items: impl ExactSizeIterator<Item = T>,
        mut item: impl FnMut(&mut Self, T),
    ) {
        self.number(items.len() as u64);
        items.for_each(|one| item(self, one));
    }

    /// Writes what may be missing.
    pub fn option<T>(&mut self, value: Option<T>, item: impl FnMut(&mut Self, T)) {
        self.list(value.into_iter(), item);
    }

    /// Writes the stat of a regular file.
    pub fn meta(&mut self, meta: &Meta) {
        self.number(meta.len);
        for time in [meta.mtime, meta.ctime] {
            self.0.extend_from_slice(&time.secs.to_le_bytes());
            self.number(time.nanos.into());
        }
        self.number(meta.inode);
    }
}

/// Reads a record; `None` from any of its methods means that it is damaged.
#[derive(Debug)]
pub struct Reader<'a>(pub &'a [u8]);

impl<'a> Reader<'a> {
    /// Reads so many bytes.
    pub fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*taken)
    }

    /// Reads a number.
    pub fn number(&mut self) -> Option<u64> {
        self.take().map(u64::from_le_bytes)
    }

    /// Reads bytes behind their length.
    pub fn bytes(&mut self) -> Option<&'a [u8]> {
        let len = usize::try_from(self.number()?).ok()?;
        let (taken, rest) = self.0.split_at_checked(len)?;
        self.0 = rest;
        Some(taken)
    }

    /// Reads text.
    pub fn text(&mut self) -> Option<&'a str> {
        std::str::from_utf8(self.bytes()?).ok()
    }

    /// Reads a digest.
    pub fn digest(&mut self) -> Option<Digest> {
        self.take()
    }

    /// Reads a list, of which each item takes at least a byte.
    pub fn list<T>(&mut self, mut item: impl FnMut(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        let count = usize::try_from(self.number()?).ok()?;
        if count > self.0.len() {
            return None;
        }
        (0..count).map(|_| item(self)).collect()
    }

    /// Reads what may be missing.
    pub fn option<T>(&mut self, item: impl FnMut(&mut Self) -> Option<T>) -> Option<Option<T>> {
        let mut values = self.list(item)?;
        (values.len() <= 1).then(|| values.pop())
    }

    /// Reads the stat of a regular file.
    pub fn meta(&mut self) -> Option<Meta> {
        let len = self.number()?;
        let mut time = || {
            let secs = i64::from_le_bytes(self.take()?);
            Some(Timestamp { secs, nanos: u32::try_from(self.number()?).ok()? })
        };
        let (mtime, ctime) = (time()?, time()?);
        Some(Meta { kind: Kind::File, len, mtime, ctime, inode: self.number()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written() -> Vec<u8> {
        let mut writer = Writer::default();
        writer.list(["a", "bc"].iter(), |w, text| w.bytes(text.as_bytes()));
        writer.option(Some(7), |w, n| w.number(n));
        writer.digest(&[9; 32]);
        let time = Timestamp { secs: -1, nanos: 5 };
        let meta = Meta { kind: Kind::File, len: 3, mtime: time, ctime: time, inode: 4 };
        writer.meta(&meta);
        writer.0
    }

    fn read(bytes: &[u8]) -> Option<(Vec<String>, Option<u64>, Digest, Meta)> {
        let mut reader = Reader(bytes);
        let texts = reader.list(|r| r.text().map(str::to_owned))?;
        Some((texts, reader.option(Reader::number)?, reader.digest()?, reader.meta()?))
    }

    #[test]
    fn what_is_written_is_read() {
        let (texts, number, digest, meta) = read(&written()).unwrap();
        assert_eq!((texts, number, digest), (vec!["a".into(), "bc".into()], Some(7), [9; 32]));
        assert_eq!((meta.len, meta.mtime.secs, meta.inode), (3, -1, 4));
    }

    #[test]
    fn a_record_torn_anywhere_is_damaged_and_harmless() {
        let whole = written();
        for len in 0..whole.len() {
            assert!(read(&whole[..len]).is_none(), "{len} bytes");
        }
        assert!(read(&[0xff; 64]).is_none());
    }
}
