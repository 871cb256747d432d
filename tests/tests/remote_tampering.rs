//! Whoever may write into the storage can keep others from using it, and can make no one take what is wrong.
#![expect(clippy::unwrap_used, reason = "what goes wrong in a helper fails the test that uses it")]

use std::fs;
use std::path::{Path, PathBuf};

use tests::share::{KINDS, flip, resize};
use tests::{Access, Machine, PROPOSAL, Ran, STRANGER, Share};

/// A storage with what the first machine built, and another machine that has not asked yet.
struct Scene {
    share: Share,
    a: Machine,
    b: Machine,
    held: Vec<(PathBuf, Vec<u8>)>,
    digest: String,
}

impl Scene {
    fn new() -> Self {
        let share = Share::new();
        let (a, b) = Machine::pair(&share.writing());
        let built = a.build();
        assert!(built.uploaded());
        let digest = built.digests()[0].to_owned();
        let held = share.held();
        Self { share, a, b, held, digest }
    }

    fn get(&self) -> Ran {
        self.b.without_tools(["remote", "get", "--format", "json"]).run()
    }

    /// Someone does this to the storage: nothing is served, the reason is told, and nothing is left here.
    #[track_caller]
    fn is_refused(&self, what: &str, tamper: impl FnOnce(&Share)) -> String {
        self.share.hold(&self.held);
        tamper(&self.share);
        let ran = self.get();
        assert!(matches!(ran.code(), Some(1 | 2)), "{what}: {ran:#?}");
        assert!(!self.b.path("target/freshness").join("stamp").exists());
        let said = format!("{}{}", ran.stdout, ran.stderr);
        assert!(self.archives_here().is_empty(), "{what}: {said}");
        said
    }

    /// Published archives on the machine that asks.
    fn archives_here(&self) -> Vec<PathBuf> {
        let slots = fs::read_dir(self.b.store()).into_iter().flatten();
        let archives = slots.flat_map(|slot| fs::read_dir(slot.unwrap().path().join("archives")));
        archives.flatten().map(|entry| entry.unwrap().path()).collect()
    }

    /// Untouched, it serves.
    #[track_caller]
    fn serves_what_was_not_touched(&self) {
        self.share.hold(&self.held);
        let answer = self.get().expect(0).json();
        assert_eq!(answer["archives"][0]["blake3"], *self.digest, "{answer:#}");
        self.b.assert_fresh();
    }
}

fn length(body: &Path) -> u64 {
    fs::metadata(body).unwrap().len()
}

/// Some bytes of every part of a body: its beginning, its end, and at even distances between.
fn places(length: u64, distance: u64) -> Vec<u64> {
    let mut places: Vec<u64> = (0..length).step_by(usize::try_from(distance).unwrap()).collect();
    places.extend([0, 1, 7, 8, length / 2].into_iter().filter(|place| *place < length));
    places.extend([1, 32, 33, 96, 97].into_iter().filter_map(|back| length.checked_sub(back)));
    places.sort_unstable();
    places.dedup();
    places
}

#[test]
fn a_flipped_bit_anywhere_is_refused() {
    let scene = Scene::new();
    for kind in KINDS {
        let bodies = scene.share.bodies("main", kind);
        let length = bodies.iter().map(|body| length(body)).min().unwrap();
        for place in places(length, (length / 24).max(1)) {
            let what = format!("byte {place} of {length} in {kind}");
            let said = scene.is_refused(&what, |_| bodies.iter().for_each(|b| flip(b, place)));
            assert!(said.len() > 20, "{what}: {said}");
        }
    }
    scene.serves_what_was_not_touched();
}

#[test]
fn a_body_of_another_length_is_refused() {
    let scene = Scene::new();
    for kind in KINDS {
        let bodies = scene.share.bodies("main", kind);
        let resized: [fn(u64) -> u64; 9] = [
            |_| 0,
            |_| 1,
            |_| 95,
            |_| 96,
            |_| 97,
            |length| length / 2,
            |length| length - 1,
            |length| length + 1,
            |_| 10 << 30,
        ];
        for (number, other) in resized.into_iter().enumerate() {
            scene.is_refused(&format!("length {number} of {kind}"), |_| {
                bodies.iter().for_each(|body| resize(body, other(length(body))));
            });
        }
        scene.is_refused(&format!("no {kind}"), |_| {
            bodies.iter().for_each(|body| fs::remove_file(body).unwrap());
        });
    }
    scene.serves_what_was_not_touched();
}

#[test]
fn what_is_no_file_is_neither_read_nor_waited_for() {
    let scene = Scene::new();
    let others: [(&str, Deed); 3] = [
        ("a directory", |body| fs::create_dir(body).unwrap()),
        ("a FIFO", make_fifo),
        ("a link to what has no end", |body| {
            std::os::unix::fs::symlink("/dev/zero", body).unwrap();
        }),
    ];
    for kind in KINDS {
        for (what, other) in others {
            scene.is_refused(&format!("{what} for {kind}"), |share| {
                for body in share.bodies("main", kind) {
                    fs::remove_file(&body).unwrap();
                    other(&body);
                }
            });
        }
    }
    scene.serves_what_was_not_touched();
}

/// What is done where a body was.
type Deed = fn(&Path);

fn make_fifo(path: &Path) {
    let made = rustix::fs::mkfifoat(rustix::fs::CWD, path, rustix::fs::Mode::RWXU);
    made.unwrap();
}

#[test]
fn what_was_signed_for_something_else_is_refused() {
    let scene = Scene::new();
    scene.a.set("alpha", 2);
    let other = scene.a.build();
    assert!(other.uploaded());
    let (mine, theirs) = (&scene.held, scene.share.held());
    let of = |held: &[(PathBuf, Vec<u8>)], kind: &str, not: &[&Path]| {
        let found = held.iter().find(|(path, _)| {
            path.to_str().unwrap().contains(kind) && !not.contains(&path.as_path())
        });
        found.cloned().unwrap()
    };
    for kind in ["entries", "archives"] {
        let (path, _) = of(mine, kind, &[]);
        let (_, bytes) = of(&theirs, kind, &[&path]);
        scene.is_refused(&format!("another of {kind}"), |_| fs::write(&path, &bytes).unwrap());
    }
    // One kind of body in the place of another.
    for (kind, other) in [("entries", "closures"), ("closures", "entries"), ("entries", "archives")]
    {
        let (_, bytes) = of(mine, other, &[]);
        scene.is_refused(&format!("{other} as {kind}"), |share| {
            share.bodies("main", kind).iter().for_each(|body| fs::write(body, &bytes).unwrap());
        });
    }
    scene.serves_what_was_not_touched();
}

/// Everything that a machine with these terms uploads, after it did this to its sources.
fn uploaded_by(share: &Share, access: &Access, edit: impl FnOnce(&Machine)) {
    let machine = Machine::first(access);
    edit(&machine);
    assert!(machine.build().uploaded());
    assert!(!share.files().is_empty());
}

#[test]
fn what_another_signed_is_refused_wherever_it_lies() {
    let scene = Scene::new();
    let said = scene.is_refused("a stranger's", |share| {
        share.clear();
        uploaded_by(share, &share.writing().signing("main", STRANGER), |_| {});
    });
    assert!(said.contains(STRANGER.public) || said.contains("not trusted"), "{said}");
    // Of the same signer, from another namespace.
    let access = scene.share.writing().signing("other", tests::RELEASE);
    scene.is_refused("from another namespace", |share| {
        share.clear();
        uploaded_by(share, &access, |_| {});
        fs::rename(share.root().join("other"), share.root().join("main")).unwrap();
    });
    scene.serves_what_was_not_touched();
}

#[test]
fn a_stranger_beside_the_trusted_one_changes_nothing() {
    let scene = Scene::new();
    scene.share.hold(&scene.held);
    // In its own namespace, and of other sources in the common one.
    let stranger = scene.share.writing().signing("other", PROPOSAL);
    uploaded_by(&scene.share, &stranger, |_| {});
    let stranger = scene.share.writing().signing("main", PROPOSAL);
    uploaded_by(&scene.share, &stranger, |m| m.set("alpha", 9));
    let answer = scene.get().expect(0).json();
    assert_eq!(answer["archives"][0]["blake3"], *scene.digest, "{answer:#}");
    assert_eq!(answer["origin"]["signer"], tests::RELEASE.public);
}

#[test]
fn after_a_refusal_the_build_is_made_here_and_is_right() {
    let scene = Scene::new();
    for kind in KINDS {
        scene.share.hold(&scene.held);
        scene.share.bodies("main", kind).iter().for_each(|body| flip(body, 40));
        let b = Machine::second(&scene.share.writing().reading());
        let built = b.build();
        built.assert_refused();
        assert_eq!(built.stderr.matches("are not used: refused").count(), 1, "{kind}: {built:#?}");
        assert_eq!(built.probe().of("alpha"), 1);
        b.assert_fresh();
    }
}

#[test]
fn who_may_write_puts_right_what_it_refused() {
    let scene = Scene::new();
    for kind in KINDS {
        scene.share.hold(&scene.held);
        scene.share.bodies("main", kind).iter().for_each(|body| flip(body, length(body) / 2));
        let writer = Machine::second(&scene.share.writing());
        let built = writer.build();
        assert!(built.built() && built.uploaded(), "{kind}: {built:#?}");
        let reader = Machine::first(&scene.share.writing().reading());
        reader.build_without_tools().assert_fetched();
    }
}

#[test]
fn what_is_here_stays_as_it_is_whatever_comes() {
    let scene = Scene::new();
    scene.serves_what_was_not_touched();
    let mine = scene.b.build_without_tools().paths().remove(0);
    let bytes = fs::read(&mine).unwrap();
    let outside = tests::snapshot(&scene.b.path("alpha"));
    scene.a.set("beta", 2);
    assert!(scene.a.build().uploaded());
    for body in scene.share.files() {
        let length = fs::metadata(&body).unwrap().len();
        flip(&body, length / 3);
    }
    scene.b.set("beta", 2);
    let ran = scene.get();
    assert!(matches!(ran.code(), Some(1 | 2)), "{ran:#?}");
    assert_eq!(fs::read(&mine).unwrap(), bytes);
    assert_eq!(tests::snapshot(&scene.b.path("alpha/src/lib.rs")).len(), 1);
    scene.b.set("beta", 1);
    assert_eq!(scene.b.build_without_tools().paths(), [mine]);
    assert_eq!(tests::snapshot(&scene.b.path("alpha")), outside);
}

#[test]
fn nothing_is_left_of_what_was_refused() {
    let scene = Scene::new();
    let archive = scene.share.only("main", "archives");
    scene.is_refused("a flipped bit", |_| flip(&archive, 1000));
    let here = tests::share::files_below(&scene.b.store());
    let large: Vec<_> = here.iter().filter(|f| f.metadata().unwrap().len() > 200_000).collect();
    assert!(large.is_empty(), "a body is kept: {large:?}");
}
