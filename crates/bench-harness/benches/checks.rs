//! Every strategy on both fixtures, with nothing to do and after a small change, through the builder's
//! public path; the steps that a check and a stamp are made of; and the floors beside them.
//!
//! `cargo bench -p bench-harness` measures at full size; `-- --test` runs each once on a tenth of it.
#![expect(clippy::disallowed_methods, reason = "a program reads its argv and environment")]

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use bench_harness::dep_wide::{edit_dep_wide, write_dep_wide};
use bench_harness::floors::{read_all, read_table, stat_all};
use bench_harness::inputs::{self, PER_DIRECTORY, write_inputs};
use bench_harness::table::Table;
use criterion::{BatchSize, Criterion};
use freshness::{Config, Environment, Freshness, Tool};
use freshness_core::{FreshnessStrategy, InputSpec, Pattern, Record, Snapshot, Stamp, discover};
use strategy_hash::{HashStrategy, Reread};
use strategy_mtime::{MtimeStrategy, Rule};

const STRATEGIES: [fn() -> Box<dyn FreshnessStrategy>; 4] = [
    || Box::new(MtimeStrategy { rule: Rule::Recorded }),
    || Box::new(MtimeStrategy { rule: Rule::NewerThan }),
    || Box::new(HashStrategy { reread: Reread::Changed }),
    || Box::new(HashStrategy { reread: Reread::Always }),
];

const PACKAGE: &str = "[workspace]\n[package]\nname = \"scene\"\nversion = \"0.1.0\"\n\
                       edition = \"2024\"\n[lib]\ncrate-type = [\"staticlib\"]\n";
const CONFIG: &str = "[profile.default]\npackages = [\"scene\"]\ncargo-profile = \"dev\"\n\
                      extra-inputs = [\"inputs\"]\n";

/// A workspace whose archive depends on a fixture, and how a file of that is edited.
struct Scene {
    name: &'static str,
    dir: tempfile::TempDir,
    edit: fn(&Path, usize),
}

impl Scene {
    fn new(name: &'static str, write: impl Fn(&Path), edit: fn(&Path, usize)) -> Self {
        let scene = Self { name, dir: tempfile::tempdir().expect("a directory can be made"), edit };
        let put = |path: &str, text: &str| {
            let path = scene.dir.path().join(path);
            fs::create_dir_all(path.parent().expect("it is in a directory"))
                .and_then(|()| fs::write(path, text))
                .expect("the workspace can be written");
        };
        put("Cargo.toml", PACKAGE);
        put("src/lib.rs", "#[unsafe(no_mangle)]\npub extern \"C\" fn scene() {}\n");
        put("freshness.toml", CONFIG);
        write(&scene.inputs());
        scene.freshness(STRATEGIES[2]()).build("default").expect("the workspace can be built");
        scene
    }

    fn inputs(&self) -> PathBuf {
        self.dir.path().join("inputs")
    }

    fn freshness(&self, strategy: Box<dyn FreshnessStrategy>) -> Freshness {
        let config = Config::load(&self.dir.path().join("freshness.toml"));
        let tool = Tool { name: "bench".into(), version: "1".into() };
        let environment = Environment::new(std::env::vars_os());
        Freshness::new(config.expect("the configuration is ours"), tool, environment)
            .custom_strategy(strategy.into())
    }

    fn stamp(&self) -> PathBuf {
        let slots = fs::read_dir(self.dir.path().join("target/freshness")).expect("it was built");
        let mut stamps = slots.flatten().map(|slot| slot.path().join("stamp"));
        stamps.find(|path| path.exists()).expect("a build leaves a stamp")
    }
}

/// Asks whether anything changed, of each strategy: nothing did; or one file did, before every question.
fn checks(c: &mut Criterion, scene: &Scene) {
    let check = |freshness: &Freshness| freshness.check("default").expect("it was built").verdict;
    let mut group = c.benchmark_group(format!("{}/no_op", scene.name));
    for strategy in STRATEGIES {
        let freshness = scene.freshness(strategy());
        group.bench_function(strategy().id().to_string(), |b| {
            b.iter(|| assert!(check(&freshness).is_fresh()));
        });
    }
    group.finish();
    let mut group = c.benchmark_group(format!("{}/small_change", scene.name));
    let mut revision = 0;
    for strategy in STRATEGIES {
        let freshness = scene.freshness(strategy());
        let mut change = || {
            revision += 1;
            (scene.edit)(&scene.inputs(), revision);
        };
        group.bench_function(strategy().id().to_string(), |b| {
            b.iter_batched(
                &mut change,
                |()| assert!(!check(&freshness).is_fresh()),
                BatchSize::PerIteration,
            );
        });
    }
    group.finish();
}

/// What a check and a stamp are made of.
fn steps(c: &mut Criterion, scene: &Scene) {
    let tree = Pattern::Tree { dir: scene.inputs(), skip: Vec::new() };
    let specs = [InputSpec { pattern: tree, why: "fixture".into() }];
    let found = || discover(scene.dir.path(), &specs).expect("there is no glob");
    let stamp = Stamp::read(&scene.stamp()).expect("it was built");
    let strategy = STRATEGIES[2]();
    let mut group = c.benchmark_group(format!("{}/step", scene.name));
    group.bench_function("discover", |b| b.iter(found));
    group.bench_function("snapshot", |b| {
        b.iter_batched(found, Snapshot::take, BatchSize::PerIteration)
    });
    group.bench_function("stamp_read", |b| {
        b.iter(|| {
            let record = Record::open(&scene.stamp()).expect("it was built");
            record.verify().expect("it is whole");
            record.inputs()
        });
    });
    group.bench_function("stamp_write", |b| {
        let to = scene.dir.path().join("stamp.new");
        b.iter(|| {
            // As after a build: what is known is reused, what is written is the whole.
            let evidence = strategy.observe(&stamp.snapshot, stamp.recorded(strategy.id()));
            assert_eq!(evidence.work.files_read, 0);
            fs::write(&to, stamp.encode().expect("it fits")).expect("there is room");
        });
    });
    group.finish();
}

/// The least that anyone must do.
fn floors(c: &mut Criterion, scene: &Scene) {
    let path = scene.dir.path().join("inputs.table");
    Table::write(&scene.inputs(), &path).expect("the fixture can be listed");
    let table = Table::read(&path).expect("it was just written");
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let root = scene.inputs();
    let mut group = c.benchmark_group(format!("{}/floor", scene.name));
    group.bench_function("stat", |b| b.iter(|| stat_all(&root, &table, cores).expect("all there")));
    for threads in [cores, cores * 4] {
        group.bench_function(format!("read/{threads}"), |b| {
            b.iter(|| read_all(&root, &table, threads).expect("all there"));
        });
    }
    group.bench_function("table", |b| b.iter(|| read_table(&scene.stamp()).expect("it is there")));
    group.finish();
}

fn main() {
    let small = std::env::args().any(|argument| argument == "--test");
    let size = |whole: usize| if small { whole / 10 } else { whole };
    let mut criterion = Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_secs(1))
        .measurement_time(Duration::from_secs(4))
        .configure_from_args();
    let scenes = [
        Scene::new(
            "dep_wide_100k",
            |dir| write_dep_wide(dir, size(1_000)).expect("the fixture can be written"),
            |dir, revision| edit_dep_wide(dir, 7, revision).expect("it can be edited"),
        ),
        Scene::new(
            "inputs_100k",
            |dir| write_inputs(dir, size(100_000), PER_DIRECTORY).expect("it can be written"),
            |dir, revision| {
                let path = dir.join(inputs::path_of(7, PER_DIRECTORY));
                fs::write(path, format!("// {revision}\n")).expect("it can be edited");
            },
        ),
    ];
    for scene in &scenes {
        steps(&mut criterion, scene);
        floors(&mut criterion, scene);
        checks(&mut criterion, scene);
    }
    criterion.final_summary();
}
