//! Reads what a build script declared, from the output that cargo recorded.
//!
//! cargo's reference, "Outputs of the Build Script": lines `cargo::key=value` or, in the older form,
//! `cargo:key=value`. A script that declares neither kind of `rerun-if` is run again whenever a file
//! of its package changes.
//!
//! We go further than cargo in two cases, because what it does not watch never reaches the archive. A
//! script that declares variables and no path (many a user of `cc` does) has said nothing of its files, and
//! cargo then watches none of them: here its whole package counts. A script that made a native library and
//! named only some paths (its own `build.rs`, say) has most likely not named what it compiled: here the
//! native sources of its package count as well.

use std::path::PathBuf;

use freshness_core::sys::path_of_bytes;

/// What a build script declared that it depends on.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Declared {
    /// Files and directories, relative to the package's root or absolute.
    pub(crate) paths: Vec<PathBuf>,
    /// Variables.
    pub(crate) env: Vec<String>,
    /// Whether it had a static library linked that is not cargo's.
    pub(crate) links_native: bool,
}

/// The files that C, C++, Objective-C and assembler compilers read, as a glob.
pub(crate) const NATIVE_SOURCES: &str =
    "**/*.{c,cc,cpp,cxx,c++,C,m,mm,h,hh,hpp,hxx,h++,H,inc,inl,ipp,tcc,def,s,S,asm}";

impl Declared {
    /// Whether it declared no path, so that every file of its package counts.
    pub(crate) fn is_whole_package(&self) -> bool {
        self.paths.is_empty()
    }
}

/// Parses the recorded output of a build script.
pub(crate) fn parse_output(bytes: &[u8]) -> Declared {
    let mut declared = Declared::default();
    for line in bytes.split(|b| *b == b'\n') {
        let line = line.trim_ascii();
        let line = line.strip_prefix(b"cargo::").or_else(|| line.strip_prefix(b"cargo:"));
        let Some(line) = line else { continue };
        if let Some(path) = line.strip_prefix(b"rerun-if-changed=") {
            declared.paths.push(path_of_bytes(path.to_vec()));
        } else if let Some(name) = line.strip_prefix(b"rerun-if-env-changed=") {
            declared.env.push(String::from_utf8_lossy(name).into_owned());
        } else if line.starts_with(b"rustc-link-lib=static") {
            declared.links_native = true;
        }
    }
    declared
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_are_read_and_other_lines_passed_over() {
        let declared = parse_output(
            b"hello\ncargo:rerun-if-changed=a b.h\ncargo::rerun-if-env-changed=CC\r\ncargo:rustc-env=X=1\n",
        );
        assert_eq!(declared.paths, [PathBuf::from("a b.h")]);
        assert_eq!(declared.env, ["CC"]);
        assert!(!declared.is_whole_package());
        assert!(!declared.links_native);
        assert!(parse_output(b"cargo:rustc-link-lib=static=z\n").links_native);
        assert!(parse_output(b"cargo::rustc-link-lib=static:+whole-archive=z\n").links_native);
        assert!(!parse_output(b"cargo:rustc-link-lib=dylib=z\n").links_native);
        assert!(parse_output(b"cargo:rustc-cfg=x\n").is_whole_package());
        assert!(parse_output(b"cargo:rerun-if-env-changed=CC\n").is_whole_package());
    }
}
