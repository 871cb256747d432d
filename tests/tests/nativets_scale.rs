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
    assert_eq!(project.compiled().work().1, 2, "the entry's own object is as large as a group");
    assert_eq!(
        project.app(),
        format!("total {}", 2 * MODULES + 46),
        "torn groups are joined again"
    );
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
