//! What the numbers were measured on, because they mean little without it.

use std::fs;
use std::process::Command;

use crate::measure::perform;

/// A table of the machine, and of the versions of what took part.
#[must_use]
pub fn markdown(versions: &[(String, String)]) -> String {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let field = |file: &str, name: &str| {
        let text = fs::read_to_string(file).unwrap_or_default();
        let line = text.lines().find(|line| line.starts_with(name)).unwrap_or_default();
        line.split_once(':').map_or(String::new(), |(_, value)| value.trim().to_owned())
    };
    let memory = field("/proc/meminfo", "MemTotal");
    let kib: f64 = memory.trim_end_matches(" kB").parse().unwrap_or_default();
    let system = rustix::system::uname();
    let kernel =
        format!("{} {}", system.sysname().to_string_lossy(), system.release().to_string_lossy());
    let mut rows = vec![
        (
            "processor".to_owned(),
            format!("{}, {cores} cores", field("/proc/cpuinfo", "model name")),
        ),
        ("memory".to_owned(), format!("{:.0} GiB", kib / 1024.0 / 1024.0)),
        ("kernel".to_owned(), kernel),
    ];
    rows.extend(versions.iter().cloned());
    let rows = rows.iter().map(|(name, value)| format!("\n| {name} | {value} |"));
    format!("| | |\n| --- | --- |{}", rows.collect::<String>())
}

/// The first line that a program says of its version.
#[must_use]
pub fn version(command: Command) -> Option<String> {
    let said = perform(command, 0).ok()?;
    Some(said.lines().find(|line| !line.is_empty())?.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_machine_is_told_before_the_versions() {
        let text = markdown(&[("tool".into(), "1.2".into())]);
        assert!(text.contains("cores |\n") && text.ends_with("| tool | 1.2 |"), "{text}");
    }
}
