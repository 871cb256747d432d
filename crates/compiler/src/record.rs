//! What the newest compile of a program knew: the build cache, the link cache and the module table.
//!
//! One file, so that the three cannot disagree, and a small change reads one file rather than one for
//! each module:
//!
//! ```text
//! magic | length of the head u64 | digest of the head | head | table of modules
//! ```
//! The head ends in the digest and the length of the table, which is read only where something has to be done.

use std::collections::BTreeSet;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use freshness::{
    Digest, InputRecord, Links, Meta, StoredInputs, bytes_of_path, open_regular, path_of_bytes,
    read_at,
};

use crate::cache::{MAX_BYTES, write_whole};
use crate::codec::{Reader, Writer};
use crate::fingerprint::digest_of;
use crate::language::Feature;
use crate::objects::{Seal, decode_features, encode_features};

/// The first bytes of a record; counts up when what follows changes.
const MAGIC: [u8; 8] = *b"ntsrec03";

/// The bytes before the head.
const FRAME: usize = 8 + 8 + 32;

/// A file whose bytes are vouched for while its stat is as it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedFile {
    /// Where it is.
    pub path: PathBuf,
    /// Its stat.
    pub meta: Meta,
    /// The digest of its bytes.
    pub digest: Digest,
}

/// What a compile depends on besides sources, archives and linker: each compared by itself, so that what
/// changed has a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Circumstances {
    /// The running compiler.
    pub compiler: SealedFile,
    /// What it makes code for.
    pub machine: Digest,
    /// What was asked for.
    pub arguments: Digest,
    /// What the configuration says.
    pub config: Digest,
    /// The variables that the compiler or the linker reads.
    pub environment: Digest,
    /// The programs that link.
    pub linker: Digest,
}

/// An archive that was linked: what it is, not where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkedArchive {
    /// The package that produces it.
    pub package: String,
    /// The digest of its bytes.
    pub digest: Digest,
}

/// The program that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutputRecord {
    /// Its stat after it was put into place.
    pub meta: Meta,
    /// The SHA-256 of its bytes.
    pub checksum: [u8; 32],
    /// The digest of all that it was linked from.
    pub link_key: Digest,
}

/// A module as it was compiled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModuleRecord {
    /// Its path relative to the entry's directory.
    pub id: String,
    /// The digest of its text.
    pub text: Digest,
    /// What it imports.
    pub imports: Vec<ImportRecord>,
    /// The digest of its interface.
    pub interface: Digest,
    /// The interface itself, encoded: few of them are asked for.
    pub interface_encoded: Vec<u8>,
    /// Its object, if that is in the cache.
    pub object: Option<Seal>,
}

/// An import as it was resolved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportRecord {
    /// As written.
    pub specifier: String,
    /// How many places were looked at in vain before the one that had it; `None` for a builtin module.
    pub candidate: Option<usize>,
    /// The module that it leads to, as an index among the record's; a builtin has none.
    pub target: Option<usize>,
}

/// What the newest compile knew.
#[derive(Debug)]
pub struct Record {
    /// What it depended on.
    pub circumstances: Circumstances,
    /// The sources, and the places that were looked at in vain.
    pub inputs: StoredInputs,
    /// What the program needs of the native archives.
    pub features: BTreeSet<Feature>,
    /// The archives that were linked, in order.
    pub archives: Vec<LinkedArchive>,
    /// The program.
    pub output: OutputRecord,
    /// How many modules there are.
    pub module_count: usize,
    modules: Modules,
}

/// The table of modules, as it lies behind the head.
#[derive(Debug)]
struct Modules {
    file: File,
    offset: u64,
    length: usize,
    digest: Digest,
}

/// Why there is no record to believe.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoRecord {
    /// There is none.
    Missing,
    /// It is torn, foreign, or of another version.
    Damaged,
}

impl Record {
    /// Reads the record in `path`.
    ///
    /// # Errors
    /// Why there is none.
    pub fn read(path: &Path) -> Result<Self, NoRecord> {
        match Self::try_read(path) {
            Ok(record) => record.ok_or(NoRecord::Damaged),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Err(NoRecord::Missing),
            Err(_) => Err(NoRecord::Damaged),
        }
    }

    fn try_read(path: &Path) -> io::Result<Option<Self>> {
        let file = open_regular(path, Links::Refuse)?;
        let length = file.metadata()?.len();
        if length > MAX_BYTES {
            return Ok(None);
        }
        let mut frame = [0; FRAME];
        read_at(&file, &mut frame, 0)?;
        let mut reader = Reader(&frame);
        let (magic, head_length, check) = (reader.take(), reader.number(), reader.digest());
        let head_length = head_length.filter(|head| *head <= length.saturating_sub(FRAME as u64));
        let (Some(MAGIC), Some(head_length), Some(check)) = (magic, head_length, check) else {
            return Ok(None);
        };
        let mut head = vec![0; usize::try_from(head_length).unwrap_or(0)];
        read_at(&file, &mut head, FRAME as u64)?;
        if digest_of(&head) != check {
            return Ok(None);
        }
        let offset = FRAME as u64 + head_length;
        Ok(Self::decode(&head, file, offset)
            .filter(|record| offset.checked_add(record.modules.length as u64) == Some(length)))
    }

    /// The record with other circumstances, inputs and output, where contents are what they were.
    ///
    /// # Errors
    /// A record that would not be read back.
    pub fn renewed(&self, inputs: InputRecord) -> io::Result<Prepared> {
        let inputs = inputs.encode().map_err(io::Error::other)?;
        let modules = self.modules.read().ok_or(io::ErrorKind::InvalidData)?;
        Ok(Prepared { inputs, module_count: self.module_count, modules })
    }

    fn decode(head: &[u8], file: File, offset: u64) -> Option<Self> {
        let mut reader = Reader(head);
        let record = Self {
            circumstances: Circumstances::decode(&mut reader)?,
            inputs: StoredInputs::decode(reader.bytes()?.to_vec()).ok()?,
            features: decode_features(&mut reader)?,
            archives: reader.list(|r| {
                Some(LinkedArchive { package: r.text()?.to_owned(), digest: r.digest()? })
            })?,
            output: OutputRecord {
                meta: reader.meta()?,
                checksum: reader.digest()?,
                link_key: reader.digest()?,
            },
            module_count: usize::try_from(reader.number()?).ok()?,
            modules: Modules {
                file,
                offset,
                length: usize::try_from(reader.number()?).ok()?,
                digest: reader.digest()?,
            },
        };
        reader.0.is_empty().then_some(record)
    }

    /// The modules, the entry first; `None` where the table is damaged.
    #[must_use]
    pub fn modules(&self) -> Option<Vec<ModuleRecord>> {
        Reader(&self.modules.read()?).list(ModuleRecord::decode)
    }
}

impl Modules {
    fn read(&self) -> Option<Vec<u8>> {
        let mut bytes = vec![0; self.length];
        read_at(&self.file, &mut bytes, self.offset).ok()?;
        (digest_of(&bytes) == self.digest).then_some(bytes)
    }
}

/// What can be encoded of a record while the linker still runs: nearly all of it.
#[derive(Debug)]
pub struct Prepared {
    inputs: Vec<u8>,
    module_count: usize,
    modules: Vec<u8>,
}

impl Prepared {
    /// Encodes inputs and modules, the entry first.
    ///
    /// # Errors
    /// A record that would not be read back.
    pub fn new(
        inputs: InputRecord,
        modules: impl ExactSizeIterator<Item = ModuleRecord>,
    ) -> io::Result<Self> {
        let inputs = inputs.encode().map_err(io::Error::other)?;
        let module_count = modules.len();
        let mut writer = Writer::default();
        writer.list(modules, |w, module| module.encode(w));
        Ok(Self { inputs, module_count, modules: writer.0 })
    }

    /// Replaces the record in `path`.
    ///
    /// # Errors
    /// Those of writing it.
    pub fn write(
        &self,
        path: &Path,
        circumstances: &Circumstances,
        features: &BTreeSet<Feature>,
        archives: &[LinkedArchive],
        output: &OutputRecord,
    ) -> io::Result<()> {
        let mut writer = Writer::default();
        circumstances.encode(&mut writer);
        writer.bytes(&self.inputs);
        encode_features(&mut writer, features);
        writer.list(archives.iter(), |w, archive| {
            w.bytes(archive.package.as_bytes());
            w.digest(&archive.digest);
        });
        writer.meta(&output.meta);
        writer.digest(&output.checksum);
        writer.digest(&output.link_key);
        writer.number(self.module_count as u64);
        writer.number(self.modules.len() as u64);
        writer.digest(&digest_of(&self.modules));
        let head = writer.0;
        let mut writer = Writer(MAGIC.to_vec());
        writer.number(head.len() as u64);
        writer.digest(&digest_of(&head));
        writer.0.extend(head);
        writer.0.extend(&self.modules);
        write_whole(path, &writer.0).map(|_| ())
    }
}

impl SealedFile {
    fn encode(&self, writer: &mut Writer) {
        writer.bytes(bytes_of_path(&self.path));
        writer.meta(&self.meta);
        writer.digest(&self.digest);
    }

    fn decode(reader: &mut Reader<'_>) -> Option<Self> {
        let path = path_of_bytes(reader.bytes()?.to_vec());
        Some(Self { path, meta: reader.meta()?, digest: reader.digest()? })
    }
}

impl Circumstances {
    fn encode(&self, writer: &mut Writer) {
        self.compiler.encode(writer);
        for digest in
            [&self.machine, &self.arguments, &self.config, &self.environment, &self.linker]
        {
            writer.digest(digest);
        }
    }

    fn decode(reader: &mut Reader<'_>) -> Option<Self> {
        Some(Self {
            compiler: SealedFile::decode(reader)?,
            machine: reader.digest()?,
            arguments: reader.digest()?,
            config: reader.digest()?,
            environment: reader.digest()?,
            linker: reader.digest()?,
        })
    }
}

impl ModuleRecord {
    fn encode(&self, writer: &mut Writer) {
        writer.bytes(self.id.as_bytes());
        writer.digest(&self.text);
        writer.list(self.imports.iter(), |w, import| {
            w.bytes(import.specifier.as_bytes());
            for index in [import.candidate, import.target] {
                w.option(index, |w, index| w.number(index as u64));
            }
        });
        writer.digest(&self.interface);
        writer.bytes(&self.interface_encoded);
        writer.option(self.object.as_ref(), |w, seal| seal.encode(w));
    }

    fn decode(reader: &mut Reader<'_>) -> Option<Self> {
        Some(Self {
            id: reader.text()?.to_owned(),
            text: reader.digest()?,
            imports: reader.list(|r| {
                let specifier = r.text()?.to_owned();
                let mut index = || r.option(|r| usize::try_from(r.number()?).ok());
                Some(ImportRecord { specifier, candidate: index()?, target: index()? })
            })?,
            interface: reader.digest()?,
            interface_encoded: reader.bytes()?.to_vec(),
            object: reader.option(Seal::decode)?,
        })
    }
}
