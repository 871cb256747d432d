//! The modules of every crate of the house as they are written, and where a path in one of them leads.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use syn::{Attribute, Ident, Item, UseTree, Visibility};

use super::text;

/// Every crate whose sources are here, by the name that code uses.
pub struct Crates(BTreeMap<String, Module>);

/// A module: its items without the modules in it, and those.
#[derive(Default)]
pub struct Module {
    pub items: Vec<Item>,
    pub modules: BTreeMap<String, Inner>,
}

/// A module in another.
pub struct Inner {
    pub is_public: bool,
    pub cfg: Option<String>,
    pub module: Module,
}

/// Where something is: a crate and the names of modules from its root.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    pub krate: String,
    pub modules: Vec<String>,
}

/// What a path leads to.
pub enum Target {
    Module(Place),
    /// An item of this name in this module.
    Item(Place, String),
}

/// One name that a `use` brings in.
pub struct Import {
    pub path: Vec<String>,
    /// The name that it has here; `None` for everything (`*`).
    pub name: Option<String>,
    /// The condition under which it is there.
    pub cfg: Option<String>,
}

impl Crates {
    /// Reads the crates below `crates/`.
    pub fn load(root: &Path) -> Result<Self> {
        let mut all = BTreeMap::new();
        for entry in fs::read_dir(root.join("crates")).context("cannot list crates/")? {
            let directory = entry.context("cannot list crates/")?.path();
            let library = directory.join("src/lib.rs");
            if library.is_file() {
                let name = directory.file_name().unwrap_or_default().to_string_lossy();
                all.insert(name.replace('-', "_"), load(&library, &directory.join("src"))?);
            }
        }
        Ok(Self(all))
    }

    /// The module at a place.
    pub fn module(&self, place: &Place) -> Option<&Module> {
        let root = self.0.get(&place.krate)?;
        place
            .modules
            .iter()
            .try_fold(root, |module, name| module.modules.get(name).map(|inner| &inner.module))
    }

    /// Every module of a crate, with its place.
    pub fn modules_of(&self, krate: &str) -> Vec<(Place, &Module)> {
        let mut all = Vec::new();
        let Some(root) = self.0.get(krate) else { return all };
        let mut pending = vec![(Place { krate: krate.into(), modules: Vec::new() }, root)];
        while let Some((place, module)) = pending.pop() {
            for (name, inner) in &module.modules {
                let modules = [&place.modules[..], std::slice::from_ref(name)].concat();
                pending.push((Place { krate: krate.into(), modules }, &inner.module));
            }
            all.push((place, module));
        }
        all
    }

    /// Where `path`, written in the module at `here`, leads; nothing where it leaves the house.
    pub fn resolve(&self, here: &Place, path: &[String]) -> Option<Target> {
        let (first, rest) = path.split_first()?;
        let root = |krate: &str| Place { krate: krate.into(), modules: Vec::new() };
        let start = match first.as_str() {
            "crate" => root(&here.krate),
            "self" => here.clone(),
            "super" => {
                let (_, above) = here.modules.split_last()?;
                Place { krate: here.krate.clone(), modules: above.to_vec() }
            }
            name if self.has(here, name) => return self.walk(here.clone(), path),
            name if self.0.contains_key(name) => root(name),
            _ => return None,
        };
        self.walk(start, rest)
    }

    /// Whether a module, an item or an import of this name is in the module at `here`.
    fn has(&self, here: &Place, name: &str) -> bool {
        self.module(here).is_some_and(|module| {
            module.modules.contains_key(name)
                || module.items.iter().any(|item| name_of(item).is_some_and(|ident| ident == name))
                || imports(module).iter().any(|(_, import)| import.name.as_deref() == Some(name))
        })
    }

    fn walk(&self, place: Place, path: &[String]) -> Option<Target> {
        let Some((name, rest)) = path.split_first() else { return Some(Target::Module(place)) };
        let module = self.module(&place)?;
        if module.modules.contains_key(name) {
            let modules = [&place.modules[..], std::slice::from_ref(name)].concat();
            return self.walk(Place { krate: place.krate, modules }, rest);
        }
        if module.items.iter().any(|item| name_of(item).is_some_and(|ident| ident == name)) {
            return rest.is_empty().then(|| Target::Item(place, name.clone()));
        }
        let imports = imports(module);
        let named = |(_, import): &&(_, Import)| import.name.as_deref() == Some(name.as_str());
        let Some((_, import)) = imports.iter().find(named) else {
            return imports.iter().find_map(|(vis, all)| self.in_all_of(&place, vis, all, path));
        };
        // `use x::x` would lead to itself.
        let beyond = [&import.path[..], rest].concat();
        (beyond != path).then(|| self.resolve(&place, &beyond))?
    }

    /// Where a path leads by a `pub use module::*` of the module at `here`. Private ones are not followed: two
    /// modules that see each other would never be done.
    fn in_all_of(
        &self,
        here: &Place,
        vis: &Visibility,
        all: &Import,
        path: &[String],
    ) -> Option<Target> {
        let is_public = matches!(vis, Visibility::Public(_)) && all.name.is_none();
        match is_public.then(|| self.resolve(here, &all.path))?? {
            Target::Module(there) => self.walk(there, path),
            Target::Item(..) => None,
        }
    }
}

fn load(file: &Path, directory: &Path) -> Result<Module> {
    let shown = file.display();
    let source = fs::read_to_string(file).with_context(|| format!("cannot read {shown}"))?;
    let parsed = syn::parse_file(&source).with_context(|| format!("cannot parse {shown}"))?;
    of_items(parsed.items, directory)
}

fn of_items(items: Vec<Item>, directory: &Path) -> Result<Module> {
    let mut module = Module::default();
    for item in items {
        let Item::Mod(inner) = item else {
            module.items.push(item);
            continue;
        };
        if is_hidden(&inner.attrs) {
            continue;
        }
        let name = inner.ident.to_string();
        let below = directory.join(&name);
        let content = match inner.content {
            Some((_, items)) => of_items(items, &below)?,
            None => load(&file_of(directory, &name), &below)?,
        };
        let is_public = matches!(inner.vis, Visibility::Public(_));
        let cfg = cfg_of(&inner.attrs);
        module.modules.insert(name, Inner { is_public, cfg, module: content });
    }
    Ok(module)
}

fn file_of(directory: &Path, name: &str) -> PathBuf {
    let beside = directory.join(format!("{name}.rs"));
    if beside.is_file() { beside } else { directory.join(name).join("mod.rs") }
}

/// Whether something is only there in tests, or not meant to be seen.
pub fn is_hidden(attributes: &[Attribute]) -> bool {
    let texts = attributes.iter().map(text::of);
    texts.into_iter().any(|text| text == "#[cfg(test)]" || text == "#[doc(hidden)]")
}

/// The condition under which something is there.
pub fn cfg_of(attributes: &[Attribute]) -> Option<String> {
    attributes.iter().map(text::of).find(|text| text.starts_with("#[cfg("))
}

/// Every name that a module imports, with the visibility of its `use`.
pub fn imports(module: &Module) -> Vec<(&Visibility, Import)> {
    let mut all = Vec::new();
    for item in &module.items {
        let Item::Use(found) = item else { continue };
        if !is_hidden(&found.attrs) {
            let mut flat = Vec::new();
            flatten(&found.tree, &[], &mut flat);
            let cfg = cfg_of(&found.attrs);
            let import = |import| (&found.vis, Import { cfg: cfg.clone(), ..import });
            all.extend(flat.into_iter().map(import));
        }
    }
    all
}

fn flatten(tree: &UseTree, before: &[String], all: &mut Vec<Import>) {
    let with = |ident: &Ident| [before, &[ident.to_string()]].concat();
    let import = |path, name| Import { path, name, cfg: None };
    match tree {
        UseTree::Path(path) => flatten(&path.tree, &with(&path.ident), all),
        UseTree::Name(name) if name.ident == "self" => {
            all.push(import(before.to_vec(), before.last().cloned()));
        }
        UseTree::Name(name) => all.push(import(with(&name.ident), Some(name.ident.to_string()))),
        UseTree::Rename(renamed) => {
            all.push(import(with(&renamed.ident), Some(renamed.rename.to_string())));
        }
        UseTree::Glob(_) => all.push(import(before.to_vec(), None)),
        UseTree::Group(group) => group.items.iter().for_each(|tree| flatten(tree, before, all)),
    }
}

/// The name of an item that can be imported.
pub fn name_of(item: &Item) -> Option<&Ident> {
    match item {
        Item::Const(item) => Some(&item.ident),
        Item::Enum(item) => Some(&item.ident),
        Item::Fn(item) => Some(&item.sig.ident),
        Item::Static(item) => Some(&item.ident),
        Item::Struct(item) => Some(&item.ident),
        Item::Trait(item) => Some(&item.ident),
        Item::Type(item) => Some(&item.ident),
        Item::Union(item) => Some(&item.ident),
        _ => None,
    }
}
