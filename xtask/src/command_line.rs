//! A command line as a person would type it: `NAME=value program argument…`.
//!
//! What CI announces and what it runs come from one text, so the announced line can be pasted into
//! a shell. There is no quoting, because no command here needs any. Only this file spawns.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use anyhow::{Context, Result, bail};

/// Runs `line` in `directory`, its output going where ours goes; an error unless it succeeds.
pub fn run(line: &str, directory: &Path) -> Result<()> {
    let status = command(line, directory).status().with_context(|| format!("cannot run {line}"))?;
    if !status.success() {
        bail!("{line}: {status}");
    }
    Ok(())
}

/// Runs `line` in `directory` and returns what it wrote to stdout; an error unless it succeeds.
pub fn read(line: &str, directory: &Path) -> Result<String> {
    let Output { status, stdout, stderr } =
        command(line, directory).output().with_context(|| format!("cannot run {line}"))?;
    if !status.success() {
        let stderr = String::from_utf8_lossy(&stderr);
        let complaint = stderr.lines().find(|line| line.starts_with("error")).unwrap_or("no error");
        bail!("{line}: {status}: {complaint}");
    }
    String::from_utf8(stdout).with_context(|| format!("{line}: stdout is not UTF-8"))
}

/// Runs `line` in `directory`, shows what it says of its progress, and returns what it wrote to stdout
/// with whether it succeeded.
pub fn follow(line: &str, directory: &Path) -> Result<(String, bool)> {
    let mut command = command(line, directory);
    let output = command.stderr(Stdio::inherit()).output();
    let Output { status, stdout, .. } = output.with_context(|| format!("cannot run {line}"))?;
    let stdout =
        String::from_utf8(stdout).with_context(|| format!("{line}: stdout is not UTF-8"))?;
    Ok((stdout, status.success()))
}

/// Runs a program with these arguments in `directory` and returns what it wrote to stdout; an error
/// unless it succeeds. With `only_path`, that directory is all of its `PATH`.
#[expect(clippy::disallowed_methods, reason = "developer tasks are other people's programs")]
pub fn capture(
    program: &Path,
    arguments: &[&str],
    directory: &Path,
    only_path: Option<&Path>,
) -> Result<String> {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(directory);
    if let Some(path) = only_path {
        command.env("PATH", path);
    }
    let shown = program.display();
    let Output { status, stdout, stderr } =
        command.output().with_context(|| format!("cannot run {shown}"))?;
    if !status.success() {
        bail!("{shown} {}: {status}: {}", arguments.join(" "), String::from_utf8_lossy(&stderr));
    }
    String::from_utf8(stdout).with_context(|| format!("{shown}: stdout is not UTF-8"))
}

/// Where a program is on `PATH`.
#[expect(clippy::disallowed_methods, reason = "a developer task reads its environment")]
pub fn find(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|dir| dir.join(program)).find(|path| path.is_file())
}

#[expect(clippy::disallowed_methods, reason = "developer tasks are other people's programs")]
fn command(line: &str, directory: &Path) -> Command {
    let Words { environment, program, arguments } = words(line);
    let mut command = Command::new(program);
    command.envs(environment).args(arguments).current_dir(directory);
    command
}

#[derive(Debug, PartialEq)]
struct Words<'a> {
    environment: Vec<(&'a str, &'a str)>,
    program: &'a str,
    arguments: Vec<&'a str>,
}

fn words(line: &str) -> Words<'_> {
    let mut environment = Vec::new();
    let mut words = line.split_whitespace();
    let program = loop {
        let word = words.next().unwrap_or_default();
        match word.split_once('=') {
            Some(setting) => environment.push(setting),
            None => break word,
        }
    };
    Words { environment, program, arguments: words.collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leading_settings_go_to_the_environment() {
        let expected = Words {
            environment: vec![("A", "-Dx=y"), ("B", "")],
            program: "cargo",
            arguments: vec!["doc", "--color=never"],
        };
        assert_eq!(words("A=-Dx=y B= cargo doc --color=never"), expected);
    }

    #[test]
    fn a_plain_command_sets_nothing() {
        let expected = Words { environment: vec![], program: "cargo", arguments: vec!["fmt"] };
        assert_eq!(words("cargo fmt"), expected);
    }

    #[test]
    fn a_failed_command_is_an_error_that_says_what_it_said() {
        let error = read("cargo no-such-command", Path::new(".")).unwrap_err().to_string();
        assert!(error.starts_with("cargo no-such-command: exit status: 101: error: "), "{error}");
    }

    #[test]
    fn a_program_that_does_not_exist_is_an_error_that_names_the_line() {
        let error = run("A=b no-such-program --x", Path::new(".")).unwrap_err().to_string();
        assert_eq!(error, "cannot run A=b no-such-program --x");
    }
}
