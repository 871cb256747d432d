//! A compiler as a client: what is made, what is made again, and what is left alone.

use std::fs;

use filetime::FileTime;
use tests::{Project, set_mtime};

#[test]
fn a_first_compile_makes_everything_and_a_second_one_nothing() {
    let project = Project::new();
    let first = project.compiled();
    assert_eq!(project.app(), "42");
    assert_eq!((first.miss(), first.work()), ("manifest-missing", (3, 3, 0, true)));
    assert_eq!(first.count("/native_modules"), 3);
    assert_eq!(first.count("/codegen_cache/stores"), 3);
    assert_eq!(first.at("/linker").as_str().unwrap().get(..1), Some("l"));
    for strategy in ["hash", "mtime"] {
        let second = project.compiled_with(["--strategy", strategy]);
        assert_eq!((second.miss(), second.work()), ("", (0, 0, 0, false)), "by {strategy}");
        assert_eq!(second.at("/build_cache/hit"), true);
        assert_eq!(second.at("/link_cache/skipped"), true);
        assert_eq!(second.at("/checksum"), first.at("/checksum"));
        assert_eq!(second.at("/archive_cache/strategy"), strategy);
        assert_eq!(second.count("/archive_cache/processes_spawned"), 0);
        assert_eq!((second.count("/sources/stats"), second.count("/sources/files_read")), (3, 0));
    }
}

#[test]
fn an_edited_module_is_the_only_one_that_is_read_and_generated() {
    let project = Project::new();
    let first = project.compiled();
    for (value, strategy) in [(41, "hash"), (50, "mtime")] {
        project.set_base(value);
        let only = project.path_with_only(&["cc", "ld"]);
        let run = project.compile().args(["--strategy", strategy]).env("PATH", only);
        let edited = tests::Answer(run.run().expect(0).json());
        assert_eq!(project.app(), (value + 2).to_string());
        assert_eq!(edited.work(), (1, 1, 2, true), "by {strategy}");
        assert_eq!(edited.count("/codegen_cache/object_cache_paths_reused"), 2);
        assert_eq!(edited.count("/codegen_cache/object_cache_paths_stored"), 1);
        assert_eq!(edited.count("/link_cache/object_fingerprints_used"), 3);
        assert_eq!(edited.count("/link_cache/object_files_hashed"), 0);
        assert_eq!(edited.count("/link_cache/external_inputs_hashed"), 0);
        assert_eq!(edited.at("/archive_cache/hit"), true);
        assert_eq!(edited.count("/archive_cache/processes_spawned"), 0);
        assert_ne!(edited.at("/checksum"), first.at("/checksum"));
    }
}

#[test]
fn a_module_that_is_edited_back_is_found_in_the_cache() {
    let project = Project::new();
    let first = project.compiled();
    project.set_base(41);
    let _ = project.compiled();
    project.set_base(40);
    let back = project.compiled();
    assert_eq!(back.work(), (1, 0, 3, true));
    assert_eq!((project.app().as_str(), back.at("/checksum")), ("42", first.at("/checksum")));
}

#[test]
fn an_exported_signature_regenerates_its_importers_and_no_one_else() {
    let project = Project::empty();
    project.write("leaf.ts", "export function leaf(): number { return 1; }\n");
    project.write("left.ts", "import { leaf } from \"./leaf\";\nexport function left(): string { return `${leaf()}`; }\n");
    project.write("right.ts", "import { leaf } from \"./leaf\";\nexport function right(): string { return `${leaf()}`; }\n");
    project.write(
        "main.ts",
        "import { left } from \"./left\";\nimport { right } from \"./right\";\nconsole.log(left() + right());\n",
    );
    let _ = project.compiled();
    project.write("leaf.ts", "export function leaf(): string { return \"x\"; }\n");
    let signature = project.compiled();
    assert_eq!(project.app(), "xx");
    assert_eq!(signature.count("/codegen_cache/misses"), 3, "leaf, left and right, but not main");
    assert_eq!(signature.count("/codegen_cache/hits"), 1);
    project.write("leaf.ts", "export function leaf(): string { return \"y\"; }\n");
    let body = project.compiled();
    assert_eq!((project.app().as_str(), body.work()), ("yy", (1, 1, 3, true)));
}

#[test]
fn a_touched_module_is_unchanged_by_content_and_its_record_is_renewed() {
    let project = Project::new();
    let _ = project.compiled();
    set_mtime(&project.path("base.ts"), FileTime::from_unix_time(1_000_000_000, 0));
    let touched = project.compiled();
    assert_eq!((touched.miss(), touched.count("/sources/files_read")), ("", 1));
    let renewed = project.compiled();
    assert_eq!((renewed.miss(), renewed.count("/sources/files_read")), ("", 0));
    set_mtime(&project.path("base.ts"), FileTime::from_unix_time(1_000_000_001, 0));
    let by_times = project.compiled_with(["--strategy", "mtime"]);
    assert_eq!((by_times.miss(), by_times.work()), ("source", (1, 0, 3, false)));
    assert_eq!(by_times.at("/link_cache/skipped"), true, "the same objects are the same program");
    assert_eq!(project.compiled_with(["--strategy", "mtime"]).miss(), "");
}

#[test]
fn an_edit_that_hides_behind_its_time_is_found_by_its_content() {
    let project = Project::new();
    let time = FileTime::from_unix_time(1_000_000_000, 0);
    set_mtime(&project.path("base.ts"), time);
    let _ = project.compiled();
    project.set_base(41);
    set_mtime(&project.path("base.ts"), time);
    for strategy in ["hash", "mtime"] {
        let answer = project.compiled_with(["--strategy", strategy]);
        assert_eq!(project.app(), "43", "by {strategy}: {answer:?}");
    }
}

/// The blind spot of `newer-than` stays its own: what it does not see is not recorded as seen.
#[test]
fn what_one_strategy_does_not_see_is_not_hidden_from_the_others() {
    let project = Project::new();
    project.config("[freshness]\nstrategy = \"mtime\"\n[freshness.strategy-options.mtime]\nrule = \"newer-than\"\n");
    let time = FileTime::from_unix_time(1_000_000_000, 0);
    set_mtime(&project.path("base.ts"), time);
    let _ = project.compiled();
    project.set_base(41);
    set_mtime(&project.path("base.ts"), time);
    assert_eq!(project.compiled().miss(), "", "an edit of the same length with an old time");
    project.write("extra.ts", "export function extra(): number { return 3; }\n");
    assert_eq!(project.compiled().miss(), "source");
    let by_content = project.compiled_with(["--strategy", "hash"]);
    assert_eq!((by_content.miss(), project.app().as_str()), ("source", "44"));
    assert_eq!(project.compiled().miss(), "");
}

#[test]
fn a_module_that_appears_where_one_was_looked_for_in_vain_is_found() {
    let project = Project::empty();
    project.write("main.ts", "import { x } from \"./x\";\nconsole.log(x());\n");
    project.write("x/index.ts", "export function x(): number { return 1; }\n");
    let _ = project.compiled();
    assert_eq!(project.app(), "1");
    project.write("x.ts", "export function x(): number { return 2; }\n");
    let found = project.compiled();
    assert_eq!((project.app().as_str(), found.miss()), ("2", "source"));
    fs::remove_file(project.path("x.ts")).unwrap();
    let gone = project.compiled();
    assert_eq!((project.app().as_str(), gone.miss()), ("1", "source"));
    assert_eq!(project.compiled().miss(), "");
}

#[test]
fn programs_with_different_features_keep_their_archives_side_by_side() {
    let project = Project::new();
    let plain = project.compiled();
    project.write(
        "main.ts",
        "import { sha256Hex } from \"node:crypto\";\nconsole.log(sha256Hex(\"abc\"));\n",
    );
    let hashing = project.compiled();
    assert!(project.app().starts_with("ba7816bf"));
    assert_ne!(plain.at("/archive_cache/key"), hashing.at("/archive_cache/key"));
    project.write("main.ts", "console.log(\"plain\");\n");
    let again = project.compiled();
    assert_eq!(again.at("/archive_cache/key"), plain.at("/archive_cache/key"));
    assert_eq!(again.count("/archive_cache/processes_spawned"), 0);
}

#[test]
fn a_cached_module_carries_the_features_it_needs() {
    let project = Project::empty();
    project.write(
        "hash.ts",
        "import { sha256Hex } from \"node:crypto\";\nexport function hash(): string { return sha256Hex(\"abc\"); }\n",
    );
    let main = |text: &str| {
        project.write(
            "main.ts",
            format!("import {{ hash }} from \"./hash\";\nconsole.log(hash() + \"{text}\");\n"),
        );
    };
    main("1");
    let first = project.compiled();
    main("2");
    let warm = project.compiled();
    assert_eq!(warm.work(), (1, 1, 1, true));
    assert_eq!(warm.at("/archive_cache/key"), first.at("/archive_cache/key"));
    assert!(project.app().ends_with("ad2"), "{}", project.app());
    fs::remove_dir_all(project.cache().join("programs")).unwrap();
    let without_record = project.compiled();
    assert_eq!(without_record.work().1, 0, "the objects are still there");
    assert_eq!(without_record.at("/archive_cache/key"), first.at("/archive_cache/key"));
}

#[test]
fn timers_bring_their_wrapper_and_it_can_be_forced() {
    let project = Project::empty();
    project.write(
        "main.ts",
        "import { sleepMs } from \"node:timers/promises\";\nsleepMs(1);\nconsole.log(\"slept\");\n",
    );
    let timers = project.compiled();
    assert_eq!(project.app(), "slept");
    let packages = ["nativets-runtime", "nativets-stdlib", "nativets-ext-timers"];
    assert_eq!(timers.texts("/archive_cache/packages"), packages);
    project.write("main.ts", "console.log(\"none\");\n");
    let none = project.compiled();
    assert_eq!(none.texts("/archive_cache/packages"), packages[..2]);
    let run = project.compile().env("NATIVETS_FORCE_WRAPPERS", "timers").run().expect(0);
    let forced = tests::Answer(run.json());
    assert_eq!((forced.miss(), project.app().as_str()), ("env", "none"));
    assert_eq!(forced.at("/archive_cache/key"), timers.at("/archive_cache/key"));
    let unknown = project.compile().env("NATIVETS_FORCE_WRAPPERS", "timers,ftp").run();
    assert_eq!(unknown.error_code(), "wrapper");
    assert!(unknown.stderr.contains("`ftp`") && unknown.stderr.contains("known are timers"));
}

#[test]
fn prebuilt_archives_are_linked_without_cargo_and_a_missing_wrapper_is_built_once() {
    let project = Project::new();
    let built = project.compiled();
    let store = project.path("prebuilt");
    fs::create_dir(&store).unwrap();
    for archive in built.archives() {
        fs::copy(&archive, store.join(archive.file_name().unwrap())).unwrap();
    }
    project.config("prebuilt = \"prebuilt\"\n");
    project.set_base(1);
    let only = project.path_with_only(&["cc", "ld"]);
    let run = project.compile().args(["--no-auto"]).env("PATH", only).run().expect(0);
    let prebuilt = tests::Answer(run.json());
    assert_eq!(
        (prebuilt.at("/archive_cache/prebuilt"), project.app().as_str()),
        (&true.into(), "3")
    );
    assert_eq!(prebuilt.count("/archive_cache/processes_spawned"), 0);
    assert_eq!(prebuilt.count("/link_cache/external_inputs_hashed"), 2);

    project.write(
        "main.ts",
        "import { sleepMs } from \"node:timers/promises\";\nsleepMs(1);\nconsole.log(\"slept\");\n",
    );
    let missing = project.compiled_with(["--no-auto"]);
    assert_eq!(
        (missing.at("/archive_cache/prebuilt"), project.app().as_str()),
        (&false.into(), "slept")
    );
    project.write(
        "main.ts",
        "import { sleepMs } from \"node:timers/promises\";\nsleepMs(2);\nconsole.log(1);\n",
    );
    let once = project.compiled_with(["--no-auto"]);
    assert_eq!((once.count("/archive_cache/processes_spawned"), project.app().as_str()), (0, "1"));
}

#[test]
fn prebuilt_archives_that_are_missing_are_an_error_that_names_them() {
    let project = Project::new();
    project.config("prebuilt = \"nowhere\"\n");
    let ran = project.compile().args(["--no-auto"]).run();
    assert_eq!(ran.error_code(), "prebuilt");
    assert!(ran.stderr.contains("nowhere"), "{ran:#?}");
}

#[test]
fn a_program_is_run_with_its_arguments_and_status() {
    let project = Project::new();
    let ran = project.nativets(["run", "main.ts"]).run().expect(0);
    assert_eq!(ran.stdout, "42\n");
    let again =
        project.nativets(["run", "main.ts", "--verbose", "--", "--ignored"]).run().expect(0);
    assert_eq!(again.stdout, "42\n");
    assert!(again.stderr.contains("nothing changed"), "{again:#?}");
    let uncached = project.nativets(["run", "main.ts", "--no-cache"]).run().expect(0);
    assert_eq!(uncached.stdout, "42\n");
    fs::create_dir(project.path("tmp")).unwrap();
    for (value, args) in [(1, &["run", "main.ts"][..]), (2, &["run", "main.ts", "--no-cache"])] {
        project.set_base(value);
        let ran = project.nativets(args).env("TMPDIR", project.path("tmp")).run().expect(0);
        assert_eq!(ran.stdout, format!("{}\n", value + 2));
        assert_eq!(fs::read_dir(project.path("tmp")).unwrap().count(), 0, "nothing is left behind");
    }
}

#[test]
fn checking_a_program_makes_nothing() {
    let project = Project::new();
    let ran = project.nativets(["check", "main.ts", "--format", "json"]).run().expect(0);
    assert_eq!(ran.json()["success"], true);
    assert!(!project.cache().exists() && !project.path("app").exists());
    let nowhere = project.nativets(["check", "main.ts"]).env("NATIVETS_WORKSPACE", "/nowhere");
    let _ = nowhere.run().expect(0);
    let compile = project.compile().env("NATIVETS_WORKSPACE", "/nowhere").run();
    assert_eq!(compile.error_code(), "workspace");
    project.write("extra.ts", "export function extra(): number { return \"2\"; }\n");
    let wrong = project.nativets(["check", "main.ts", "--format", "json"]).run();
    assert_eq!(wrong.diagnostics().len(), 1);
    assert!(wrong.diagnostics()[0].starts_with("extra.ts:1:42 "), "{:?}", wrong.diagnostics());
}

#[test]
fn text_output_is_the_path_of_the_program() {
    let project = Project::new();
    let ran = project.nativets(["compile", "main.ts"]).run().expect(0);
    assert_eq!(ran.paths(), [project.path("main")]);
    let below = project.nativets(["compile", "../main.ts", "-o", "../app"]);
    fs::create_dir(project.path("below")).unwrap();
    let ran = below.in_directory(&project.path("below")).run().expect(0);
    assert_eq!((ran.paths(), project.app().as_str()), (vec![project.path("app")], "42"));
}

#[test]
fn the_strategy_comes_from_the_command_line_then_the_configuration() {
    let project = Project::new();
    project.config("[freshness]\nstrategy = \"mtime\"\n");
    assert_eq!(project.compiled().at("/archive_cache/strategy"), "mtime");
    let given = project.compiled_with(["--strategy", "hash"]);
    assert_eq!((given.at("/archive_cache/strategy"), given.miss()), (&"hash".into(), ""));
    let unknown = project.compile().args(["--strategy", "sha"]).run();
    assert_eq!(unknown.error_code(), "strategy");
    project.config("[freshness]\nstrategy = \"sha\"\n");
    let ran = project.compile().run();
    assert_eq!(ran.error_code(), "config");
    assert!(
        ran.stderr.contains("nativets.toml:5: ") && ran.stderr.contains("`mtime` or `hash`"),
        "{ran:#?}"
    );
}

#[test]
fn reading_always_sees_what_no_time_tells() {
    let project = Project::new();
    project.config("[freshness.strategy-options.hash]\nreread = \"always\"\n");
    let _ = project.compiled();
    let again = project.compiled();
    assert_eq!((again.miss(), again.count("/sources/files_read")), ("", 3));
}

#[test]
fn import_cycles_are_an_error_that_names_the_cycle() {
    let project = Project::empty();
    project.write("main.ts", "import { a } from \"./a\";\nconsole.log(a());\n");
    project
        .write("a.ts", "import { b } from \"./b\";\nexport function a(): number { return b(); }\n");
    project.write("b.ts", "export function b(): number { return 1; }\n");
    let _ = project.compiled();
    project
        .write("b.ts", "import { a } from \"./a\";\nexport function b(): number { return a(); }\n");
    let found = project.compile().run().diagnostics();
    assert_eq!(found, ["b.ts:1:19 modules import each other in a circle: b.ts -> a.ts -> b.ts"]);
}
