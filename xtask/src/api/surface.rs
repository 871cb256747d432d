//! The lines of a crate's surface: every public name that can be reached from its root.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result};
use syn::{Attribute, Fields, ImplItem, Item, ItemImpl, TraitItem, Type, Visibility};

use super::modules::{Crates, Place, Target, cfg_of, imports, is_hidden, name_of};
use super::text;

/// The lines of `package`, sorted by name.
pub fn lines(crates: &Crates, package: &str) -> Result<Vec<String>> {
    let krate = package.replace('-', "_");
    let root = Place { krate: krate.clone(), modules: Vec::new() };
    crates.module(&root).with_context(|| format!("{package} has no src/lib.rs"))?;
    let mut surface = Surface { crates, impls: BTreeMap::new(), lines: BTreeSet::new() };
    surface.module(&root, &krate, "");
    Ok(surface.lines.into_iter().map(|(_, line)| line).collect())
}

/// The implementations in a crate, by the type that they are for.
type Impls<'c> = BTreeMap<(Place, String), Vec<&'c ItemImpl>>;

struct Surface<'c> {
    crates: &'c Crates,
    impls: BTreeMap<String, Impls<'c>>,
    /// With the name that each is sorted by.
    lines: BTreeSet<(String, String)>,
}

impl<'c> Surface<'c> {
    fn add(&mut self, name: &str, line: &str, cfg: &str) {
        let space = if cfg.is_empty() { "" } else { " " };
        self.lines.insert((name.to_owned(), format!("{line}{space}{cfg}")));
    }

    /// Everything public in a module, which is known by the name `path`.
    fn module(&mut self, place: &Place, path: &str, cfg: &str) {
        let Some(module) = self.crates.module(place) else { return };
        for item in &module.items {
            if let Some(ident) = name_of(item) {
                self.item(item, place, &format!("{path}::{ident}"), cfg);
            }
        }
        for (name, inner) in module.modules.iter().filter(|(_, inner)| inner.is_public) {
            let modules = [&place.modules[..], std::slice::from_ref(name)].concat();
            let below = Place { krate: place.krate.clone(), modules };
            let (path, cfg) = (format!("{path}::{name}"), inner.cfg.as_deref().unwrap_or(cfg));
            self.add(&path, &format!("mod {path}"), cfg);
            self.module(&below, &path, cfg);
        }
        for (vis, import) in imports(module) {
            let Visibility::Public(_) = vis else { continue };
            let cfg = import.cfg.as_deref().unwrap_or(cfg);
            let Some(target) = self.crates.resolve(place, &import.path) else {
                let name = import.name.unwrap_or_else(|| "*".into());
                let line = format!("use {path}::{name} = {}", import.path.join("::"));
                self.add(&format!("{path}::{name}"), &line, cfg);
                continue;
            };
            match (target, import.name) {
                (Target::Module(there), None) => self.module(&there, path, cfg),
                (Target::Module(there), Some(name)) => {
                    let path = format!("{path}::{name}");
                    self.add(&path, &format!("mod {path}"), cfg);
                    self.module(&there, &path, cfg);
                }
                (Target::Item(there, original), name) => {
                    let path = format!("{path}::{}", name.as_deref().unwrap_or(&original));
                    let items = self.crates.module(&there).map(|module| &module.items);
                    for item in items.into_iter().flatten() {
                        if name_of(item).is_some_and(|ident| *ident == original) {
                            self.item(item, &there, &path, cfg);
                        }
                    }
                }
            }
        }
    }

    /// An item, if it is public, known by the name `path`.
    fn item(&mut self, item: &'c Item, place: &Place, path: &str, cfg: &str) {
        let (vis, attributes) = match item {
            Item::Const(item) => (&item.vis, &item.attrs),
            Item::Enum(item) => (&item.vis, &item.attrs),
            Item::Fn(item) => (&item.vis, &item.attrs),
            Item::Static(item) => (&item.vis, &item.attrs),
            Item::Struct(item) => (&item.vis, &item.attrs),
            Item::Trait(item) => (&item.vis, &item.attrs),
            Item::Type(item) => (&item.vis, &item.attrs),
            _ => return,
        };
        if !matches!(vis, Visibility::Public(_)) || is_hidden(attributes) {
            return;
        }
        let of_its_own = cfg_of(attributes);
        let cfg = of_its_own.as_deref().unwrap_or(cfg);
        match item {
            Item::Const(item) => {
                self.add(path, &format!("const {path}: {}", text::of(&item.ty)), cfg);
            }
            Item::Static(item) => {
                self.add(path, &format!("static {path}: {}", text::of(&item.ty)), cfg);
            }
            Item::Type(item) => {
                let generics = text::of(&item.generics);
                let line = format!("type {path}{generics} = {}", text::of(&item.ty));
                self.add(path, &line, cfg);
            }
            Item::Fn(item) => self.add(path, &function(path, &item.sig), cfg),
            Item::Struct(item) => {
                self.add(path, &format!("struct {path}{}", text::of(&item.generics)), cfg);
                self.fields(&item.fields, path, cfg);
                self.implemented(place, &item.ident.to_string(), &item.attrs, path, cfg);
            }
            Item::Enum(item) => {
                self.add(path, &format!("enum {path}{}", text::of(&item.generics)), cfg);
                for variant in &item.variants {
                    let name = format!("{path}::{}", variant.ident);
                    let line = format!("variant {name}{}", fields_of_variant(&variant.fields));
                    self.add(&name, &line, cfg);
                }
                self.implemented(place, &item.ident.to_string(), &item.attrs, path, cfg);
            }
            Item::Trait(item) => self.interface(item, path, cfg),
            _ => {}
        }
    }

    fn fields(&mut self, fields: &Fields, path: &str, cfg: &str) {
        for (index, field) in fields.iter().enumerate() {
            if matches!(field.vis, Visibility::Public(_)) {
                let name = field.ident.as_ref().map_or(index.to_string(), ToString::to_string);
                let name = format!("{path}::{name}");
                self.add(&name, &format!("field {name}: {}", text::of(&field.ty)), cfg);
            } else {
                let name = format!("{path}::");
                self.add(&name, &format!("field {path}::(private)"), cfg);
            }
        }
    }

    fn interface(&mut self, item: &syn::ItemTrait, path: &str, cfg: &str) {
        let bounds = text::of(&item.supertraits);
        let bounds = if bounds.is_empty() { bounds } else { format!(": {bounds}") };
        self.add(path, &format!("trait {path}{}{bounds}", text::of(&item.generics)), cfg);
        for item in &item.items {
            let TraitItem::Fn(method) = item else { continue };
            let name = format!("{path}::{}", method.sig.ident);
            let provided = if method.default.is_some() { " (provided)" } else { "" };
            self.add(&name, &format!("{}{provided}", function(&name, &method.sig)), cfg);
        }
    }

    /// The methods and traits of the type `ident` that is defined at `place`.
    fn implemented(
        &mut self,
        place: &Place,
        ident: &str,
        attributes: &[Attribute],
        path: &str,
        cfg: &str,
    ) {
        let mut traits: BTreeSet<String> = attributes.iter().flat_map(derived).collect();
        let crates = self.crates;
        let impls = self.impls.entry(place.krate.clone());
        let impls = impls.or_insert_with(|| implementations(crates, &place.krate));
        for found in impls.get(&(place.clone(), ident.to_owned())).cloned().unwrap_or_default() {
            if let Some((_, name, _)) = &found.trait_ {
                traits.extend(name.segments.last().map(text::of));
                continue;
            }
            for item in &found.items {
                match item {
                    ImplItem::Fn(method) if is_shown(&method.vis, &method.attrs) => {
                        let name = format!("{path}::{}", method.sig.ident);
                        self.add(&name, &function(&name, &method.sig), cfg);
                    }
                    ImplItem::Const(constant) if is_shown(&constant.vis, &constant.attrs) => {
                        let name = format!("{path}::{}", constant.ident);
                        let line = format!("const {name}: {}", text::of(&constant.ty));
                        self.add(&name, &line, cfg);
                    }
                    _ => {}
                }
            }
        }
        if !traits.is_empty() {
            let traits: Vec<String> = traits.into_iter().collect();
            self.add(path, &format!("impl {path}: {}", traits.join(", ")), cfg);
        }
    }
}

fn is_shown(vis: &Visibility, attributes: &[Attribute]) -> bool {
    matches!(vis, Visibility::Public(_)) && !is_hidden(attributes)
}

/// Every implementation in a crate whose type is defined in it.
fn implementations<'c>(crates: &'c Crates, krate: &str) -> Impls<'c> {
    let mut all = Impls::new();
    for (place, module) in crates.modules_of(krate) {
        for item in &module.items {
            let Item::Impl(found) = item else { continue };
            let Type::Path(path) = &*found.self_ty else { continue };
            let segments: Vec<String> =
                path.path.segments.iter().map(|segment| segment.ident.to_string()).collect();
            if let Some(Target::Item(there, name)) = crates.resolve(&place, &segments)
                && !is_hidden(&found.attrs)
            {
                all.entry((there, name)).or_default().push(found);
            }
        }
    }
    all
}

/// The traits that an attribute derives.
fn derived(attribute: &Attribute) -> Vec<String> {
    let text = text::of(attribute);
    let list = text.strip_prefix("#[derive(").and_then(|rest| rest.strip_suffix(")]"));
    let names = list.into_iter().flat_map(|list| list.split(','));
    names.filter_map(|name| name.trim().rsplit("::").next().map(str::to_owned)).collect()
}

fn function(path: &str, signature: &syn::Signature) -> String {
    let whole = text::of(signature);
    let ident = signature.ident.to_string();
    whole.replacen(&format!("fn {ident}"), &format!("fn {path}"), 1)
}

fn fields_of_variant(fields: &Fields) -> String {
    let all = fields.iter().map(|field| match &field.ident {
        Some(ident) => format!("{ident}: {}", text::of(&field.ty)),
        None => text::of(&field.ty),
    });
    let all = all.collect::<Vec<_>>().join(", ");
    match fields {
        Fields::Named(_) => format!(" {{ {all} }}"),
        Fields::Unnamed(_) => format!("({all})"),
        Fields::Unit => String::new(),
    }
}
