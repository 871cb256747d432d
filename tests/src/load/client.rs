//! One client: a machine that wants the archive of an identity, and believes nothing that it is given.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

use fastrand::Rng;

use crate::access::Access;
use crate::files::long_ago;
use crate::machine::Machine;
use crate::run::Run;

use super::PAUSE;
use super::tally::Tally;

/// Tries of a client that depends on the storage, in bad weather.
const TRIES: usize = 30;

/// What a client has on its `PATH`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tools {
    /// What it takes to build.
    All,
    /// Nothing.
    None,
}

/// A machine, what it wants, and what it was given.
#[derive(Debug)]
pub(super) struct Client {
    identity: usize,
    tools: Tools,
    machine: Machine,
    given: BTreeMap<PathBuf, Vec<u8>>,
}

/// What came of one run.
enum Came {
    /// The archive, and it is right.
    Served,
    /// Nothing, and it was said why.
    Refused,
}

impl Client {
    pub(super) fn new(identity: usize, tools: Tools, access: &Access) -> Self {
        let place = format!("client/of/{identity}");
        let machine = Machine::bare(&place, long_ago(), access);
        write_package(&machine, identity);
        machine.date_anew();
        Self { identity, tools, machine, given: BTreeMap::new() }
    }

    fn run(&self) -> Run {
        let args = ["build", "--wait-upload", "--format", "json"];
        let run = match self.tools {
            Tools::All => self.machine.freshness(args),
            Tools::None => self.machine.without_tools(args),
        };
        run.limit(Duration::from_secs(300))
    }

    /// In bad weather: now and then killed, and at it again until it has what it wants or has tried enough.
    pub(super) fn work(&mut self, random: &mut Rng, tally: &Mutex<Tally>) {
        let start = Instant::now();
        if random.u8(..4) == 0 {
            let process = self.run().start();
            thread::sleep(Duration::from_millis(random.u64(..800)));
            process.kill();
            tally.lock().unwrap().killed += 1;
        }
        for _ in 0..TRIES {
            match self.ask(tally) {
                Came::Served => {
                    let mut tally = tally.lock().unwrap();
                    tally.served += 1;
                    tally.times.push(start.elapsed());
                    return;
                }
                Came::Refused => thread::sleep(PAUSE),
            }
        }
        tally.lock().unwrap().gave_up += 1;
    }

    /// In calm weather: who can build has what it wants.
    pub(super) fn settle(&mut self, tally: &Mutex<Tally>) {
        let came = self.ask(tally);
        if self.tools == Tools::All && matches!(came, Came::Refused) {
            tally.lock().unwrap().lost.push(format!("{}: no build", self.identity));
        }
    }

    /// In calm weather: the storage has what was put there.
    pub(super) fn must_be_served(&mut self, tally: &Mutex<Tally>) {
        if matches!(self.ask(tally), Came::Refused) {
            tally.lock().unwrap().lost.push(format!("{}: not served", self.identity));
        }
    }

    /// What it was given is there, and what the newest answer says holds.
    pub(super) fn must_have_kept(&self, tally: &Mutex<Tally>) {
        let mut lost = Vec::new();
        for (path, bytes) in &self.given {
            if fs::read(path).ok().as_ref() != Some(bytes) {
                lost.push(format!("{}: {}", self.identity, path.display()));
            }
        }
        if !self.given.is_empty() && !self.machine.stale_by("hash").is_empty() {
            lost.push(format!("{}: it is stale", self.identity));
        }
        tally.lock().unwrap().lost.extend(lost);
    }

    /// Runs once, and judges.
    fn ask(&mut self, tally: &Mutex<Tally>) -> Came {
        let ran = self.run().run();
        let answer = ran.json();
        let mut tally = tally.lock().unwrap();
        tally.requests += 1;
        if ran.code() != Some(0) {
            let honest = self.tools == Tools::None && ran.error_code() == "cargo-missing";
            if !honest {
                tally.wrong.push(format!("{}: {ran:#?}", self.identity));
            }
            tally.unserved += 1;
            return Came::Refused;
        }
        match answer["remote"]["asked"].as_str().unwrap() {
            "hit" => tally.hits += 1,
            "miss" => tally.misses += 1,
            "failed" => tally.refused += 1,
            _ => tally.fresh += 1,
        }
        tally.built += usize::from(answer["built"] == true);
        tally.uploaded += usize::from(answer["remote"]["uploaded"] == true);
        let path = PathBuf::from(answer["archives"][0]["path"].as_str().unwrap());
        let bytes = fs::read(&path).unwrap();
        if marks(&bytes) != [mark(self.identity)] {
            tally.wrong.push(format!("{}: {answer:#}", self.identity));
        }
        let known = tally.digests.entry(self.identity).or_default();
        known.insert(answer["archives"][0]["blake3"].as_str().unwrap().to_owned());
        self.given.insert(path, bytes);
        Came::Served
    }
}

const LIB: &str = "#![no_std]\n\
    mod mark;\n\
    #[unsafe(no_mangle)]\n\
    pub static MARK: [u8; 32] = *mark::MARK;\n\
    #[unsafe(no_mangle)]\n\
    pub static FILLING: [u8; 400_000] = [mark::FILLING; 400_000];\n\
    #[panic_handler]\n\
    fn panic(_: &core::panic::PanicInfo) -> ! { loop {} }\n";

const MANIFEST: &str = "[package]\nname = \"load\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\
    [lib]\ncrate-type = [\"staticlib\"]\n[profile.release]\npanic = \"abort\"\n[workspace]\n";

const LOCK: &str = "# This file is automatically @generated by Cargo.\n\
    # It is not intended for manual editing.\nversion = 4\n\n\
    [[package]]\nname = \"load\"\nversion = \"0.1.0\"\n";

/// A package that needs next to no time to be built, whose archive says of which identity it is.
fn write_package(machine: &Machine, identity: usize) {
    machine.write("Cargo.toml", MANIFEST);
    machine.write("Cargo.lock", LOCK);
    machine.write("src/lib.rs", LIB);
    let mark = mark(identity);
    let filling = 1 + identity % 200;
    let source =
        format!("pub const MARK: &[u8; 32] = b\"{mark}\";\npub const FILLING: u8 = {filling};\n");
    machine.write("src/mark.rs", source);
    machine.configure("[profile.default]\npackages = [\"load\"]\n");
}

const BEGINNING: &str = "the mark of identity ";

fn mark(identity: usize) -> String {
    format!("{BEGINNING}{identity:010}.")
}

/// All marks in an archive.
fn marks(archive: &[u8]) -> Vec<String> {
    let beginning = BEGINNING.as_bytes();
    let starts = (0..archive.len()).filter(|at| archive[*at..].starts_with(beginning));
    let marks = starts.map(|at| &archive[at..archive.len().min(at + 32)]);
    marks.map(|mark| String::from_utf8_lossy(mark).into_owned()).collect()
}
