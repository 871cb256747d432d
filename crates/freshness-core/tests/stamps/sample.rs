//! A stamp in which every structure and every variant occurs, and a place to write it to.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use freshness_core::lists::{DirStat, ListedDir};
use freshness_core::{
    Archive, EnvFact, Evidence, Fact, Head, InputPath, InputSpec, Kind, Listing, Lists, Meta,
    Origin, Pattern, Reason, SealedFile, Snapshot, Stamp, State, Target, Timestamp,
};
use tempfile::TempDir;

/// A directory with one file in it that is taken for a stamp.
pub struct Slot {
    dir: TempDir,
}

impl Slot {
    pub fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap() }
    }

    pub fn stamp(&self) -> PathBuf {
        self.dir.path().join("stamp")
    }

    /// Reads `bytes` as a stamp, through a file, as a program would.
    pub fn read(&self, bytes: &[u8]) -> Result<Stamp, Reason> {
        fs::write(self.stamp(), bytes).unwrap();
        Stamp::read(&self.stamp())
    }
}

/// The envelope that `stamp/codec.rs` documents, around any payload.
pub fn envelope(version: u32, payload: &[u8]) -> Vec<u8> {
    let mut bytes = b"freshstp".to_vec();
    bytes.extend_from_slice(&version.to_le_bytes());
    bytes.extend_from_slice(&(payload.len() as u64).to_le_bytes());
    bytes.extend_from_slice(&crc32fast::hash(payload).to_le_bytes());
    bytes.extend_from_slice(payload);
    bytes
}

/// The payload of the head of a stamp.
pub fn head_of(stamp: &[u8]) -> Vec<u8> {
    let length = u64::from_le_bytes(stamp[12..20].try_into().unwrap());
    stamp[24..24 + usize::try_from(length).unwrap()].to_vec()
}

/// The version of the format that this program writes.
pub const VERSION: u32 = 5;

pub fn meta(kind: Kind) -> Meta {
    Meta {
        kind,
        len: 70_000,
        mtime: Timestamp { secs: -1, nanos: 999_999_999 },
        ctime: Timestamp { secs: 1_700_000_000, nanos: 1 },
        inode: u64::MAX,
    }
}

pub fn stamp() -> Stamp {
    let head = Head {
        key: "0123abcd".into(),
        generation: 300,
        profile: vec![fact("panic", Some("abort")), fact("target", None)],
        toolchain: vec![fact("channel", Some("1.89.0"))],
        toolchain_files: vec![sealed("/opt/rust/bin/rustc")],
        environment: vec![
            EnvFact { name: "CC".into(), digest: Some([0xaa; 32]) },
            EnvFact { name: "RUSTFLAGS".into(), digest: None },
        ],
        cutoff: Timestamp { secs: 1_700_000_001, nanos: 500 },
        archives: vec![Archive {
            package: "runtime".into(),
            kind: "staticlib".into(),
            file: sealed("archives/45/libruntime.a"),
        }],
        origin: Some(Origin {
            storage: "s3 bucket/prefix".into(),
            namespace: "main".into(),
            identity: "00ff".into(),
            signer: "ff00".into(),
        }),
        tells_place: true,
    };
    let entries = entries();
    let evidence = (0..entries.len()).flat_map(|i| [i as u8; 4]).collect();
    Stamp {
        head,
        specs: specs(),
        lists: lists(entries.len()),
        snapshot: Snapshot { root: bytes_path(b"/ws/\xff"), entries },
        evidence: vec![
            Evidence { strategy: "hash".into(), version: 1, bytes: evidence },
            Evidence { strategy: "mtime".into(), version: 1, bytes: Vec::new() },
        ],
    }
}

fn fact(name: &str, value: Option<&str>) -> Fact {
    Fact { name: name.into(), value: value.map(Into::into) }
}

fn sealed(path: &str) -> SealedFile {
    SealedFile { path: path.into(), meta: meta(Kind::File), digest: [0x55; 32] }
}

fn specs() -> Vec<InputSpec> {
    let patterns = [
        Pattern::Path("Cargo.toml".into()),
        Pattern::Path("b-directory".into()),
        Pattern::Path("h-absent\n".into()),
        Pattern::Tree { dir: "src".into(), skip: vec!["src/gen".into(), "/x".into()] },
        Pattern::Followed { dir: "data".into(), skip: vec!["made".into()] },
        Pattern::Modules { dir: "src".into(), names: vec!["a".into(), "b".into()] },
        package(Listing::Included(vec!["/src".into(), "*.h".into()])),
        package(Listing::Visible(Vec::new())),
        package(Listing::Versioned { top: "/repo".into(), excluded: vec!["/big".into()] }),
        Pattern::Glob { base: "assets".into(), glob: "**/*.svg".into(), skip: Vec::new() },
        Pattern::Selected {
            base: "gen".into(),
            top: "/ws".into(),
            entries: vec!["**/*.y".into(), bytes_path(b"!\xff")],
            skip: vec!["/ws/gen/out.c".into()],
        },
    ];
    let of_runtime = |pattern| InputSpec { pattern, why: "an input of runtime".into() };
    let mut specs: Vec<InputSpec> = patterns.map(of_runtime).into();
    // One path may be an input for more than one reason.
    let twice = Pattern::Path("b-directory".into());
    specs.push(InputSpec { pattern: twice, why: "another input".into() });
    specs.sort();
    specs
}

/// A directory that held nothing, one that changed while it was listed, and one that proves something.
fn lists(inputs: usize) -> Lists {
    let time = Timestamp { secs: 1_600_000_000, nanos: 2 };
    let own = Some(DirStat { device: 3, inode: 4, mtime: time, ctime: time });
    let others = BTreeSet::from([("sub".into(), true), (OsStr::from_bytes(b"\xff").into(), false)]);
    let dirs = [
        ("", ListedDir { own, others }),
        ("/etc/", ListedDir { own: None, others: BTreeSet::new() }),
        ("nothing/in/", ListedDir { own, others: BTreeSet::new() }),
    ];
    Lists {
        dirs: dirs.map(|(dir, listed)| (dir.into(), listed)).into(),
        tagged: BTreeMap::from([("/ws/target".into(), true), ("/ws/data".into(), false)]),
        rules: BTreeMap::from([
            ("/ws/.gitignore".into(), Some(meta(Kind::File))),
            ("/ws/gen/.gitignore".into(), None),
        ]),
        found: (0..inputs).map(|index| index % 2 == 0).collect(),
        complete: true,
        since: Timestamp { secs: 1_600_000_001, nanos: 0 },
    }
}

fn package(listing: Listing) -> Pattern {
    Pattern::Package { dir: "tools".into(), skip: vec!["made".into()], listing }
}

/// Every state and every kind, in path order.
fn entries() -> Vec<(InputPath, State)> {
    let link = |target| State::Link { text: "to".into(), own: meta(Kind::Link), target };
    let states: [(&[u8], State); 11] = [
        (b"/etc/outside", State::Here(meta(Kind::File))),
        (b"a-device", State::Here(meta(Kind::Device))),
        (b"b-directory", State::Here(meta(Kind::Directory))),
        (b"c-fifo", State::Here(meta(Kind::Fifo))),
        (b"d-link", link(Target::There(meta(Kind::File)))),
        (b"e-dangling", link(Target::Nowhere)),
        (b"f-guarded", link(Target::Unreadable("Permission denied".into()))),
        (b"g-guarded", State::Unreadable("Permission denied".into())),
        (b"h-absent\n", State::Absent),
        (b"i-socket", State::Here(meta(Kind::Socket))),
        (b"j-\xff\xfe", State::Here(meta(Kind::File))),
    ];
    let recorded = |bytes| InputPath::from_recorded(bytes_path(bytes));
    states.into_iter().map(|(path, state)| (recorded(path), state)).collect()
}

pub fn bytes_path(bytes: &[u8]) -> PathBuf {
    Path::new(OsStr::from_bytes(bytes)).to_path_buf()
}
