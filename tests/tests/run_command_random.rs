//! Random edits: after a run the output is what the command would have made by hand, whatever was edited how.
#![expect(clippy::disallowed_methods, reason = "runs the shell by hand, found on our own PATH")]
#![expect(clippy::unwrap_used, reason = "what goes wrong in a helper fails the test that uses it")]

use std::fs;
use std::os::unix::fs::symlink;
use std::path::PathBuf;

use filetime::FileTime;
use tests::{Errand, Run, mtime_of, set_mtime};

/// Makes a list of all that there is: names, links and contents.
/// It never fails: a link in a circle is listed and cannot be read.
const LIST: &str = "echo ran >> \"$LOG\"; for f in $(find in -name '*.txt' | LC_ALL=C sort); do \
    echo \"$f $(readlink $f)\"; cat $f 2> /dev/null; done > out; true";

/// One edit; numbers choose among few files and contents, so that edits meet.
#[derive(Clone, Debug)]
enum Edit {
    /// Writes a file as an editor does: another inode under the name.
    Save(usize, u8),
    /// Writes into the file, and restores its time.
    Overwrite(usize, u8),
    Remove(usize),
    Rename(usize, usize),
    Touch(usize, i64),
    Link(usize, usize),
    /// Damages the output, and restores its time.
    Damage,
    RemoveOutput,
    /// What is no input by its name.
    Beside(u8),
}

fn file(n: usize) -> &'static str {
    const FILES: [&str; 4] = ["in/a.txt", "in/b.txt", "in/sub/a.txt", "in/sub/deep/c.txt"];
    FILES[n % FILES.len()]
}

fn edit(random: &mut fastrand::Rng) -> Edit {
    let (n, to, text) = (random.usize(0..4), random.usize(0..4), random.u8(b'0'..b'4'));
    match random.u8(0..14) {
        0..3 => Edit::Save(n, text),
        3..6 => Edit::Overwrite(n, text),
        6 => Edit::Remove(n),
        7..9 => Edit::Rename(n, to),
        9 => Edit::Touch(n, random.i64(1..1_000_000_000)),
        10 => Edit::Link(n, to),
        11 => Edit::Damage,
        12 => Edit::RemoveOutput,
        _ => Edit::Beside(text),
    }
}

/// Makes way for a file, and for its directory.
fn place(errand: &Errand, n: usize) -> PathBuf {
    let path = errand.path(file(n));
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    path
}

fn apply(errand: &Errand, edit: &Edit) {
    match *edit {
        Edit::Save(n, text) => {
            let path = place(errand, n);
            fs::write(errand.path("new"), [text]).unwrap();
            fs::rename(errand.path("new"), path).unwrap();
        }
        Edit::Overwrite(n, text) => {
            let path = place(errand, n);
            let time = path.exists().then(|| mtime_of(&fs::canonicalize(&path).unwrap()));
            // A link that leads nowhere cannot be written through into a directory that is not there.
            if fs::write(&path, [text]).is_ok()
                && let Some(time) = time
            {
                set_mtime(&fs::canonicalize(&path).unwrap(), time);
            }
        }
        Edit::Remove(n) => drop(fs::remove_file(errand.path(file(n)))),
        Edit::Rename(from, to) => {
            let to = place(errand, to);
            drop(fs::rename(errand.path(file(from)), to));
        }
        Edit::Touch(n, secs) => {
            let time = FileTime::from_unix_time(secs, 0);
            drop(filetime::set_file_mtime(errand.path(file(n)), time));
        }
        Edit::Link(n, to) => {
            let path = place(errand, n);
            let _ = fs::remove_file(&path);
            symlink(errand.path(file(to)), path).unwrap();
        }
        Edit::Damage => {
            let path = errand.path("out");
            let Ok(mut bytes) = fs::read(&path) else { return };
            let time = mtime_of(&path);
            if let Some(first) = bytes.first_mut() {
                *first ^= 1;
            }
            fs::write(&path, bytes).unwrap();
            set_mtime(&path, time);
        }
        Edit::RemoveOutput => drop(fs::remove_file(errand.path("out"))),
        Edit::Beside(text) => errand.write("beside.txt", [text]),
    }
}

/// What the command makes of what is there, without any help.
fn by_hand(errand: &Errand) -> String {
    let list = LIST.replace("> out", "> ../by-hand").replace("echo ran >> \"$LOG\"; ", "");
    let path = std::env::var_os("PATH").unwrap();
    let shell = Run::new("sh", &errand.path("")).args(["-c", &list]).env("PATH", path);
    let _ = shell.run().expect(0);
    fs::read_to_string(errand.root().join("by-hand")).unwrap()
}

/// Some rounds of edits, each with a run behind it.
fn tell(seed: u64) {
    let mut random = fastrand::Rng::with_seed(seed);
    let strategy = if seed.is_multiple_of(2) { "mtime" } else { "hash" };
    let errand = Errand::new();
    let options = ["--allow-empty", "--input", "in", "--output", "out", "--strategy", strategy];
    let mut told = Vec::new();
    for _ in 0..random.usize(1..6) {
        for _ in 0..random.usize(0..4) {
            told.push(edit(&mut random));
            apply(&errand, &told[told.len() - 1]);
        }
        let _ = errand.script(&options, LIST).run().expect(0);
        assert_eq!(errand.read("out"), by_hand(&errand), "seed {seed}: {told:?}");
    }
    let runs = errand.runs();
    let again = errand.script(&options, LIST).run().expect(0);
    assert_eq!(errand.runs(), runs, "seed {seed}: nothing was edited: {again:#?}");
}

#[test]
fn what_a_run_leaves_is_what_the_command_makes() {
    (0..48).for_each(tell);
}
