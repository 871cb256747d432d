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
//! native sources of its package count as well. And static libraries where it had rustc look for some count: what is
//! built by hand and lies beside the sources goes into the archive, and cargo does not look at it again.

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
    /// Where it had rustc look for libraries: those that are static become part of the archive.
    pub(crate) searched: Vec<PathBuf>,
}

/// The files that C, C++, Objective-C and assembler compilers read, as a glob.
pub(crate) const NATIVE_SOURCES: &str =
    "**/*.{c,cc,cpp,cxx,c++,C,m,mm,h,hh,hpp,hxx,h++,H,inc,inl,ipp,tcc,def,s,S,asm}";

/// What may become part of an archive where rustc looks for libraries, as a glob.
pub(crate) const STATIC_LIBRARIES: &str = "*.{a,lib,o,obj}";

/// Where libraries are the system's: whoever installs another changes the system, which no build watches.
pub(crate) const OF_THE_SYSTEM: [&str; 4] = ["/usr", "/lib", "/lib64", "/opt"];

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
        } else if let Some(dir) = line.strip_prefix(b"rustc-link-search=") {
            // `KIND=PATH`, or the path alone.
            let kinds = [&b"native="[..], b"all=", b"dependency=", b"crate=", b"framework="];
            let dir = kinds.iter().find_map(|kind| dir.strip_prefix(*kind)).unwrap_or(dir);
            declared.searched.push(path_of_bytes(dir.to_vec()));
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
        let searched =
            parse_output(b"cargo:rustc-link-search=native=/a b\ncargo::rustc-link-search=c\n");
        assert_eq!(searched.searched, [PathBuf::from("/a b"), PathBuf::from("c")]);
        assert!(parse_output(b"cargo:rustc-cfg=x\n").is_whole_package());
        assert!(parse_output(b"cargo:rerun-if-env-changed=CC\n").is_whole_package());
    }
}
