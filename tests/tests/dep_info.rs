//! Dep-info that is not as it should be: torn, huge, another version's, odd names. A rebuild, never a crash, never false fresh.
#![expect(clippy::unwrap_used, reason = "what goes wrong in a helper fails the test that uses it")]

use std::fs;
use std::path::{Path, PathBuf};

use tests::{World, long_ago, write_at};

/// Everything in cargo's target directory that says what a unit was made from.
fn dep_infos(target: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut pending = vec![target.to_owned()];
    while let Some(dir) = pending.pop() {
        for entry in fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap();
            if path.is_dir() {
                pending.push(path);
            } else if name.starts_with("dep-") || name.ends_with(".d") || name == "output" {
                found.push(path);
            }
        }
    }
    assert!(found.len() > 6, "{found:?}");
    found
}

/// Something that happens to a file.
type Damage = fn(&[u8]) -> Vec<u8>;

#[test]
fn whatever_became_of_dep_info_a_change_under_an_old_time_arrives() {
    let world = World::with_config("[profile.default]\npackages = [\"alpha\", \"gamma\"]\n");
    let archives = world.build();
    let target = world.slot(&archives[0]).join("target");
    let damage: [(&str, Damage); 8] = [
        ("empty", |_| Vec::new()),
        ("torn", |bytes| bytes[..bytes.len() / 2].to_vec()),
        ("longer", |bytes| [bytes, b"\0\0\0\xff"].concat()),
        ("another version", |bytes| [&bytes[..5], &[2], &bytes[6..]].concat()),
        ("counts without end", |bytes| [&bytes[..6], &[0xff; 64][..]].concat()),
        ("no text", |bytes| bytes.iter().map(|byte| byte ^ 0x80).collect()),
        ("another file", |_| b"out: /dev/zero /proc/self/mem\n\n".to_vec()),
        ("huge", |bytes| [bytes, &vec![b'x'; 70 << 20][..]].concat()),
    ];
    for ((what, damage), value) in damage.into_iter().zip(2..) {
        for path in dep_infos(&target) {
            let bytes = fs::read(&path).unwrap();
            if bytes.len() > 8 {
                fs::write(&path, damage(&bytes)).unwrap();
            }
        }
        world.assert_fresh();
        world.set_at("beta", value, long_ago());
        world.set_at("declared", value, long_ago());
        world.assert_stale("input-changed beta/src/value.rs");
        let probed = world.build_and_probe();
        assert_eq!(
            (probed.of("beta"), probed.of("declared")),
            (i64::from(value), i64::from(value)),
            "{what}"
        );
        world.assert_fresh();
    }
}

#[test]
fn files_of_odd_names_are_inputs_wherever_they_are() {
    let names = ["a b.txt", "back\\slash.txt", "a:b.txt", "$c.txt", "#d.txt", "e\nf.txt", "ü.txt"];
    for (name, value) in names.into_iter().zip(2..) {
        let world = World::with_config("[profile.default]\npackages = [\"beta\"]\n");
        let manifest = fs::read_to_string(world.path("beta/Cargo.toml")).unwrap();
        world.write("beta/Cargo.toml", manifest + "[lib]\ncrate-type = [\"staticlib\"]\n");
        world.write("shared/x", "");
        let odd = world.path("shared").join(name);
        fs::write(&odd, "1").unwrap();
        let code = format!("pub const TEXT: &str = include_str!(r#\"../../shared/{name}\"#);\n");
        let function = "#[unsafe(no_mangle)] pub extern \"C\" fn odd() -> i32 \
                        { TEXT.parse().unwrap() }\n";
        world.write("beta/src/lib.rs", code + function);
        let print = "#include <stdio.h>\nint odd(void); int main() { printf(\"%d\", odd()); }";
        assert_eq!(world.link(&world.build(), print).unwrap(), "1", "{name:?}");
        world.assert_fresh();
        write_at(&odd, value.to_string(), long_ago());
        let shown = name.replace('\n', "\\x0a");
        world.assert_stale(&format!("input-changed shared/{shown}"));
        assert_eq!(world.link(&world.build(), print).unwrap(), value.to_string(), "{name:?}");
        world.assert_fresh();
    }
}
