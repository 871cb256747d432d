//! Wide and deep programs: what is done grows with what changed, not with what there is.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use tests::{Answer, Project, write};

/// Enough for objects to be joined into groups before they are linked.
const MODULES: usize = 400;

fn wide() -> Project {
    let project = Project::empty();
    let mut main = String::new();
    for index in 0..MODULES {
        main.push_str(&format!("import {{ f{index} }} from \"./m{index}\";\n"));
        set(&project, index, 0);
    }
    main.push_str("let total: number = 0;\n");
    for index in 0..MODULES {
        main.push_str(&format!("total = total + f{index}(1);\n"));
    }
    main.push_str("console.log(`total ${total}`);\n");
    project.write("main.ts", main);
    project
}

fn set(project: &Project, index: usize, more: usize) {
    let text = format!(
        "function twice(x: number): number {{ return x + x; }}\n\
         export function f{index}(x: number): number {{ return twice(x) + {more}; }}\n"
    );
    project.write(&format!("m{index}.ts"), text);
}

#[test]
fn a_wide_program_is_made_and_made_again_by_what_changed() {
    let project = wide();
    let all = MODULES as u64 + 1;
    let cold = project.compiled();
    assert_eq!(cold.work(), (all, all, 0, true));
    assert_eq!(project.app(), format!("total {}", 2 * MODULES));
    let objects = project.objects().len();
    assert!((MODULES + 8..MODULES + 64).contains(&objects), "{objects}: with groups");

    let no_op = project.compiled();
    assert_eq!((no_op.miss(), no_op.work()), ("", (0, 0, 0, false)));
    assert_eq!((no_op.count("/sources/stats"), no_op.count("/sources/files_read")), (all, 0));

    set(&project, 7, 5);
    let small = project.compiled();
    assert_eq!(small.work(), (1, 1, all - 1, true));
    assert_eq!(
        (small.count("/sources/files_read"), small.count("/link_cache/object_files_hashed")),
        (1, 0)
    );
    assert_eq!(project.app(), format!("total {}", 2 * MODULES + 5));
    assert_eq!(project.objects().len(), objects + 2, "one module and its group");

    (100..140).for_each(|index| set(&project, index, 1));
    assert_eq!(project.compiled().work(), (40, 40, all - 40, true));
    assert_eq!(project.app(), format!("total {}", 2 * MODULES + 45));

    let groups: Vec<_> =
        project.objects().into_iter().filter(|o| fs::metadata(o).unwrap().len() > 4096).collect();
    assert!(groups.len() >= 8, "{}", groups.len());
    groups.iter().for_each(|group| fs::write(group, "torn").unwrap());
    set(&project, 7, 6);
    // The entry's own object is as large as a group; the edited module's was stored before that was seen.
    assert_eq!(project.compiled().work().1, 1);
    assert_eq!(
        project.app(),
        format!("total {}", 2 * MODULES + 46),
        "torn groups are joined again"
    );
}

#[test]
fn a_program_is_the_same_whichever_way_led_to_it() {
    let project = wide();
    let _ = project.compiled();
    for (index, more) in [(7, 5), (300, 1), (7, 6)] {
        set(&project, index, more);
        let answer = project.compiled();
        assert_eq!(answer.at("/checksum"), &checksum_anew(&project), "m{index}");
    }
}

#[test]
fn an_object_that_was_lost_inside_a_group_is_made_again_when_its_group_is() {
    let project = wide();
    let _ = project.compiled();
    let made: Vec<_> =
        project.objects().into_iter().filter(|o| fs::metadata(o).unwrap().len() < 4096).collect();
    assert!(made.len() >= MODULES, "{}", made.len());
    made.iter().for_each(|object| fs::remove_file(object).unwrap());
    set(&project, 7, 5);
    let answer = project.compiled();
    assert!(answer.work().1 > 1, "{:?}: its neighbours, too", answer.work());
    assert_eq!(project.app(), format!("total {}", 2 * MODULES + 5));
    assert_eq!(answer.at("/checksum"), &checksum_anew(&project));
}

/// The checksum of a program made from nothing.
fn checksum_anew(project: &Project) -> serde_json::Value {
    let args = ["compile", "main.ts", "-o", "anew", "--format", "json", "--no-cache"];
    project.nativets(args).run().expect(0).json()["checksum"].clone()
}

#[test]
fn without_a_cache_a_wide_program_is_the_same() {
    let project = wide();
    let cached = project.compiled();
    let uncached = project.compiled_with(["--no-cache"]);
    assert_eq!(cached.at("/checksum"), uncached.at("/checksum"));
    assert_eq!(project.app(), format!("total {}", 2 * MODULES));
}

#[test]
fn a_chain_of_modules_is_initialised_from_its_end() {
    let project = Project::empty();
    let last = 600;
    for index in 0..last {
        let next = index + 1;
        project.write(
            &format!("m{index}.ts"),
            format!("import {{ f{next} }} from \"./m{next}\";\nexport function f{index}(): number {{ return f{next}() + 1; }}\n"),
        );
    }
    project.write(
        &format!("m{last}.ts"),
        format!("console.log(\"end\");\nexport function f{last}(): number {{ return 0; }}\n"),
    );
    project.write("main.ts", "import { f0 } from \"./m0\";\nconsole.log(f0());\n");
    let _ = project.compiled();
    assert_eq!(project.app(), format!("end\n{last}"));
    project.write(
        &format!("m{last}.ts"),
        format!(
            "import {{ f0 }} from \"./m0\";\nexport function f{last}(): number {{ return f0(); }}\n"
        ),
    );
    let found = project.compile().run().diagnostics();
    assert!(
        found[0].contains("in a circle: m600.ts -> m0.ts -> m1.ts -> "),
        "{}",
        &found[0][..200]
    );
}

/// A linker of which the driver says how it was asked: `waits` where it reads what to link from a script. It
/// takes `lld` for its own, which need not be there, and does with the list of objects what the case says.
fn driver(project: &Project, with_script: &str) -> std::path::PathBuf {
    let tools = project.path_with_only(&["cc", "ld", "sh", "cat", "sed", "grep"]);
    let script = |name: &str, text: String| {
        let path = tools.join(name);
        let _ = fs::remove_file(&path);
        write(&path, text);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("it is ours");
    };
    let real = fs::read_link(tools.join("cc")).expect("it is a link");
    script("ld.lld", "#!/bin/sh\nexit 1\n".into());
    // `cc` reads a list of files from a file alone, and the system's linker is the one that is there.
    let text = format!(
        "#!/bin/sh\nlist='{list}'\nmode=plain\nfor word in \"$@\"; do\n  shift\n  case \"$word\" in\n    \
         -fuse-ld=lld | -Wl,--threads=1) continue ;;\n    /dev/stdin)\n      mode=waits\n      {with_script}\n      \
         word=\"@$list\" ;;\n  esac\n  set -- \"$@\" \"$word\"\ndone\necho $mode >> '{log}'\nexec '{real}' \"$@\"\n",
        list = project.path("list").display(),
        log = project.path("log").display(),
        real = real.display(),
    );
    script("cc", text);
    tools
}

/// The words that are in the log, and an empty log.
fn told(project: &Project) -> String {
    let told = fs::read_to_string(project.path("log")).unwrap_or_default();
    let _ = fs::remove_file(project.path("log"));
    told.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn a_linker_that_waits_gets_its_objects_and_one_that_fails_is_started_again() {
    const READ: &str = "sed -n 's/^\\(\".*\"\\)$/\\1/p' > \"$list\"";
    let cases = [
        (READ.to_owned(), "waits"),
        // It takes the script and fails; it fails without looking at it; it was killed.
        (format!("{READ}; echo waits >> \"$0.log\"; exit 1"), "plain"),
        ("exit 1".to_owned(), "plain"),
        ("kill -9 $$".to_owned(), "plain"),
        // A wrapper read the script before the linker could.
        ("cat > /dev/null; : > \"$list\"".to_owned(), "waits plain"),
    ];
    let project = Project::new();
    let compile = |tools: &std::path::Path| {
        Answer(project.compile().env("PATH", tools).run().expect(0).json())
    };
    for (number, (with_script, expected)) in (0..).zip(cases) {
        let tools = driver(&project, &with_script);
        project.set_base(100 + number);
        let _ = compile(&tools);
        let _ = told(&project);
        project.set_base(200 + number);
        let answer = compile(&tools);
        assert_eq!(answer.work(), (1, 1, 2, true), "{with_script}");
        assert_eq!(told(&project), expected, "{with_script}");
        assert_eq!(project.app(), (202 + number).to_string(), "{with_script}");
        let anew =
            project.compile().args(["--no-cache"]).env("PATH", &tools).run().expect(0).json();
        assert_eq!(answer.at("/checksum"), &anew["checksum"], "{with_script}");
        let names = fs::read_dir(project.path("")).unwrap().map(|e| e.unwrap().file_name());
        let left: Vec<_> =
            names.filter(|n| n.as_encoded_bytes().starts_with(b".nativets-new")).collect();
        assert!(left.is_empty(), "{with_script}: {left:?}");
    }
}

#[test]
fn a_linker_that_waits_in_vain_is_ended() {
    let project = Project::new();
    let tools = driver(&project, "cat; exit 1");
    let compile = || project.compile().env("PATH", &tools).run();
    let _ = compile().expect(0);
    project.write("base.ts", "export function base(): number { return \"no\"; }\n");
    assert_eq!(compile().diagnostics().len(), 1);
    project.set_base(40);
    project.write(
        "base.ts",
        "// Another text, the same object.\nexport function base(): number { return 40; }\n",
    );
    let answer = Answer(compile().expect(0).json());
    assert!(!answer.work().3, "{answer:?}: the program is as it was");
    assert_eq!(project.app(), "42");
}

#[test]
fn the_linker_is_named_and_one_that_fails_is_done_without() {
    let project = Project::new();
    let tools = project.path_with_only(&["cc", "ld"]);
    let compile = || Answer(project.compile().env("PATH", &tools).run().expect(0).json());
    assert_eq!(compile().at("/linker"), "ld");
    let broken = tools.join("ld.lld");
    write(&broken, "#!/bin/sh\necho broken >&2\nexit 1\n");
    fs::set_permissions(&broken, fs::Permissions::from_mode(0o755)).unwrap();
    let answer = compile();
    assert_eq!((answer.miss(), answer.at("/linker")), ("linker", &"ld".into()));
    assert_eq!(project.app(), "42");
}
