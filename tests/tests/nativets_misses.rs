//! Why a compile has something to do: each documented reason is reached, and nothing is left stale.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use filetime::FileTime;
use tests::{Answer, Project, copy_native_workspace, nativets, set_mtime, write};

/// A project that was compiled, so that the next compile has nothing to do.
fn compiled() -> Project {
    let project = Project::new();
    let _ = project.compiled();
    assert_eq!(project.compiled().miss(), "");
    project
}

#[test]
fn without_a_cache_nothing_is_kept() {
    let project = Project::new();
    for _ in 0..2 {
        let answer = project.compiled_with(["--no-cache"]);
        assert_eq!((answer.miss(), answer.work()), ("disabled", (3, 3, 0, true)));
        assert_eq!((answer.count("/codegen_cache/stores"), project.app().as_str()), (0, "42"));
    }
    assert!(!project.cache().exists());
}

#[test]
fn manifest_missing() {
    let project = compiled();
    fs::remove_file(&project.records()[0]).unwrap();
    let answer = project.compiled();
    assert_eq!((answer.miss(), answer.work()), ("manifest-missing", (3, 0, 3, true)));
    let elsewhere = project.compiled_with(["--cache-dir", "elsewhere"]);
    assert_eq!((elsewhere.miss(), elsewhere.work()), ("manifest-missing", (3, 3, 0, true)));
    assert_eq!(project.compiled_with(["--cache-dir", "elsewhere"]).miss(), "");
}

#[test]
fn manifest_damaged_by_any_byte_or_length() {
    let project = compiled();
    let record = project.records().remove(0);
    let whole = fs::read(&record).unwrap();
    let middle = whole.len() / 2;
    let mut flipped = whole.clone();
    flipped[middle] ^= 1;
    for bytes in [&[][..], &whole[..middle], &whole[..whole.len() - 1], &flipped] {
        fs::write(&record, bytes).unwrap();
        let answer = project.compiled();
        assert_eq!(
            (answer.miss(), answer.work().1),
            ("manifest-damaged", 0),
            "{} bytes",
            bytes.len()
        );
        assert_eq!(project.compiled().miss(), "");
    }
    fs::remove_file(&record).unwrap();
    fs::create_dir(&record).unwrap();
    assert_eq!(project.compiled().miss(), "manifest-damaged");
    assert_eq!(project.compiled().miss(), "", "the directory is replaced");
}

#[test]
fn compiler() {
    let project = compiled();
    let other = project.path("other-nativets");
    fs::copy(nativets(), &other).unwrap();
    let compile = || {
        let environment = project.compile();
        let args = ["compile", "main.ts", "-o", "app", "--format", "json"];
        Answer(environment.with_program(&other).args(args).run().expect(0).json())
    };
    assert_eq!(compile().miss(), "", "a copy is the same compiler");
    let mut bytes = fs::read(&other).unwrap();
    bytes.push(0);
    fs::write(&other, bytes).unwrap();
    fs::set_permissions(&other, fs::Permissions::from_mode(0o755)).unwrap();
    let answer = compile();
    assert_eq!(
        (answer.miss(), answer.work()),
        ("compiler", (3, 3, 0, true)),
        "its objects are its own"
    );
}

#[test]
fn args_and_config() {
    let project = compiled();
    let config = |name: &str| project.config(&format!("prebuilt = \"{name}\"\n# A comment.\n"));
    for name in ["one", "two"] {
        fs::create_dir(project.path(name)).unwrap();
        for archive in project.compiled().archives() {
            fs::copy(&archive, project.path(name).join(archive.file_name().unwrap())).unwrap();
        }
    }
    config("one");
    assert_eq!(project.compiled().miss(), "", "prebuilt archives are not asked for");
    let args = project.compiled_with(["--no-auto"]);
    assert_eq!((args.miss(), args.work()), ("args", (0, 0, 3, false)), "they are the same bytes");
    assert_eq!(project.compiled_with(["--no-auto"]).miss(), "");
    config("two");
    let config = project.compiled_with(["--no-auto"]);
    assert_eq!((config.miss(), config.work()), ("config", (0, 0, 3, false)));
    assert_eq!(project.compiled_with(["--no-auto"]).miss(), "");
    assert_eq!(project.compiled().miss(), "args");
}

#[test]
fn env() {
    let project = compiled();
    let compile =
        |value: &str| Answer(project.compile().env("LIBRARY_PATH", value).run().expect(0).json());
    assert_eq!(compile("/nowhere").miss(), "env");
    assert_eq!(compile("/nowhere").miss(), "");
    assert_eq!(compile("/elsewhere").miss(), "env");
    assert_eq!(
        project.compile().env("EDITOR", "ed").run().expect(0).json()["build_cache"]["miss_reason"],
        "env"
    );
    assert_eq!(
        project.compile().env("EDITOR", "vi").run().expect(0).json()["build_cache"]["hit"],
        true
    );
}

#[test]
fn source() {
    let project = compiled();
    project.set_base(41);
    let answer = project.compiled();
    assert_eq!(answer.miss(), "source");
    assert_eq!(answer.texts("/build_cache/changed"), ["input-changed base.ts: content differs"]);
}

#[test]
fn linker() {
    let project = compiled();
    let tools = project.path_with_only(&["cc", "ld"]);
    let compile = || Answer(project.compile().env("PATH", &tools).run().expect(0).json());
    let _ = compile();
    assert_eq!(compile().miss(), "");
    let cc = tools.join("cc");
    let real = fs::read_link(&cc).unwrap();
    fs::remove_file(&cc).unwrap();
    write(&cc, format!("#!/bin/sh\nexec '{}' \"$@\"\n", real.display()));
    fs::set_permissions(&cc, fs::Permissions::from_mode(0o755)).unwrap();
    let answer = compile();
    assert_eq!((answer.miss(), answer.work()), ("linker", (0, 0, 3, true)));
    assert_eq!(project.app(), "42");
}

#[test]
fn output_that_is_gone_or_another_is_linked_again() {
    let project = compiled();
    let app = project.path("app");
    let damages: [&dyn Fn(); 5] = [
        &|| fs::remove_file(&app).unwrap(),
        &|| fs::set_permissions(&app, fs::Permissions::from_mode(0o644)).unwrap(),
        &|| fs::write(&app, "#!/bin/sh\n").unwrap(),
        &|| {
            let bytes = fs::read(&app).unwrap();
            fs::write(&app, &bytes[..bytes.len() / 2]).unwrap();
        },
        &|| {
            fs::remove_file(&app).unwrap();
            std::os::unix::fs::symlink("/bin/true", &app).unwrap();
        },
    ];
    for (index, damage) in damages.into_iter().enumerate() {
        damage();
        let answer = project.compiled();
        assert_eq!((answer.miss(), answer.work()), ("output", (0, 0, 3, true)), "{index}");
        assert_eq!(project.app(), "42");
    }
    let copy = project.path("copy");
    fs::copy(&app, &copy).unwrap();
    fs::rename(&copy, &app).unwrap();
    assert_eq!(project.compiled().miss(), "", "the same bytes are the same program");
}

#[test]
fn archive_that_changed_is_built_and_one_with_the_same_bytes_is_not_linked_again() {
    let project = Project::new();
    let native = project.path("native");
    copy_native_workspace(&native);
    project.write("nativets.toml", "[archives]\nworkspace = \"native\"\nstore = \"store\"\n");
    let _ = project.compiled();
    assert_eq!(project.compiled().miss(), "");

    let console = native.join("crates/runtime/src/console.rs");
    set_mtime(&console, FileTime::from_unix_time(1_000_000_000, 0));
    let same = project.compiled_with(["--strategy", "mtime"]);
    assert_eq!((same.miss(), same.at("/archive_cache/hit")), ("archive", &false.into()));
    assert!(same.count("/archive_cache/processes_spawned") > 0);
    assert_eq!(
        same.at("/link_cache/skipped"),
        true,
        "an archive rebuilt to the same bytes is the same"
    );
    assert_eq!(project.compiled().miss(), "");

    let text = fs::read_to_string(&console).unwrap();
    fs::write(&console, text.replace("push(b'\\n')", "extend_from_slice(b\"!\\n\")")).unwrap();
    let edited = project.compiled();
    assert_eq!((edited.miss(), edited.work()), ("archive", (0, 0, 3, true)));
    assert_eq!(project.app(), "42!");
}
