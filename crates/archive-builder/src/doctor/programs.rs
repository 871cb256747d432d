//! The programs that a build starts: cargo, the compiler behind it, its wrappers, a linker.

use std::ffi::OsStr;
use std::path::Path;

use freshness_core::Escaped;

use super::Patient;
use super::finding::{Finding, Status};
use crate::cancel::Cancel;
use crate::cargo::invoke::{self, Cargo, CargoOutput};
use crate::cargo_config::CargoConfig;
use crate::environment::Environment;
use crate::error::BuildError;
use crate::toolchain::Toolchain;

/// What there is to say of them.
pub(super) fn examine(patient: &Patient<'_>) -> Vec<Finding> {
    let (env, cwd) = (patient.env, patient.workspace);
    let config = CargoConfig::read(cwd, env.cargo_home(cwd).as_deref());
    let toolchain = Toolchain::choose(env, &config, cwd);
    let mut findings = vec![cargo(patient)];
    let compiler = toolchain.compiler();
    let asked = compiler.as_ref().map(|path| (*path, invoke::rustc_version(path, env, cwd)));
    findings.push(match &asked {
        Ok((path, Ok(version))) => {
            let first = version.lines().next().unwrap_or_default();
            Finding::ok("rustc", format!("{} at {}", Escaped::text(first), Escaped::path(path)))
        }
        Ok((path, Err(error))) => Finding::new(
            "rustc",
            Status::Bad,
            format!("{} does not run: {error}", Escaped::path(path)),
            "install Rust again, or name another compiler with RUSTC",
        ),
        Err(error) => of_error("rustc", error),
    });
    let version = asked.ok().and_then(|(_, version)| version.ok());
    let host = version.as_deref().and_then(|v| v.lines().find_map(|l| l.strip_prefix("host: ")));
    findings.extend(toolchain.wrappers().map(wrapper));
    findings.push(linker(patient, &config, host));
    if let Ok(compiler) = compiler {
        let targets = patient.targets.iter().filter(|target| host != Some(**target));
        findings.extend(targets.map(|target| target_library(compiler, target)));
    }
    findings
}

fn of_error(code: &'static str, error: &BuildError) -> Finding {
    Finding::new(code, Status::Bad, format!("failed to {error}"), error.hint())
}

fn cargo(patient: &Patient<'_>) -> Finding {
    // Where cargo is rustup's, it would install what a toolchain file names.
    let vars = patient.env.iter().map(|(name, value)| (name.to_owned(), value.to_owned()));
    let env = Environment::new(vars.chain([("RUSTUP_AUTO_INSTALL".into(), "0".into())]));
    let cancel = Cancel::default();
    let found = Cargo::find(&env, patient.workspace, CargoOutput::Capture, &cancel);
    let told = found.and_then(|cargo| Ok((cargo.version()?, cargo.program().to_path_buf())));
    let (version, path) = match told {
        Ok(told) => told,
        Err(error) => return of_error("cargo", &error),
    };
    let shown = format!("{} at {}", Escaped::text(&version), Escaped::path(&path));
    if patient.vouch && !invoke::compares_times_as_known(&version) {
        let detail = format!("{shown}: how it compares times is not known");
        let advice = "archives stay right; what was only touched is compiled again";
        return Finding::new("cargo", Status::Note, detail, advice);
    }
    Finding::ok("cargo", shown)
}

fn wrapper((variable, program): (&'static str, &Path)) -> Finding {
    let shown = Escaped::path(program);
    match program.is_file() {
        true => Finding::ok("wrapper", format!("{variable} is {shown}")),
        false => Finding::new(
            "wrapper",
            Status::Bad,
            format!("{variable} is {shown}, which is not there"),
            format!("install it, or unset {variable}"),
        ),
    }
}

/// A static library needs no linker; build scripts and macros do, and so does whoever uses the archives.
fn linker(patient: &Patient<'_>, config: &CargoConfig, host: Option<&str>) -> Finding {
    let variable = host.map(|host| {
        format!("CARGO_TARGET_{}_LINKER", host.to_uppercase().replace(['-', '.'], "_"))
    });
    let by_variable = variable.as_deref().and_then(|name| patient.env.get(name));
    let by_config = host.and_then(|host| config.linker(host));
    let named = by_variable.or(by_config.as_deref().map(Path::as_os_str));
    let program = named.unwrap_or(OsStr::new("cc"));
    match patient.env.find_program(program, patient.workspace) {
        Some(path) => Finding::ok("linker", Escaped::path(&path).to_string()),
        None => Finding::new(
            "linker",
            Status::Warn,
            format!(
                "there is no `{}` on PATH: build scripts cannot link",
                Escaped::os_str(program)
            ),
            "install a C compiler, or name a linker in cargo's configuration",
        ),
    }
}

/// Whether the standard library for a target lies beside the compiler.
fn target_library(compiler: &Path, target: &str) -> Finding {
    let shown = Escaped::text(target);
    let root = compiler.parent().and_then(Path::parent).unwrap_or(Path::new("/"));
    if root.join("lib/rustlib").join(target).join("lib").is_dir() {
        return Finding::ok("target", format!("the standard library for {shown} is there"));
    }
    Finding::new(
        "target",
        Status::Warn,
        format!("there is no standard library for {shown} beside the compiler"),
        format!("`rustup target add {shown}`; nothing, where the build brings its own"),
    )
}
