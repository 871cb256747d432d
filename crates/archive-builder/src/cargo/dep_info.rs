//! Reads both kinds of dep-info that a build leaves: rustc's `.d` files and cargo's own.
//!
//! rustc's names every file as the compiler opened it, so a path through a link is seen as such.
//! cargo's (`EncodedDepInfo` in cargo's `fingerprint/dep_info.rs`, version 1) is what cargo itself
//! compares, with links resolved and variables that cargo sets left out. Both are read with bounds:
//! a crafted length must not reserve memory. Input that does not parse is an error in words.

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
/// rustc escapes a space as `\ ` and nothing else (`escape_dep_filename` in `rustc_interface`), so a line
/// may end inside of a name; an empty line ends the rule. Variables are left to cargo's own dep-info,
/// which knows which of them cargo set.
///
/// # Errors
/// Text without a rule.
pub(crate) fn parse_rustc(bytes: &[u8]) -> Result<Vec<PathBuf>, &'static str> {
    let end = bytes.windows(2).position(|pair| pair == b"\n\n").unwrap_or(bytes.len());
    let rule = bytes[..end].strip_suffix(b"\n").unwrap_or(&bytes[..end]);
    let colon = rule.windows(2).position(|pair| pair == b": ");
    let files = match colon {
        Some(colon) if !rule.starts_with(b"#") => &rule[colon + 2..],
        _ if rule.ends_with(b":") => &[],
        _ => return Err("dep-info has no rule"),
    };
    let mut names = Vec::new();
    let mut name = Vec::new();
    let mut bytes = files.iter().copied().peekable();
    while let Some(byte) = bytes.next() {
        match byte {
            b'\\' if bytes.peek() == Some(&b' ') => name.extend(bytes.next()),
            b' ' => names.extend(finished(&mut name)),
            _ => name.push(byte),
        }
    }
    names.extend(finished(&mut name));
    Ok(names)
}

fn finished(name: &mut Vec<u8>) -> Option<PathBuf> {
    (!name.is_empty()).then(|| path(&std::mem::take(name)))
}

fn path(bytes: &[u8]) -> PathBuf {
    freshness_core::sys::path_of_bytes(bytes.to_vec())
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

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
        assert_eq!(parse_rustc(b"lib.a:\n\nx: y\n").unwrap(), paths(&[]));
        let odd = b"a.d: a:b.rs $c.rs d\ne.rs \t.rs \\\\x\n\na:b.rs:\n$c.rs:\n";
        assert_eq!(
            parse_rustc(odd).unwrap(),
            paths(&["a:b.rs", "$c.rs", "d\ne.rs", "\t.rs", "\\\\x"])
        );
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

    /// A file in cargo's dep-info: its kind, its name, and a checksum.
    type Listed = (u8, Vec<u8>, Option<Vec<u8>>);

    /// Writes dep-info as cargo's `EncodedDepInfo::serialize` does.
    fn encode(files: &[Listed], env: &[(String, Option<String>)]) -> Vec<u8> {
        let counted = |bytes: &[u8]| [&length(bytes.len()), bytes].concat();
        let mut encoded = [&CARGO_HEADER[..], &length(files.len())].concat();
        for (kind, path, checksum) in files {
            encoded.push(*kind);
            encoded.extend(counted(path));
            encoded.push(u8::from(checksum.is_some()));
            if let Some(checksum) = checksum {
                encoded.extend(7_u64.to_le_bytes());
                encoded.extend(counted(checksum));
            }
        }
        encoded.extend(length(env.len()));
        for (name, value) in env {
            encoded.extend(counted(name.as_bytes()));
            encoded.push(u8::from(value.is_some()));
            encoded.extend(value.iter().flat_map(|value| counted(value.as_bytes())));
        }
        encoded
    }

    fn length(len: usize) -> [u8; 4] {
        u32::try_from(len).unwrap().to_le_bytes()
    }

    fn file() -> impl Strategy<Value = Listed> {
        let path = vec(any::<u8>(), 0..40);
        (0..2_u8, path, proptest::option::of(vec(any::<u8>(), 0..40)))
    }

    proptest! {
        #[test]
        fn whatever_cargo_writes_is_read_back(
            files in vec(file(), 0..20),
            env in vec((any::<String>(), any::<Option<String>>()), 0..10),
        ) {
            let info = parse_cargo(&encode(&files, &env)).unwrap();
            let of_kind = |kind| {
                let files = files.iter().filter(move |(k, ..)| *k == kind);
                files.map(|(_, name, _)| path(name)).collect::<Vec<_>>()
            };
            prop_assert_eq!(info.in_package, of_kind(0));
            prop_assert_eq!(info.elsewhere, of_kind(1));
            let names: Vec<String> = env.into_iter().map(|(name, _)| name).collect();
            prop_assert_eq!(info.env, names);
        }

        #[test]
        fn damage_is_refused_or_means_something(
            files in vec(file(), 0..8),
            flips in vec((any::<proptest::sample::Index>(), any::<u8>()), 1..8),
        ) {
            let mut bytes = encode(&files, &[("A".into(), None)]);
            for (place, byte) in flips {
                let place = place.index(bytes.len());
                bytes[place] = byte;
            }
            // Reading what was damaged takes no more than it holds.
            if let Ok(info) = parse_cargo(&bytes) {
                prop_assert!(info.in_package.len() + info.elsewhere.len() <= bytes.len() / 6);
            }
        }

        #[test]
        fn any_bytes_are_refused_or_mean_something(bytes in vec(any::<u8>(), 0..400)) {
            let _ = parse_cargo(&bytes);
            let _ = parse_cargo(&[&CARGO_HEADER[..], &bytes].concat());
            if let Ok(files) = parse_rustc(&bytes) {
                let names: usize = files.iter().map(|file| file.as_os_str().len()).sum();
                prop_assert!(names <= bytes.len());
            }
        }

        #[test]
        fn whatever_rustc_names_is_read_back(names in vec("[^ \0/\n][^\0/\n]{0,30}", 0..12)) {
            // rustc cannot tell a name that ends in a backslash from one that goes on with a space.
            prop_assume!(names.iter().all(|name| !name.ends_with('\\')));
            let escaped: Vec<String> = names.iter().map(|n| n.replace(' ', "\\ ")).collect();
            let text = format!("out.d: {}\n\n{}:\n", escaped.join(" "), escaped.join(":\n"));
            let expected: Vec<PathBuf> = names.iter().map(PathBuf::from).collect();
            prop_assert_eq!(parse_rustc(text.as_bytes()).unwrap(), expected);
        }
    }
}
