//! Adds a profile's own flags to those that cargo would use anyway.
//!
//! cargo takes flags from the first of these that is there, and only from it: `CARGO_ENCODED_RUSTFLAGS`,
//! `RUSTFLAGS`, the `target.*.rustflags` of its configuration, `build.rustflags` (cargo's reference,
//! `build.rustflags`). So ours are added to whichever that is. Flags for a target and for every `cfg`
//! that holds are joined by cargo, so ours go under a `cfg` that always holds.

use std::ffi::OsString;

use toml::Value;

use crate::cargo_config::CargoConfig;
use crate::environment::Environment;
use crate::profile::{Emit, Profile};

/// What to add to cargo's command.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Flags {
    /// Arguments.
    pub(crate) args: Vec<String>,
    /// Variables.
    pub(crate) env: Vec<(&'static str, OsString)>,
}

/// The flags that `profile` needs beyond cargo's own choice, and `more`.
pub(crate) fn flags(
    profile: &Profile,
    env: &Environment,
    config: &CargoConfig,
    more: Vec<String>,
) -> Flags {
    let mut ours = profile.rustflags.clone();
    if profile.emit.contains(&Emit::LlvmBc) {
        ours.push("--emit=llvm-bc".into());
    }
    ours.extend(more);
    if ours.is_empty() {
        return Flags::default();
    }
    let target = profile.target.as_deref();
    let for_target = env.iter().any(|(name, _)| is_target_rustflags(name))
        || config.sets_target_rustflags(target);
    let theirs = ambient(env).or_else(|| match for_target {
        true => None,
        false => written_as_text(env, config),
    });
    if let Some(mut encoded) = theirs {
        for flag in ours {
            if !encoded.is_empty() {
                encoded.push(SEPARATOR);
            }
            encoded.push(flag);
        }
        return Flags { args: Vec::new(), env: vec![("CARGO_ENCODED_RUSTFLAGS", encoded)] };
    }
    let key = match for_target {
        true => "target.\"cfg(all())\".rustflags",
        false => "build.rustflags",
    };
    let value = Value::Array(ours.into_iter().map(Value::String).collect());
    Flags { args: vec!["--config".into(), format!("{key}={value}")], env: Vec::new() }
}

/// Between two flags in `CARGO_ENCODED_RUSTFLAGS`.
const SEPARATOR: &str = "\x1f";

/// The flags of the environment, encoded, where they would be used.
fn ambient(env: &Environment) -> Option<OsString> {
    let raw = |wanted: &str| env.iter().find(|(name, _)| *name == wanted).map(|(_, value)| value);
    if let Some(encoded) = raw("CARGO_ENCODED_RUSTFLAGS") {
        return Some(encoded.to_owned());
    }
    Some(encoded([raw("RUSTFLAGS")?.to_string_lossy().as_ref()]))
}

/// `build.rustflags` where it is one text, which an array cannot be joined to; the variable of that name
/// is joined to it as cargo does.
fn written_as_text(env: &Environment, config: &CargoConfig) -> Option<OsString> {
    let by_variable = env.get("CARGO_BUILD_RUSTFLAGS").map(|value| value.to_string_lossy());
    Some(encoded([config.build_rustflags_text()?, by_variable.as_deref().unwrap_or_default()]))
}

/// Flags that are separated by spaces, encoded.
fn encoded<'t>(texts: impl IntoIterator<Item = &'t str>) -> OsString {
    let flags: Vec<&str> = texts.into_iter().flat_map(str::split_whitespace).collect();
    flags.join(SEPARATOR).into()
}

fn is_target_rustflags(name: &std::ffi::OsStr) -> bool {
    name.to_str().is_some_and(|n| n.starts_with("CARGO_TARGET_") && n.ends_with("_RUSTFLAGS"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flags_with(vars: &[(&str, &str)]) -> Flags {
        let env = Environment::new(vars.iter().map(|(n, v)| (n.into(), v.into())));
        let mut profile = Profile::release(["x"]);
        profile.rustflags = vec!["-Ca=\"b c\"".into(), "-Cd".into()];
        flags(&profile, &env, &CargoConfig::default(), Vec::new())
    }

    #[test]
    fn flags_join_the_source_that_cargo_would_use() {
        let encoded = |value: &str| Flags {
            args: Vec::new(),
            env: vec![("CARGO_ENCODED_RUSTFLAGS", value.into())],
        };
        let ours = "-Ca=\"b c\"\x1f-Cd";
        assert_eq!(
            flags_with(&[("RUSTFLAGS", "-Cx  -Cy")]),
            encoded(&format!("-Cx\x1f-Cy\x1f{ours}"))
        );
        assert_eq!(flags_with(&[("RUSTFLAGS", "")]), encoded(ours));
        assert_eq!(
            flags_with(&[("RUSTFLAGS", "-Cx"), ("CARGO_ENCODED_RUSTFLAGS", "-Cz")]),
            encoded(&format!("-Cz\x1f{ours}"))
        );
        let args = |key: &str| format!("{key}=['-Ca=\"b c\"', \"-Cd\"]");
        assert_eq!(flags_with(&[]).args, ["--config".to_owned(), args("build.rustflags")]);
        assert_eq!(
            flags_with(&[("CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_RUSTFLAGS", "-Cx")]).args[1],
            args("target.\"cfg(all())\".rustflags")
        );
    }
}
