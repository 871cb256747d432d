//! One rebuild under the slot's lock: what makes a stamp true.
//!
//! A stamp describes the world that the build started from, and is made only where that world still
//! stands when cargo is done:
//!
//! - the look before cargo comes after the cut-off, and so does its evidence. What cargo reads is known
//!   only afterwards; an input that no one had asked for before counts as changed if it was written
//!   since the cut-off;
//! - an input that was merely written while cargo ran (touched, saved unchanged, saved and reverted)
//!   may have held something else in between: the build starts over, with everything forced. Where that
//!   happens again and the content is the same (a build script that rewrites a source each time), it is
//!   accepted, and the record is of the moment after;
//! - evidence is observed between two looks that must be equal, so no digest is of a later content than
//!   the stat beside it;
//! - what cargo reports fresh must have been fit to be (see [`crate::saw`]); else its target directory
//!   is removed and it runs once more.

use std::collections::BTreeSet;

use freshness_core::stamp::EnvFact;
use freshness_core::{
    Archive, Digest, Evidence, Fact, Head, InputPath, InputSpec, Lists, Pattern, Recorded,
    SealedFile, Snapshot, Stamp, Timestamp, Work, discover,
};

use crate::build::Force;
use crate::cargo::invoke::{Cargo, Plan};
use crate::cargo::messages::Messages;
use crate::cargo::metadata::{PathPackage, Workspace};
use crate::cargo::own_place;
use crate::cargo::scan;
use crate::cargo::unit_files::UnitFiles;
use crate::cargo::units::{Unit, compiled_inputs};
use crate::contents::{Changed, Contents};
use crate::decide::Scene;
use crate::durable;
use crate::environment;
use crate::error::{BuildError, Context};
use crate::events::{Event, Expected};
use crate::fit::FitUnits;
use crate::inputs;
use crate::lock::{self, SlotLock};
use crate::meanwhile;
use crate::observe::{self, SETTLE, settled};
use crate::orphans;
use crate::products;
use crate::publish;
use crate::remote::remap;
use crate::request::Request;
use crate::saw::{self, CargoSaw, Made};
use crate::toolchain::{self, Toolchain};

/// One attempt at a rebuild.
struct Rebuild<'a> {
    scene: &'a Scene<'a>,
    cargo: Cargo<'a>,
    workspace: Workspace,
    /// The newest stamp, where there is one to believe: its digests may be reused.
    earlier: Option<&'a Stamp>,
    force: Force,
    toolchain: Vec<Fact>,
    toolchain_files: Vec<SealedFile>,
    toolchain_digest: Digest,
}

/// The world as it was before cargo started.
struct Before {
    units: Vec<Unit>,
    packages: Expected,
    cutoff: Timestamp,
    snapshot: Snapshot,
    contents: Contents,
    evidence: Vec<Evidence>,
}

/// How one run of cargo went.
enum Attempt {
    /// It built from a world that still stands.
    Built(Box<Built>),
    /// This input changed meanwhile.
    InputChanged(InputPath),
    /// It reported this package fresh, which cannot be.
    WronglyFresh(String),
}

/// How publishing went.
enum Published {
    /// Every archive, and what is remembered of each.
    All(Vec<Archive>, Vec<Made>),
    /// cargo reported this package fresh, which cannot be.
    WronglyFresh(String),
}

/// What a stamp is made of.
struct Built {
    cutoff: Timestamp,
    snapshot: Snapshot,
    lists: Lists,
    evidence: Vec<Evidence>,
    specs: Vec<InputSpec>,
    environment: Vec<EnvFact>,
    archives: Vec<Archive>,
    tells_place: bool,
}

/// Builds, and starts over at most once for each of the two things that may go wrong. Every attempt
/// begins with a new look at everything: what changed may have been a manifest or a configuration.
///
/// # Errors
/// Whatever keeps the archives from being built and vouched for.
pub(crate) fn rebuild(
    request: &Request<'_>,
    lock: &mut SlotLock,
    earlier: Option<&Stamp>,
    force: Force,
    work: &mut Work,
) -> Result<Stamp, BuildError> {
    let mut changed = Changed::Written;
    let mut forced = false;
    loop {
        request.go_on("before cargo started")?;
        let scene = Scene::look(request)?;
        let rebuild = Rebuild::new(&scene, earlier, force)?;
        let attempt = rebuild.attempt(lock, changed)?;
        work.processes_spawned += rebuild.cargo.spawned();
        match attempt {
            Attempt::Built(built) => {
                let tell = |glob: &str| (request.events)(Event::GlobMatchesNothing { glob });
                inputs::idle_globs(&built.snapshot.root, &built.specs).for_each(tell);
                return Ok(rebuild.stamp(*built));
            }
            Attempt::InputChanged(path) if changed == Changed::Written => {
                (request.events)(Event::ChangedDuringBuild { path: &path });
                changed = Changed::Content;
            }
            Attempt::InputChanged(path) => return Err(BuildError::ChangedDuringBuild { path }),
            Attempt::WronglyFresh(package) if !forced => {
                (request.events)(Event::CargoForced { package: &package });
                rebuild.remove_target()?;
                forced = true;
            }
            Attempt::WronglyFresh(package) => return Err(BuildError::CargoInsists { package }),
        }
    }
}

impl<'a> Rebuild<'a> {
    fn new(
        scene: &'a Scene<'a>,
        earlier: Option<&'a Stamp>,
        force: Force,
    ) -> Result<Self, BuildError> {
        let request = scene.request;
        let cargo =
            Cargo::find(request.env, request.workspace, request.cargo_output, request.cancel)?;
        scene.toolchain.require_named()?;
        let workspace = Workspace::load(&cargo, request.profile)?;
        // rustup's proxy installs a toolchain that is asked for and not there, so only now it may be told.
        let chosen = Toolchain::choose(request.env, &scene.config, request.workspace);
        let (toolchain, toolchain_files) = chosen.record(earlier.map(|stamp| &stamp.head))?;
        let toolchain_digest = toolchain::digest(&toolchain, &toolchain_files);
        Ok(Self {
            scene,
            cargo,
            workspace,
            earlier,
            force,
            toolchain,
            toolchain_files,
            toolchain_digest,
        })
    }

    fn attempt(&self, lock: &mut SlotLock, changed: Changed) -> Result<Attempt, BuildError> {
        let (workspace, saw) = (&self.workspace, self.prepare_target()?);
        let mut before = self.look(lock, workspace, &saw.files)?;
        let units = std::mem::take(&mut before.units);
        let root = &workspace.root;
        let mut fit = FitUnits::choose(root, units, &saw, &before.contents)?;
        if self.scene.request.vouch {
            fit.vouch(root, &self.cargo, &before.contents, &saw.files)?;
        }
        self.keep(&saw.emptied())?;
        let built = self.run_cargo(workspace, before.packages);
        if built.is_err() {
            // A cargo that was killed may have left a rustc behind, which would write while we look.
            lock::end_orphans(&self.scene.slot, orphans::group())?;
        }
        let since = lock.clock(&self.scene.slot);
        let units = self.units(workspace, &saw.files);
        let messages = match built {
            Err(failed @ (BuildError::CargoFailed { .. } | BuildError::Interrupted { .. })) => {
                self.keep(&saw.of_untouched(fit.untouched(&units)))?;
                return Err(failed);
            }
            built => built?,
        };
        if let Some(package) = fit.wrongly_fresh(&messages, workspace) {
            return Ok(Attempt::WronglyFresh(package));
        }

        let took_part = workspace.path_packages.iter().filter(|(id, _)| messages.mentions(id));
        let mut specs = self.specs(workspace, took_part.map(|(_, package)| package), &units);
        let known: BTreeSet<Pattern> = specs.iter().map(|spec| spec.pattern.clone()).collect();
        let told = products::inputs(self.scene, workspace, &messages);
        specs.extend(told.into_iter().filter(|spec| !known.contains(&spec.pattern)));
        let after_cutoff = lock.clock(&self.scene.slot)?;
        let (snapshot, lists) = self.take(workspace, &specs)?;
        let told = self.scene.told();
        let contents = Contents::read(&snapshot, after_cutoff, Some(&before.contents), &told);
        let (then, now) = ((&before.snapshot, &before.contents), (&snapshot, &contents));
        if let Some(path) = meanwhile::first_change(then, now, (&lists, &specs), changed) {
            return Ok(Attempt::InputChanged(path));
        }
        let known = |id| Recorded::find(id, &before.evidence, &before.snapshot, before.cutoff);
        let evidence = observe::evidence(self.scene.request.strategies, &snapshot, known, &told);
        if let Some(path) = snapshot.first_difference(&self.take(workspace, &specs)?.0) {
            return Ok(Attempt::InputChanged(path.clone()));
        }
        let written = contents.changed_since(&before.contents, Changed::Written).is_some();
        let cutoff = if written { after_cutoff } else { before.cutoff };

        let environment = self.environment(&units);
        let world = saw::world(&workspace.root, &contents, &compiled_inputs(&units))?;
        let known_by = (environment::digest(&environment), world);
        let (archives, made) = match self.publish(workspace, &messages, &saw, known_by)? {
            Published::All(archives, made) => (archives, made),
            Published::WronglyFresh(package) => return Ok(Attempt::WronglyFresh(package)),
        };
        let saw = CargoSaw::of(&workspace.root, &units, &contents, (saw, since?), made)?;
        self.keep(&saw)?;
        let lists = Lists { since: after_cutoff, ..lists };
        Ok(Attempt::Built(Box::new(Built {
            cutoff,
            snapshot,
            lists,
            evidence,
            specs,
            environment,
            archives,
            tells_place: own_place::is_asked_for(&self.scene.slot.target()),
        })))
    }

    fn keep(&self, saw: &CargoSaw) -> Result<(), BuildError> {
        saw.write(&self.scene.slot.cargo_saw())
    }

    /// Publishes what cargo made, unless cargo called fresh what cannot be.
    fn publish(
        &self,
        workspace: &Workspace,
        messages: &Messages,
        saw: &CargoSaw,
        (environment, world): (Digest, Digest),
    ) -> Result<Published, BuildError> {
        let mut archives = Vec::new();
        let mut made = Vec::new();
        for product in products::find(self.scene, workspace, messages)? {
            self.scene.request.go_on("while archives were published")?;
            let archive = match publish::publish(&self.scene.slot, &product.file, &product.expected)
            {
                // Something other than cargo damaged what it left here; it will not notice.
                Err(BuildError::Artifact { package, .. }) if product.is_fresh => {
                    return Ok(Published::WronglyFresh(package));
                }
                published => published?,
            };
            let (package, kind) = (archive.package.clone(), product.file.identity());
            let one = Made { package, kind, environment, world, digest: archive.file.digest };
            if product.is_fresh && !saw.agrees(&one) {
                return Ok(Published::WronglyFresh(one.package));
            }
            archives.push(archive);
            made.push(one);
        }
        Ok(Published::All(archives, made))
    }

    /// What cargo last saw in its target directory; removes one that another toolchain used.
    fn prepare_target(&self) -> Result<CargoSaw, BuildError> {
        let toolchain = self.toolchain_digest;
        let mut saw = CargoSaw::read(&self.scene.slot.cargo_saw());
        if !saw.used(toolchain) {
            self.remove_target()?;
            return Ok(CargoSaw::nothing(toolchain));
        }
        if self.scene.request.strategy.reads_always() {
            saw.files = saw.files.unbelieved();
        }
        Ok(if self.force == Force::No { saw } else { saw.emptied() })
    }

    fn remove_target(&self) -> Result<(), BuildError> {
        let target = self.scene.slot.target();
        durable::remove_any(&target).doing("remove cargo's target directory", &target)
    }

    /// The look before cargo starts: what is known to be read, and every file of every path package.
    fn look(
        &self,
        lock: &mut SlotLock,
        workspace: &Workspace,
        known: &UnitFiles,
    ) -> Result<Before, BuildError> {
        let units = self.units(workspace, known);
        let specs = self.specs(workspace, workspace.path_packages.values(), &units);
        let clock = || {
            self.scene.request.go_on("before cargo started")?;
            lock.clock(&self.scene.slot)
        };
        let (cutoff, (snapshot, _)) = settled(SETTLE, clock, || self.take(workspace, &specs))?;
        let told = self.scene.told();
        let known = |id| self.earlier.and_then(|stamp| stamp.recorded(id));
        let evidence = observe::evidence(self.scene.request.strategies, &snapshot, known, &told);
        let contents = Contents::read(&snapshot, cutoff, None, &told);
        let packages = workspace.expected(&units);
        Ok(Before { units, packages, cutoff, snapshot, contents, evidence })
    }

    fn run_cargo(&self, workspace: &Workspace, packages: Expected) -> Result<Messages, BuildError> {
        let (request, target) = (self.scene.request, self.scene.slot.target());
        let compiler = self.toolchain_files.first().map(|file| file.path.as_path());
        let remapped = remap::flags(request, workspace, compiler);
        let config = &self.scene.config;
        let plan = Plan::new(request.profile, workspace, request.env, config, &target, remapped);
        (request.events)(Event::CargoStarts { args: &plan.args, packages });
        self.cargo.build(&plan, request.events)
    }

    fn units(&self, workspace: &Workspace, known: &UnitFiles) -> Vec<Unit> {
        let request = self.scene.request;
        let home = request.env.cargo_home(request.workspace);
        let slot = &self.scene.slot;
        scan::scan(slot.store(), (&slot.target(), known), workspace, &self.cargo, home.as_deref())
    }

    /// What the stamp remembers; where we stand is looked at besides.
    fn specs<'p>(
        &self,
        workspace: &Workspace,
        packages: impl Iterator<Item = &'p PathPackage>,
        units: &[Unit],
    ) -> Vec<InputSpec> {
        let request = self.scene.request;
        let (cwd, store) = (request.workspace, self.scene.slot.store());
        inputs::of_build(request.profile, cwd, store, workspace, packages, units)
    }

    fn take(
        &self,
        workspace: &Workspace,
        specs: &[InputSpec],
    ) -> Result<(Snapshot, Lists), BuildError> {
        let here = self.scene.specs_here();
        Ok(Snapshot::take_listed(discover(&workspace.root, here.iter().chain(specs))?))
    }

    fn environment(&self, units: &[Unit]) -> Vec<EnvFact> {
        let request = self.scene.request;
        let mut declared = request.profile.env.clone();
        declared.extend(units.iter().flat_map(|unit| unit.env.iter().cloned()));
        request.env.facts(&declared)
    }

    fn stamp(&self, built: Built) -> Stamp {
        let head = Head {
            key: self.scene.key.to_string(),
            generation: publish::next_generation(&self.scene.slot, self.earlier),
            profile: self.scene.profile_facts(),
            toolchain: self.toolchain.clone(),
            toolchain_files: self.toolchain_files.clone(),
            environment: built.environment,
            cutoff: built.cutoff,
            archives: built.archives,
            origin: None,
            tells_place: built.tells_place,
        };
        Stamp {
            head,
            specs: built.specs,
            snapshot: built.snapshot,
            evidence: built.evidence,
            lists: built.lists,
        }
    }
}
