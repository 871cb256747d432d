//! What an archive of the model is made of: the plain bytes of all that a compiler would read.
//!
//! A source says what it needs line by line: `mod x`, `include ../file`, `env NAME`; the rest is text. The
//! product holds everything that was read, so what an archive was built from can be read back from it,
//! and whether it is current is a comparison of bytes.

use std::fs;
use std::path::{Path, PathBuf};

/// What a build depends on besides files of the packages.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    pub features: Vec<String>,
    pub rustflags: Option<String>,
    /// The variable that sources may read.
    pub variable: Option<String>,
    /// The compiler's own bytes.
    pub rustc: Vec<u8>,
}

/// One compilation.
#[derive(Debug, Default)]
pub struct Unit {
    /// Names and contents of everything that was read.
    pub read: Vec<u8>,
    /// The files, as they were opened.
    pub files: Vec<PathBuf>,
    /// Whether the variable was read.
    pub reads_variable: bool,
}

/// Where the archives' package starts: the smallest object for this machine, with no sections.
pub fn object_header() -> [u8; 64] {
    let mut header = [0; 64];
    let machine: u8 = if cfg!(target_arch = "aarch64") { 183 } else { 62 };
    header[..7].copy_from_slice(&[0x7f, b'E', b'L', b'F', 2, 1, 1]);
    header[16] = 1;
    header[18] = machine;
    header[20] = 1;
    header[52] = 64;
    header
}

/// An archive of one member.
pub fn archive_of(product: &[u8]) -> Vec<u8> {
    let member = [&object_header()[..], product].concat();
    let head = format!("{:16}{:12}{:6}{:6}{:8}{:<10}`\n", "made.o/", 0, 0, 0, 644, member.len());
    let padding: &[u8] = if member.len() % 2 == 1 { b"\n" } else { b"" };
    [b"!<arch>\n", head.as_bytes(), &member, padding].concat()
}

/// Reads what the sources of the package in `dir` need, as a compiler would.
///
/// # Errors
/// What does not compile.
pub fn unit(dir: &Path, settings: &Settings) -> Result<Unit, String> {
    let mut unit = Unit::default();
    let src = dir.join("src");
    let root = read(&mut unit, src.join("lib.rs"))?;
    for line in String::from_utf8_lossy(&root).lines() {
        match line.split_once(' ') {
            Some(("mod", name)) => {
                let (flat, deep) = (src.join(format!("{name}.rs")), src.join(name).join("mod.rs"));
                let file = match (flat.exists(), deep.exists()) {
                    (true, false) => flat,
                    (false, true) => deep,
                    (true, true) => return Err(format!("two files for module {name}")),
                    (false, false) => return Err(format!("no file for module {name}")),
                };
                read(&mut unit, file)?;
            }
            Some(("include", path)) => drop(read(&mut unit, src.join(path))?),
            Some(("env", _)) => {
                unit.reads_variable = true;
                unit.read.extend(format!("env {:?}\n", settings.variable).bytes());
            }
            _ => {}
        }
    }
    Ok(unit)
}

fn read(unit: &mut Unit, path: PathBuf) -> Result<Vec<u8>, String> {
    // Anything but a regular file would not end, or not begin.
    let is_file = fs::metadata(&path).is_ok_and(|metadata| metadata.is_file());
    let bytes = if is_file { fs::read(&path) } else { Err(std::io::ErrorKind::NotFound.into()) };
    let bytes = bytes.map_err(|error| format!("{}: {error}", path.display()))?;
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    unit.read.extend(format!("{name} {}\n", bytes.len()).bytes());
    unit.read.extend(&bytes);
    unit.files.push(path);
    Ok(bytes)
}

/// What the compilation of one package gives.
pub fn product(
    workspace: &Path,
    settings: &Settings,
    version: &str,
    dependency: &[u8],
    unit: &Unit,
) -> Vec<u8> {
    let Settings { features, rustflags, rustc, .. } = settings;
    let config = fs::read(workspace.join(".cargo/config.toml")).ok();
    let head = format!("{version} {features:?} {rustflags:?} {rustc:?} {config:?}\n");
    [head.as_bytes(), dependency, b"\n", &unit.read].concat()
}

/// The version that a manifest gives its package.
///
/// # Errors
/// There is none.
pub fn version(dir: &Path) -> Result<String, String> {
    let path = dir.join("Cargo.toml");
    let text = fs::read_to_string(&path).map_err(|e| format!("{}: {e}", path.display()))?;
    let value = text.lines().find_map(|line| line.strip_prefix("version = "));
    Ok(value.ok_or("a package without a version")?.trim_matches('"').to_owned())
}

/// What the workspace gives as it is now.
///
/// # Errors
/// What does not compile.
pub fn workspace(root: &Path, settings: &Settings) -> Result<Vec<u8>, String> {
    fs::metadata(root.join("Cargo.toml")).map_err(|error| error.to_string())?;
    let mut made = Vec::new();
    for package in ["b", "a"] {
        let dir = root.join(package);
        made = product(root, settings, &version(&dir)?, &made, &unit(&dir, settings)?);
    }
    Ok(made)
}
