//! A cargo that takes a millisecond: it answers, records and believes times as the real one does.
//!
//! Its units have the directories, names and dep-info of cargo's; a unit is fresh where the hash of its
//! settings is the same and no input's time is after that of its dep-info. So it is fooled by whatever fools
//! cargo. On demand it fails, changes a source at a given stage, or waits there to be orphaned.

#![expect(clippy::disallowed_methods, reason = "a program reads its directory and environment")]

use std::ffi::OsStr;
use std::fs::{self, File};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::Write;
use std::os::unix::process::parent_id;
use std::path::{Path, PathBuf};
use std::process::{ExitCode, exit};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use crate::compile::{self, Settings, Unit};

type Answer<T> = Result<T, String>;

/// Does what the arguments say.
pub fn main(args: &[String]) -> ExitCode {
    let workspace = std::env::current_dir().unwrap();
    let answer = match args.first().map(String::as_str) {
        Some("--version") => {
            say("cargo 1.95.0 (model)");
            Ok(())
        }
        Some("metadata") => metadata(&workspace),
        _ => build(&workspace, args),
    };
    let _ = File::create(place(&workspace, "done"));
    match answer {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            let _ = writeln!(std::io::stderr(), "error: {problem}");
            ExitCode::from(101)
        }
    }
}

/// Whoever listened may be gone.
fn say(line: &str) {
    let _ = writeln!(std::io::stdout(), "{line}");
}

fn place(workspace: &Path, name: &str) -> PathBuf {
    workspace.parent().unwrap().join(name)
}

fn id(workspace: &Path, package: &str, version: &str) -> String {
    format!("path+file://{}/{package}#{version}", workspace.display())
}

/// Does what was asked for at this stage, once.
fn stage(workspace: &Path, name: &str) -> Answer<()> {
    let control = place(workspace, "control");
    let Ok(text) = fs::read_to_string(&control) else { return Ok(()) };
    let words: Vec<&str> = text.splitn(4, ' ').collect();
    if words[0] != name {
        return Ok(());
    }
    fs::remove_file(&control).map_err(|e| e.to_string())?;
    match words[1..] {
        ["edit", path, content] => drop(fs::write(workspace.join(path), content)),
        ["orphan", then] => wait_to_be_orphaned(workspace, then),
        _ => return Err("told to fail".into()),
    }
    Ok(())
}

fn wait_to_be_orphaned(workspace: &Path, then: &str) {
    let (parent, start) = (parent_id(), Instant::now());
    let _ = fs::remove_file(place(workspace, "done"));
    File::create(place(workspace, "waiting")).unwrap();
    while parent_id() == parent && start.elapsed() < Duration::from_secs(60) {
        thread::sleep(Duration::from_micros(100));
    }
    if then == "stop" {
        File::create(place(workspace, "done")).unwrap();
        exit(1);
    }
}

fn metadata(workspace: &Path) -> Answer<()> {
    stage(workspace, "metadata")?;
    fs::metadata(workspace.join("Cargo.toml")).map_err(|e| e.to_string())?;
    let lock = workspace.join("Cargo.lock");
    if !lock.exists() {
        fs::write(lock, "version = 4\n").map_err(|e| e.to_string())?;
    }
    let root = workspace.display();
    let (mut packages, mut ids) = (Vec::new(), Vec::new());
    for (name, kind) in [("b", "lib"), ("a", "staticlib")] {
        let dir = workspace.join(name);
        let version = compile::version(&dir)?;
        fs::metadata(dir.join("src/lib.rs")).map_err(|_| format!("no library in {name}"))?;
        let id = id(workspace, name, &version);
        packages.push(format!(
            r#"{{"name":"{name}","version":"{version}","id":"{id}","source":null,"dependencies":[],
            "targets":[{{"name":"{name}","kind":["{kind}"],"crate_types":["{kind}"],"edition":"2024",
            "src_path":"{root}/{name}/src/lib.rs"}}],"features":{{"f":[]}},"edition":"2024",
            "manifest_path":"{root}/{name}/Cargo.toml"}}"#
        ));
        ids.push(id);
    }
    let (b, a) = (&ids[0], &ids[1]);
    let text = format!(
        r#"{{"packages":[{}],"workspace_members":["{b}","{a}"],"workspace_root":"{root}",
        "target_directory":"{root}/target","version":1,"resolve":{{"root":null,"nodes":[
        {{"id":"{b}","deps":[],"dependencies":[],"features":[]}},{{"id":"{a}","dependencies":["{b}"],
        "features":[],"deps":[{{"name":"b","pkg":"{b}","dep_kinds":[{{"kind":null,"target":null}}]}}]}}]}}}}"#,
        packages.join(",")
    );
    say(&text.replace('\n', " "));
    Ok(())
}

/// The settings of a command.
fn settings(args: &[String]) -> Settings {
    let of = |arg: &String| arg.strip_prefix("--features=").map(str::to_owned);
    let var = |name: &str| std::env::var(name).ok();
    Settings {
        features: args.iter().filter_map(of).collect(),
        rustflags: var("RUSTFLAGS"),
        variable: var("M"),
        rustc: fs::read(var("RUSTC").unwrap_or_default()).unwrap_or_default(),
    }
}

/// One unit, up to date.
struct Made {
    fingerprint: String,
    file: PathBuf,
    rebuilt: bool,
    files: Vec<PathBuf>,
}

fn build(workspace: &Path, args: &[String]) -> Answer<()> {
    let target = args.iter().find_map(|arg| arg.strip_prefix("--target-dir="));
    let cargo = Cargo {
        workspace,
        settings: settings(args),
        profile: Path::new(target.ok_or("no --target-dir")?).join("release"),
    };
    stage(workspace, "start")?;
    fs::create_dir_all(cargo.profile.join("deps")).map_err(|e| e.to_string())?;
    let b = cargo.make("b", None)?;
    let a = cargo.make("a", Some(&b))?;
    let files: Vec<String> =
        b.files.iter().chain(&a.files).map(|f| workspace.join(f).display().to_string()).collect();
    let shown = cargo.profile.join("liba.a").display().to_string();
    write(&cargo.profile.join("liba.d"), format!("{shown}: {}\n", files.join(" ")).as_bytes())?;
    stage(workspace, "end")
}

struct Cargo<'a> {
    workspace: &'a Path,
    settings: Settings,
    profile: PathBuf,
}

impl Cargo<'_> {
    fn make(&self, package: &str, dependency: Option<&Made>) -> Answer<Made> {
        let dir = self.workspace.join(package);
        let version = compile::version(&dir)?;
        let mut hasher = DefaultHasher::new();
        (package, &self.settings.features, &self.settings.rustflags).hash(&mut hasher);
        let hash = format!("{:016x}", hasher.finish());
        let dep = dependency.map(|made| &*made.fingerprint);
        let config = fs::read(self.workspace.join(".cargo/config.toml")).ok();
        let rustc = mtime(Path::new(&std::env::var_os("RUSTC").unwrap_or_default()));
        let fingerprint = format!("{version} {rustc:?} {config:?} {dep:?}");
        let extension = if package == "a" { "a" } else { "rlib" };
        let made = Made {
            fingerprint,
            file: self.profile.join(format!("deps/lib{package}-{hash}.{extension}")),
            rebuilt: false,
            files: Vec::new(),
        };
        let place = self.profile.join(format!(".fingerprint/{package}-{hash}"));
        let fresh = self.fresh_files(&place, package, &made, dependency);
        let rebuilt = fresh.is_none();
        let files = match fresh {
            Some(files) => files,
            None => self.compile(&place, package, &version, &made, dependency)?,
        };
        let mut filename = made.file.clone();
        if package == "a" {
            filename = self.profile.join("liba.a");
            let _ = fs::remove_file(&filename);
            fs::hard_link(&made.file, &filename).map_err(|e| e.to_string())?;
        }
        let kind = if package == "a" { "staticlib" } else { "lib" };
        let (id, filename) = (id(self.workspace, package, &version), filename.display());
        say(&format!(
            r#"{{"reason":"compiler-artifact","package_id":"{id}","target":{{"kind":["{kind}"],"crate_types":["{kind}"],"name":"{package}"}},"filenames":["{filename}"],"fresh":{}}}"#,
            !rebuilt
        ));
        Ok(Made { rebuilt, files, ..made })
    }

    /// The files that a unit was made from, where cargo would find it fresh.
    fn fresh_files(
        &self,
        place: &Path,
        package: &str,
        made: &Made,
        dependency: Option<&Made>,
    ) -> Option<Vec<PathBuf>> {
        let recorded = fs::read_to_string(place.join(format!("lib-{package}"))).ok()?;
        let reference = mtime(&place.join(format!("dep-lib-{package}")))?;
        let product = mtime(&made.file)?;
        let notes = fs::read_to_string(place.join(format!("lib-{package}.json"))).ok()?;
        let (variable, files) = notes.split_once('\n')?;
        let files: Vec<PathBuf> = files.lines().map(PathBuf::from).collect();
        let is_current = |file: &PathBuf| {
            mtime(&self.workspace.join(file)).is_some_and(|time| time <= reference)
        };
        let dependency_is_older = dependency.is_none_or(|made| {
            !made.rebuilt && mtime(&made.file).is_some_and(|time| time <= product)
        });
        let variable_is_same =
            variable == "-" || variable == format!("{:?}", self.settings.variable);
        let fresh = recorded == made.fingerprint
            && variable_is_same
            && dependency_is_older
            && files.iter().all(is_current);
        fresh.then_some(files)
    }

    fn compile(
        &self,
        place: &Path,
        package: &str,
        version: &str,
        made: &Made,
        dependency: Option<&Made>,
    ) -> Answer<Vec<PathBuf>> {
        let _ = fs::remove_dir_all(place);
        fs::create_dir_all(place).map_err(|e| e.to_string())?;
        let invoked = place.join("invoked.timestamp");
        write(&invoked, b"")?;
        stage(self.workspace, "early")?;
        let unit = compile::unit(&self.workspace.join(package), &self.settings)?;
        let dep = dependency.map(|made| fs::read(&made.file)).transpose();
        let dep = dep.map_err(|e| e.to_string())?.unwrap_or_default();
        let product = compile::product(self.workspace, &self.settings, version, &dep, &unit);
        let bytes = if package == "a" { compile::archive_of(&product) } else { product };
        let _ = fs::remove_file(&made.file);
        write(&made.file, &bytes[..bytes.len() / 2])?;
        stage(self.workspace, "half")?;
        write(&made.file, &bytes)?;
        let files: Vec<PathBuf> = (unit.files.iter())
            .map(|file| file.strip_prefix(self.workspace).unwrap().to_owned())
            .collect();
        let named: Vec<String> = files.iter().map(|file| file.display().to_string()).collect();
        let shown = made.file.display();
        let stem = made.file.file_stem().unwrap_or_default().to_string_lossy();
        let dep_file = made.file.with_file_name(format!("{}.d", stem.trim_start_matches("lib")));
        write(&dep_file, format!("{shown}: {}\n\n", named.join(" ")).as_bytes())?;
        let variable = match unit.reads_variable {
            true => format!("{:?}", self.settings.variable),
            false => "-".into(),
        };
        let dep_info = place.join(format!("dep-lib-{package}"));
        write(&dep_info, &dep_info_of(self.workspace, &unit, &self.settings))?;
        let time = mtime(&invoked).ok_or("no time")?;
        File::options().append(true).open(&dep_info).unwrap().set_modified(time).unwrap();
        let notes = format!("{variable}\n{}", named.join("\n"));
        write(&place.join(format!("lib-{package}.json")), notes.as_bytes())?;
        write(&place.join(format!("lib-{package}")), made.fingerprint.as_bytes())?;
        stage(self.workspace, "late")?;
        Ok(files)
    }
}

fn write(path: &Path, bytes: &[u8]) -> Answer<()> {
    fs::write(path, bytes).map_err(|error| format!("{}: {error}", path.display()))
}

fn mtime(path: &Path) -> Option<SystemTime> {
    fs::metadata(path).and_then(|metadata| metadata.modified()).ok()
}

/// Dep-info as cargo writes it, version 1.
fn dep_info_of(workspace: &Path, unit: &Unit, settings: &Settings) -> Vec<u8> {
    let len = |len: usize| u32::try_from(len).unwrap().to_le_bytes();
    let counted = |text: &OsStr| [&len(text.len())[..], text.as_encoded_bytes()].concat();
    let mut bytes = vec![1, 0, 0, 0, 0xff, 1];
    bytes.extend(len(unit.files.len()));
    for file in &unit.files {
        bytes.push(1);
        bytes.extend(counted(workspace.join(file).as_os_str()));
        bytes.push(0);
    }
    bytes.extend(len(usize::from(unit.reads_variable)));
    if unit.reads_variable {
        bytes.extend(counted(OsStr::new("M")));
        bytes.push(u8::from(settings.variable.is_some()));
        if let Some(value) = &settings.variable {
            bytes.extend(counted(OsStr::new(value)));
        }
    }
    bytes
}
