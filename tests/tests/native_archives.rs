//! The native archives as a linker and a C program meet them: built by cargo, linked by `cc`, run.
//!
//! What static libraries promise shows only in whole programs: whether two of them can be linked
//! together, in which order, and whose copy of a shared crate the program gets. So each set of archives
//! is really built, once for all tests that use it, into a target directory of its own, since that is
//! what a separate invocation means. The price is half a minute of compiling on a clean checkout.
#![expect(clippy::disallowed_methods, reason = "runs cargo, the C compiler and what they make")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::LazyLock;
use tempfile::TempDir;

const RUNTIME: &str = "nativets-runtime";
const STDLIB: &str = "nativets-stdlib";
const TIMERS: &str = "nativets-ext-timers";

/// All three by one invocation, as a toolchain would build them.
static TOGETHER: LazyLock<Archives> = LazyLock::new(|| {
    let features = ["nativets-stdlib/crypto", "nativets-stdlib/async-runtime"];
    Archives::build("together", &[RUNTIME, STDLIB, TIMERS], &features, &[])
});

/// No feature at all.
static PLAIN: LazyLock<Archives> =
    LazyLock::new(|| Archives::build("plain", &[RUNTIME, STDLIB], &[], &[]));

/// The other features; another runtime than `PLAIN`'s.
static FULL: LazyLock<Archives> = LazyLock::new(|| {
    let features = ["nativets-runtime/full", "nativets-stdlib/regex"];
    Archives::build("full", &[RUNTIME, STDLIB], &features, &[])
});

/// The wrapper by itself, with a tokio that `TOGETHER` does not contain.
static TIMERS_APART: LazyLock<Archives> =
    LazyLock::new(|| Archives::build("timers-apart", &[TIMERS], &["tokio/sync"], &[]));

/// As `TOGETHER`, under a profile that asks for the LTO that would merge everything.
static TOGETHER_LTO: LazyLock<Archives> = LazyLock::new(|| {
    let packages = [RUNTIME, STDLIB, TIMERS];
    let config = ["--config", "profile.release.lto='fat'"];
    Archives::build("together-lto", &packages, &["nativets-stdlib/async-runtime"], &config)
});

#[test]
fn runtime_and_stdlib_make_one_program_in_either_order() {
    let (runtime, stdlib) = (TOGETHER.of(RUNTIME), TOGETHER.of(STDLIB));
    for archives in [[&runtime, &stdlib], [&stdlib, &runtime]] {
        let output = Program::link("together", &archives).run(&[]);
        assert_eq!(
            stdout(&output).lines().collect::<Vec<_>>(),
            [
                env!("CARGO_PKG_VERSION"),
                "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
                "STRASSE 😀",
                "9",
                "12",
                "false",
                "true",
            ],
            "{archives:?}"
        );
        assert_eq!(output.status.code(), Some(7), "nts_rt_exit passes its code on");
    }
}

#[test]
fn numbers_are_shown_as_javascript_shows_them() {
    let table = [
        ("0", "0"),
        ("-0", "0"),
        ("nan", "NaN"),
        ("inf", "Infinity"),
        ("-inf", "-Infinity"),
        ("42", "42"),
        ("-1.50", "-1.5"),
        ("0.30000000000000004", "0.30000000000000004"),
        ("9007199254740993", "9007199254740992"),
        ("123456789012345680000", "123456789012345680000"),
        ("1e21", "1e+21"),
        ("0.000001", "0.000001"),
        ("0.0000001", "1e-7"),
        ("1.7976931348623157e308", "1.7976931348623157e+308"),
        ("5e-324", "5e-324"),
    ];
    let numbers = table.map(|(number, _)| number);
    let output = Program::link("numbers", &[&PLAIN.of(RUNTIME)]).run(&numbers);
    assert_eq!(stdout(&output).lines().collect::<Vec<_>>(), table.map(|(_, shown)| shown));
}

#[test]
fn features_decide_what_the_standard_library_says_it_has() {
    let says = |archives: &Archives| {
        let output = Program::link("features", &[&archives.of(STDLIB)]).run(&[]);
        stdout(&output).trim_end().to_owned()
    };
    assert_eq!(says(&PLAIN), "crypto=0 regex=0 async-runtime=0");
    assert_eq!(says(&FULL), "crypto=0 regex=1 async-runtime=0");
    assert_eq!(says(&TOGETHER), "crypto=1 regex=0 async-runtime=1");
}

#[test]
fn a_program_that_needs_a_feature_does_not_link_without_it() {
    for (fixture, symbol) in [
        ("together", "nts_std_sha256_hex"),
        ("regex", "nts_std_regex_compile"),
        ("heap", "nts_rt_heap_stats"),
    ] {
        let refusal = Program::try_link(fixture, &[&PLAIN.of(RUNTIME), &PLAIN.of(STDLIB)])
            .err()
            .unwrap_or_else(|| panic!("{fixture}.c linked without the feature that it needs"));
        assert!(refusal.contains(symbol), "{fixture}.c: {refusal}");
    }
}

#[test]
fn patterns_test_and_replace_runtime_strings() {
    let output = Program::link("regex", &[&FULL.of(RUNTIME), &FULL.of(STDLIB)]).run(&[]);
    assert_eq!(stdout(&output), "true\nhome:ann, work:bob\ntrue\n");
}

#[test]
fn a_full_runtime_counts_the_strings_that_stdlib_makes() {
    let output = Program::link("heap", &[&FULL.of(RUNTIME), &FULL.of(STDLIB)]).run(&[]);
    assert_eq!(stdout(&output), "created=2 live=1 live_bytes=4 peak_bytes=8\n");
    assert_eq!(
        String::from_utf8_lossy(&output.stderr),
        "strings: 1 live, 4 bytes (2 created, peak 8 bytes)\n  #1 4 bytes \"kept\"\n"
    );
}

/// Strings have another layout in a `full` runtime. A stdlib built without it must still use the one
/// runtime of the program, or refuse to be linked; never bring its own.
#[test]
fn two_runtimes_never_end_up_in_one_program() {
    let (runtime, stdlib) = (FULL.of(RUNTIME), PLAIN.of(STDLIB));
    let output = Program::link("heap", &[&runtime, &stdlib]).run(&[]);
    assert_eq!(stdout(&output), "created=2 live=1 live_bytes=4 peak_bytes=8\n");
    let refusal = Program::try_link("heap", &[&stdlib, &runtime])
        .err()
        .expect("linked with stdlib's plain runtime and the full one");
    assert!(refusal.contains("nts_rt_string_free"), "{refusal}");
}

#[test]
fn timers_sleep_on_the_runtime_that_stdlib_started() {
    let archives = [TOGETHER.of(RUNTIME), TOGETHER.of(STDLIB), TOGETHER.of(TIMERS)];
    assert_timers_sleep_in_every_order(&archives);
}

/// Fails to link when a package of ours makes a static library alone: cargo then merges it.
#[test]
fn archives_link_under_a_profile_that_asks_for_lto() {
    let archives = [TOGETHER_LTO.of(RUNTIME), TOGETHER_LTO.of(STDLIB), TOGETHER_LTO.of(TIMERS)];
    assert_timers_sleep_in_every_order(&archives);
}

#[test]
fn timers_built_apart_with_another_tokio_find_no_runtime() {
    let archives = [TOGETHER.of(RUNTIME), TOGETHER.of(STDLIB), TIMERS_APART.of(TIMERS)];
    for archives in orders(&archives) {
        let output = Program::link("timers", &archives).run(&[]);
        assert_eq!(
            stdout(&output),
            "outside: status 1, did not sleep\ninside: status 1, did not sleep\nenter: status 0\n",
            "{archives:?}"
        );
    }
}

/// What linking two of them rests on: a linker that takes a member from one finds nothing new in the other.
#[test]
fn archives_of_one_invocation_hold_the_same_members() {
    let (runtime, stdlib) = (TOGETHER.of(RUNTIME), TOGETHER.of(STDLIB));
    let timers = TOGETHER.of(TIMERS);
    for (one, other, shared_crate) in [
        (&runtime, &stdlib, "nativets_runtime-"),
        (&timers, &stdlib, "tokio-"),
        (&runtime, &timers, "std-"),
    ] {
        let in_other = members(other);
        let is_shared = |name: &String| name.starts_with(shared_crate) && in_other.contains(name);
        let shared: Vec<_> = members(one).into_iter().filter(is_shared).collect();
        assert!(!shared.is_empty(), "no member {shared_crate}… in {one:?} and {other:?}");
        for name in shared {
            assert!(member(one, &name) == member(other, &name), "{name} differs");
        }
    }
}

#[test]
fn headers_declare_exactly_what_the_archives_define() {
    for (header, prefix, archives) in [
        ("runtime/include/nativets_runtime.h", "nts_rt_", &[FULL.of(RUNTIME)][..]),
        ("stdlib/include/nativets_stdlib.h", "nts_std_", &[FULL.of(STDLIB), TOGETHER.of(STDLIB)]),
        ("ext-timers/include/nativets_timers.h", "nts_timers_", &[TOGETHER.of(TIMERS)]),
    ] {
        let declared = functions(&workspace().join("crates").join(header), prefix);
        let defined = archives.iter().flat_map(|archive| symbols(archive, prefix)).collect();
        assert_eq!(declared, defined, "{header}");
        assert!(!declared.is_empty(), "{header} declares nothing");
    }
}

fn assert_timers_sleep_in_every_order(archives: &[PathBuf; 3]) {
    for archives in orders(archives) {
        let output = Program::link("timers", &archives).run(&[]);
        assert_eq!(
            stdout(&output),
            "outside: status 1, did not sleep\ninside: status 0, slept\nenter: status 0\n",
            "{archives:?}"
        );
    }
}

fn orders([a, b, c]: &[PathBuf; 3]) -> [[&PathBuf; 3]; 6] {
    [[a, b, c], [a, c, b], [b, a, c], [b, c, a], [c, a, b], [c, b, a]]
}

/// What one cargo invocation left in a target directory of its own.
struct Archives {
    release: PathBuf,
}

impl Archives {
    fn build(name: &str, packages: &[&str], features: &[&str], more: &[&str]) -> Self {
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("native-archives").join(name);
        let mut cargo = Command::new(env!("CARGO"));
        cargo.current_dir(workspace()).args(["build", "--release", "--lib", "--locked"]);
        cargo.arg("--target-dir").arg(&target).arg("--features").arg(features.join(",")).args(more);
        cargo.args(packages.iter().flat_map(|package| ["--package", package]));
        // What somebody asks of their own builds must not change which archives these tests are about.
        for variable in ["CARGO_BUILD_TARGET", "RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS"] {
            cargo.env_remove(variable);
        }
        let output = run(&mut cargo);
        assert!(output.status.success(), "{cargo:?}: {}", String::from_utf8_lossy(&output.stderr));
        Self { release: target.join("release") }
    }

    fn of(&self, package: &str) -> PathBuf {
        self.release.join(format!("lib{}.a", package.replace('-', "_")))
    }
}

/// A program that `cc` made of one C file of `fixtures/native` and some archives.
struct Program {
    dir: TempDir,
}

impl Program {
    fn link(fixture: &str, archives: &[&PathBuf]) -> Self {
        Self::try_link(fixture, archives).unwrap_or_else(|refusal| panic!("{fixture}.c: {refusal}"))
    }

    /// Fails with what the compiler and the linker said.
    fn try_link(fixture: &str, archives: &[&PathBuf]) -> Result<Self, String> {
        let dir = TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).expect("a directory for a program");
        let program = Self { dir };
        let source = format!("tests/fixtures/native/{fixture}.c");
        let mut cc = Command::new("cc");
        cc.args(["-std=c11", "-pedantic", "-Wall", "-Wextra", "-Werror"]);
        for krate in ["runtime", "stdlib", "ext-timers"] {
            cc.arg("-I").arg(workspace().join("crates").join(krate).join("include"));
        }
        cc.arg(workspace().join(source)).args(archives).args(&*SYSTEM_LIBRARIES);
        let output = run(cc.arg("-o").arg(program.path()));
        if output.status.success() {
            Ok(program)
        } else {
            Err(String::from_utf8_lossy(&output.stderr).into_owned())
        }
    }

    fn path(&self) -> PathBuf {
        self.dir.path().join("program")
    }

    fn run(&self, arguments: &[&str]) -> Output {
        run(Command::new(self.path()).args(arguments))
    }
}

/// What std needs of the system, as rustc says it; our archives need nothing else.
static SYSTEM_LIBRARIES: LazyLock<Vec<String>> = LazyLock::new(|| {
    let dir =
        TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).expect("a directory for an empty library");
    let (source, answer) = (dir.path().join("empty.rs"), dir.path().join("libraries"));
    fs::write(&source, "").expect("write an empty library");
    let mut rustc = Command::new("rustc");
    rustc.args(["--crate-type", "staticlib", "--out-dir"]).arg(dir.path()).arg(&source);
    rustc.arg(format!("--print=native-static-libs={}", answer.display()));
    let output = run(&mut rustc);
    assert!(output.status.success(), "{rustc:?}: {}", String::from_utf8_lossy(&output.stderr));
    let answer = fs::read_to_string(&answer).expect("read what rustc said");
    answer.split_whitespace().map(str::to_owned).collect()
});

/// The names of an archive's members.
fn members(archive: &Path) -> BTreeSet<String> {
    stdout(&run(Command::new("ar").arg("t").arg(archive))).lines().map(str::to_owned).collect()
}

fn member(archive: &Path, name: &str) -> Vec<u8> {
    let output = run(Command::new("ar").arg("p").arg(archive).arg(name));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

/// The symbols with this prefix that an archive defines. `nm` also says `U` for the undefined, and
/// complains of members that it cannot read: std's contain bitcode of a newer LLVM.
fn symbols(archive: &Path, prefix: &str) -> BTreeSet<String> {
    let listing = stdout(&run(Command::new("nm").args(["-g", "-P"]).arg(archive)));
    let defined = listing.lines().filter_map(|line| {
        let (name, kind) = line.split_once(' ')?;
        (!kind.starts_with('U') && name.starts_with(prefix)).then(|| name.to_owned())
    });
    defined.collect()
}

/// The functions with this prefix that a header declares: names in front of a parenthesis.
fn functions(header: &Path, prefix: &str) -> BTreeSet<String> {
    let text = fs::read_to_string(header).unwrap_or_else(|e| panic!("{}: {e}", header.display()));
    let in_a_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let names = text.split('(').filter_map(|before| before.rsplit(|c| !in_a_name(c)).next());
    names.filter(|name| name.starts_with(prefix)).map(str::to_owned).collect()
}

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("our programs write UTF-8")
}

fn run(command: &mut Command) -> Output {
    command.output().unwrap_or_else(|e| panic!("could not start {command:?}: {e}"))
}
