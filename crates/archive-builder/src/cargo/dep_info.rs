//! Reads both kinds of dep-info that a build leaves: rustc's `.d` files and cargo's own.
//!
//! rustc's names every file as the compiler opened it, so a path through a link is seen as such.
//! cargo's (`EncodedDepInfo` in cargo's `fingerprint/dep_info.rs`, version 1) is what cargo itself
//! compares, with links resolved and variables that cargo sets left out. Both are read with bounds:
//! a crafted length must not reserve memory. Input that does not parse is an error in words.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::path::PathBuf;

/// What one compilation read.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct DepInfo {
    /// Files below the package's root, relative to it.
    pub(crate) in_package: Vec<PathBuf>,
    /// Files relative to cargo's target directory, or absolute.
    pub(crate) elsewhere: Vec<PathBuf>,
    /// Variables whose value was compiled in.
    pub(crate) env: Vec<String>,
}

/// The first bytes of cargo's dep-info: one file of an impossible kind, which versions before 1 stop
/// at, and the version.
const CARGO_HEADER: [u8; 6] = [1, 0, 0, 0, 0xff, 1];

/// Parses the dep-info that cargo keeps beside a fingerprint.
///
/// # Errors
/// Bytes that are torn or of another version.
pub(crate) fn parse_cargo(bytes: &[u8]) -> Result<DepInfo, &'static str> {
    let mut rest = bytes.strip_prefix(&CARGO_HEADER).ok_or("dep-info of another cargo")?;
    let mut info = DepInfo::default();
    for _ in 0..take_u32(&mut rest)? {
        let kind = take(&mut rest, 1)?[0];
        let path = path(take_counted(&mut rest)?);
        if take(&mut rest, 1)?[0] != 0 {
            take(&mut rest, 8)?;
            take_counted(&mut rest)?;
        }
        match kind {
            0 => info.in_package.push(path),
            1 => info.elsewhere.push(path),
            _ => return Err("dep-info names a file of unknown kind"),
        }
    }
    for _ in 0..take_u32(&mut rest)? {
        let name = std::str::from_utf8(take_counted(&mut rest)?).map_err(|_| TORN)?;
        info.env.push(name.to_owned());
        if take(&mut rest, 1)?[0] != 0 {
            take_counted(&mut rest)?;
        }
    }
    if rest.is_empty() { Ok(info) } else { Err("dep-info has trailing bytes") }
}

const TORN: &str = "dep-info is torn";

fn take<'a>(rest: &mut &'a [u8], len: usize) -> Result<&'a [u8], &'static str> {
    let (taken, left) = rest.split_at_checked(len).ok_or(TORN)?;
    *rest = left;
    Ok(taken)
}

fn take_u32(rest: &mut &[u8]) -> Result<u32, &'static str> {
    let (taken, left) = rest.split_first_chunk::<4>().ok_or(TORN)?;
    *rest = left;
    Ok(u32::from_le_bytes(*taken))
}

fn take_counted<'a>(rest: &mut &'a [u8]) -> Result<&'a [u8], &'static str> {
    let len = take_u32(rest)? as usize;
    take(rest, len)
}

/// Parses the Makefile-like dep-info of rustc: the files of its first rule, in order.
///
/// rustc escapes a space as `\ ` and nothing else (`escape_dep_filename` in `rustc_interface`).
/// Variables are left to cargo's own dep-info, which knows which of them cargo set.
///
/// # Errors
/// Text without a rule.
pub(crate) fn parse_rustc(bytes: &[u8]) -> Result<Vec<PathBuf>, &'static str> {
    let rule = bytes.split(|b| *b == b'\n').find_map(|line| {
        let colon = line.windows(2).position(|pair| pair == b": ")?;
        (!line.starts_with(b"#")).then(|| &line[colon + 2..])
    });
    let empty = || bytes.split(|b| *b == b'\n').any(|line| line.ends_with(b":"));
    let Some(rule) = rule else {
        return if empty() { Ok(Vec::new()) } else { Err("dep-info has no rule") };
    };
    let mut files = Vec::new();
    let mut name = Vec::new();
    let mut bytes = rule.iter().copied().peekable();
    while let Some(byte) = bytes.next() {
        match byte {
            b'\\' if bytes.peek() == Some(&b' ') => name.extend(bytes.next()),
            b' ' | b'\r' | b'\t' => files.extend(finished(&mut name)),
            _ => name.push(byte),
        }
    }
    files.extend(finished(&mut name));
    Ok(files)
}

fn finished(name: &mut Vec<u8>) -> Option<PathBuf> {
    (!name.is_empty()).then(|| path(&std::mem::take(name)))
}

fn path(bytes: &[u8]) -> PathBuf {
    PathBuf::from(OsString::from_vec(bytes.to_vec()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(names: &[&str]) -> Vec<PathBuf> {
        names.iter().map(PathBuf::from).collect()
    }

    #[test]
    fn rustc_names_files_with_spaces_and_backslashes() {
        let text = b"/t/deps/a b.d: src/lib.rs my\\ file.rs back\\slash.rs\n\nsrc/lib.rs:\n";
        // The target of the rule may hold a space too; the rule starts at the first `: `.
        assert_eq!(
            parse_rustc(text).unwrap(),
            paths(&["src/lib.rs", "my file.rs", "back\\slash.rs"])
        );
        assert_eq!(parse_rustc(b"lib.a:\n").unwrap(), paths(&[]));
        assert!(parse_rustc(b"").is_err());
        assert!(parse_rustc(b"# env-dep:A: b\n").is_err());
    }

    /// What cargo 1.95 wrote for a crate of one file that reads an unset variable.
    const SAMPLE: &[u8] =
        b"\x01\0\0\0\xff\x01\x01\0\0\0\x00\x0a\0\0\0src/lib.rs\0\x01\0\0\0\x04\0\0\0FOOX\0";

    #[test]
    fn cargo_dep_info_is_read() {
        let info = parse_cargo(SAMPLE).unwrap();
        assert_eq!(info.in_package, paths(&["src/lib.rs"]));
        assert_eq!(info.env, ["FOOX"]);
    }

    #[test]
    fn cargo_dep_info_torn_anywhere_is_refused() {
        for len in 0..SAMPLE.len() {
            assert!(parse_cargo(&SAMPLE[..len]).is_err(), "{len}");
        }
        assert!(parse_cargo(&[SAMPLE, b"x"].concat()).is_err());
    }

    #[test]
    fn a_crafted_length_reserves_nothing() {
        let crafted = [&CARGO_HEADER[..], &u32::MAX.to_le_bytes(), b"\0", &u32::MAX.to_le_bytes()];
        assert_eq!(parse_cargo(&crafted.concat()), Err(TORN));
    }
}
