//! Completion scripts, manual pages and help: complete, understood by who reads them, and printed anywhere.

use std::path::Path;

use tests::World;

/// The commands that `--help` lists.
fn commands(world: &World) -> Vec<String> {
    let help = world.freshness(["--help"]).run().expect(0).stdout;
    let listed = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let listed = listed.take_while(|line| !line.is_empty());
    let names = listed.filter_map(|line| line.split_whitespace().next().map(str::to_owned));
    names.filter(|name| name != "help").collect()
}

#[test]
fn every_command_says_its_exit_statuses_and_gives_examples() {
    let world = World::new();
    let commands = commands(&world);
    for known in
        ["check", "build", "explain", "list", "gc", "clean", "doctor", "completions", "man"]
    {
        assert!(commands.iter().any(|command| command == known), "{known}");
        let help = world.freshness([known, "--help"]).run().expect(0).stdout;
        assert!(help.contains("\nExit status: 0 "), "{help}");
        assert!(help.contains(&format!("\nExamples:\n  freshness {known}")), "{help}");
    }
}

#[test]
fn every_command_says_what_it_is_for_and_takes_the_common_options() {
    let world = World::new();
    let help = world.freshness(["--help"]).run().expect(0).stdout;
    for command in ["check", "build", "explain", "list", "gc", "clean", "doctor"] {
        let listed = |line: &str| {
            let rest = line.trim_start().strip_prefix(command)?.strip_prefix(' ')?;
            Some(rest.trim_start().to_owned())
        };
        let purpose = help.lines().find_map(listed).unwrap_or_else(|| panic!("{command}: {help}"));
        let own = world.freshness([command, "--help"]).run().expect(0).stdout;
        assert!(own.starts_with(&purpose), "{own}");
        for option in ["--config <FILE>", "--format <FORMAT>", "--color <WHEN>", "-q, --quiet"] {
            assert!(own.contains(option), "{command} {option}: {own}");
        }
        let script = world.freshness(["man", command]).run().expect(0).stdout;
        assert!(script.contains("\\-\\-config"), "{script}");
    }
    let script = world.freshness(["completions", "bash"]).run().expect(0).stdout;
    assert!(script.contains("--why-not-fresh") && script.contains("--max-age"), "{script}");
}

#[test]
fn every_errand_of_the_shared_storage_is_told_as_a_command_is() {
    let world = World::new();
    let program = world.freshness(["remote", "--help"]).run().expect(0).stdout;
    let bash = world.freshness(["completions", "bash"]).run().expect(0).stdout;
    for errand in ["status", "get", "put", "prune", "key"] {
        assert!(program.contains(&format!("\n  {errand} ")), "{program}");
        let help = world.freshness(["remote", errand, "--help"]).run().expect(0).stdout;
        assert!(help.contains("\nExit status: 0 "), "{help}");
        assert!(help.contains("\nExamples:\n  freshness "), "{help}");
        assert!(help.contains(&format!("freshness remote {errand}")), "{help}");
        assert!(help.contains("--format <FORMAT>") && help.contains("-q, --quiet"), "{help}");
        let page = world.freshness(["man", "remote", errand]).run().expect(0).stdout;
        assert!(page.contains(&format!("\n.TH freshness-remote-{errand} 1 ")), "{page}");
        assert!(bash.contains(&format!("freshness__subcmd__remote__subcmd__{errand})")), "{bash}");
    }
    for nothing in [&["man", "remote", "nope"][..], &["man", "check", "status"]] {
        let ran = world.freshness(nothing).run().expect(2);
        assert!(ran.stderr.contains(&format!("command `{}`", nothing[1..].join(" "))), "{ran:#?}");
    }
}

#[test]
fn each_shell_completes_every_command() {
    let world = World::new();
    let commands = commands(&world);
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = world.freshness(["completions", shell]).run().expect(0).stdout;
        for command in &commands {
            assert!(script.contains(command.as_str()), "{shell} does not know {command}");
        }
    }
    let ran = world.freshness(["completions", "abacus"]).run().expect(2);
    assert!(ran.stderr.contains("bash"), "{ran:#?}");
}

#[test]
fn the_script_of_bash_offers_what_begins_alike() {
    let world = World::new();
    let script = world.freshness(["completions", "bash"]).run().expect(0).stdout;
    world.write("completions", script);
    let asked = "source completions; COMP_WORDS=(freshness do); COMP_CWORD=1; \
                 _freshness freshness do freshness; echo \"${COMPREPLY[@]}\"";
    let offered = world.run("bash", &["-c", asked]).run().expect(0);
    assert_eq!(offered.stdout, "doctor\n");
}

#[test]
fn the_program_and_every_command_have_a_page() {
    let world = World::new();
    let program = world.freshness(["man"]).run().expect(0).stdout;
    for command in commands(&world) {
        assert!(program.contains(&format!("\nfreshness\\-{command}(1)\n")), "{program}");
        let page = world.freshness(["man", &command]).run().expect(0).stdout;
        assert!(page.contains(&format!("\n.TH freshness-{command} 1 ")), "{page}");
        assert!(page.contains("\n.SH OPTIONS\n"), "{page}");
    }
    let ran = world.freshness(["man", "nope"]).run().expect(2);
    assert!(ran.stderr.contains("there is no command `nope`"), "{ran:#?}");
}

#[test]
fn they_need_no_configuration_and_say_when_they_cannot_be_written() {
    let world = World::new();
    let elsewhere = world.freshness(["man"]).in_directory(Path::new("/")).run();
    let _ = elsewhere.expect(0);
    let full = ["sh", "-c", "exec \"$0\" \"$@\" >/dev/full"];
    let _ = world.freshness(["completions", "zsh"]).under(&full).run().expect(2);
}
