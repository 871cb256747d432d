//! Caches that are torn, read-only, full, shared, or left by a compile that was killed: the program is
//! right every time.
#![expect(clippy::disallowed_methods, reason = "mounts a small file system")]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::Duration;

use tests::{Answer, Project, mtime_of, set_mtime};

#[test]
fn a_damaged_object_is_made_again_and_no_other() {
    let project = Project::new();
    let _ = project.compiled();
    let objects = project.objects();
    assert_eq!(objects.len(), 4, "three modules and the start");
    for (index, object) in objects.iter().enumerate() {
        let whole = fs::read(object).unwrap();
        let time = mtime_of(object);
        let mut flipped = whole.clone();
        flipped[whole.len() / 2] ^= 1;
        let damages: [&[u8]; 3] = [b"", &whole[..whole.len() / 2], &flipped];
        for (value, damage) in damages.into_iter().enumerate() {
            fs::write(object, damage).unwrap();
            set_mtime(object, time);
            // Something must be linked, or no object is looked at.
            fs::remove_file(project.path("app")).unwrap();
            let answer = project.compiled();
            assert_eq!(project.app(), "42", "object {index}, damage {value}: {answer:?}");
            assert!(answer.work().1 <= 1, "{answer:?}");
            assert_eq!(fs::read(object).unwrap(), whole, "object {index}, damage {value}");
        }
    }
}

#[test]
fn a_cache_that_lost_anything_still_gives_the_program() {
    let project = Project::new();
    let _ = project.compiled();
    let cache = project.cache();
    let losses: [&dyn Fn(); 5] = [
        &|| fs::remove_dir_all(cache.join("objects")).unwrap(),
        &|| fs::remove_dir_all(cache.join("programs")).unwrap(),
        &|| {
            fs::remove_dir_all(cache.join("objects")).unwrap();
            fs::write(cache.join("objects"), "a file").unwrap();
        },
        &|| {
            for object in project.objects() {
                fs::remove_file(object.with_extension("seal")).unwrap();
            }
        },
        &|| {
            fs::remove_dir_all(&cache).unwrap();
            fs::write(&cache, "a file").unwrap();
        },
    ];
    for (value, loss) in losses.into_iter().enumerate() {
        loss();
        project.set_base(u32::try_from(value).unwrap());
        let _ = project.compiled();
        assert_eq!(project.app(), (value + 2).to_string());
        if cache.join("objects").is_file() {
            // Nothing could be kept: once it can, the next link keeps it.
            fs::remove_file(cache.join("objects")).unwrap();
            fs::remove_file(project.path("app")).unwrap();
            let _ = project.compiled();
        }
    }
}

/// Permissions do not bind root; a read-only mount does, and so does a link to where no one may write.
#[test]
fn a_cache_that_cannot_be_written_still_gives_the_program_and_says_so() {
    let project = Project::new();
    for place in ["/proc/nativets-cache", "/sys/nativets-cache"] {
        let answer = project.compiled_with(["--cache-dir", place]);
        assert_eq!((answer.miss(), project.app().as_str()), ("disabled", "42"));
        assert!(answer.texts("/notes")[0].contains("nothing can be kept"), "{answer:?}");
    }
    let _ = project.compiled();
    let only_read = |mode: u32| {
        for dir in
            [project.cache(), project.cache().join("objects"), project.cache().join("programs")]
        {
            fs::set_permissions(dir, fs::Permissions::from_mode(mode)).unwrap();
        }
    };
    only_read(0o500);
    project.set_base(1);
    let _ = project.compiled();
    only_read(0o700);
    assert_eq!(project.app(), "3");
}

#[test]
fn a_cache_that_others_may_write_is_not_believed() {
    let project = Project::new();
    let _ = project.compiled();
    fs::set_permissions(project.cache(), fs::Permissions::from_mode(0o777)).unwrap();
    let answer = project.compiled();
    assert_eq!((answer.miss(), answer.work()), ("disabled", (3, 3, 0, true)));
    assert!(answer.texts("/notes")[0].ends_with("everyone may write it"), "{answer:?}");
    fs::set_permissions(project.cache(), fs::Permissions::from_mode(0o700)).unwrap();
    assert_eq!(project.compiled().miss(), "", "the program is the same, bytes and all");
}

#[test]
fn two_compiles_of_one_project_at_once_are_both_right() {
    let project = Project::new();
    let _ = project.compiled();
    for value in 0..4 {
        project.set_base(value);
        let both = [project.compile().start(), project.compile().start()];
        let answers = both.map(|process| Answer(process.wait().expect(0).json()));
        assert_eq!(project.app(), (value + 2).to_string());
        assert_eq!(answers[0].at("/checksum"), answers[1].at("/checksum"));
        let _ = project.compiled();
        assert_eq!(project.compiled().miss(), "");
        assert_eq!(project.app(), (value + 2).to_string());
    }
}

#[test]
fn a_source_that_is_edited_while_it_is_compiled_is_not_recorded_as_it_was() {
    let project = Project::new();
    for value in 0..12 {
        let process = project.compile().start();
        thread::sleep(Duration::from_millis(7 * u64::from(value)));
        project.set_base(value);
        let _ = process.wait().expect(0);
        let _ = project.compiled();
        assert_eq!(project.app(), (value + 2).to_string());
    }
}

#[test]
fn after_a_compile_that_was_killed_at_any_point_the_next_is_right() {
    let project = Project::new();
    let _ = project.compiled();
    for value in 0..16 {
        project.set_base(value);
        let process = project.compile().start();
        thread::sleep(Duration::from_millis(4 * u64::from(value)));
        process.kill();
        let _ = project.compiled();
        assert_eq!(project.app(), (value + 2).to_string());
        assert_eq!(project.compiled().miss(), "");
    }
}

#[test]
fn a_full_disk_is_an_error_that_says_so_or_no_trouble_at_all() {
    let project = Project::new();
    let small = project.path("small");
    fs::create_dir(&small).unwrap();
    let Some(_mounted) = Mounted::new(&small) else {
        // Only root may mount; the cache that cannot be written is tested elsewhere.
        return;
    };
    let cache = small.join("cache");
    let cached = project.compiled_with(["--cache-dir".as_ref(), cache.as_os_str()]);
    assert_eq!(project.app(), "42", "objects went elsewhere: {cached:?}");
    fs::write(small.join("filler"), vec![0; 1 << 20]).unwrap_err();
    project.set_base(1);
    let full = project.compiled_with(["--cache-dir".as_ref(), cache.as_os_str()]);
    assert_eq!(project.app(), "3", "{full:?}");

    let output = small.join("app");
    let args = ["compile", "main.ts", "--format", "json", "-o", output.to_str().unwrap()];
    let ran = project.nativets(args).run();
    assert!(["link", "output"].contains(&&*ran.error_code()), "{ran:#?}");
    assert!(!output.exists(), "no half program");
    let left: Vec<_> = fs::read_dir(&small).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert!(left.iter().all(|name| name == "cache" || name == "filler"), "{left:?}");
}

/// A file system of 64 KiB.
struct Mounted<'a>(&'a Path);

impl<'a> Mounted<'a> {
    fn new(at: &'a Path) -> Option<Self> {
        let mount =
            Command::new("mount").args(["-t", "tmpfs", "-o", "size=64k", "tmpfs"]).arg(at).output();
        mount.is_ok_and(|output| output.status.success()).then_some(Self(at))
    }
}

impl Drop for Mounted<'_> {
    fn drop(&mut self) {
        let unmounted = Command::new("umount").arg(self.0).status();
        assert!(
            unmounted.is_ok_and(|status| status.success()),
            "{} stays mounted",
            self.0.display()
        );
    }
}
