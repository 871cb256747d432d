//! What the module gets from others.

use super::scope::closest;
use super::{Checker, Reference, Resolved, Target};
use crate::language::builtin::Builtin;
use crate::language::interface::{ExportKind, Interface};
use crate::language::syntax::{Import, ImportedName};

/// One name of another module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Imported {
    /// The other module.
    pub module: String,
    /// What it calls the thing, from which the symbol derives.
    pub local: String,
    pub kind: ExportKind,
}

impl Checker<'_> {
    pub(super) fn declare_imports(&mut self, resolved: &[Resolved<'_>]) {
        for import in &self.syntax.imports {
            let found = resolved.iter().find(|resolved| resolved.specifier == import.specifier);
            match found.map(|resolved| resolved.target) {
                Some(Target::Module { id, interface }) => {
                    self.declare_from_module(import, id, interface);
                }
                Some(Target::Builtin(builtin)) => self.declare_from_builtin(import, builtin),
                None => {
                    let message = format!("there is no module `{}`", import.specifier);
                    self.error(&import.span, message);
                }
            }
        }
    }

    fn declare_from_module(&mut self, import: &Import, id: &str, interface: &Interface) {
        for name in &import.names {
            let Some(export) = interface.exports.get(&name.imported) else {
                let exports = interface.exports.keys().map(String::as_str);
                self.no_such_export(import, name, exports);
                continue;
            };
            let index = self.imported.len() as u32;
            self.imported.push(Imported {
                module: id.to_owned(),
                local: export.local.clone(),
                kind: export.kind.clone(),
            });
            self.declare(name.name, &name.span, Reference::Imported(index));
        }
    }

    fn declare_from_builtin(&mut self, import: &Import, builtin: &'static Builtin) {
        self.features.insert(builtin.feature);
        for name in &import.names {
            match builtin.functions.iter().find(|function| function.name == name.imported) {
                Some(function) => {
                    self.declare(name.name, &name.span, Reference::Builtin(function));
                }
                None => {
                    let functions = builtin.functions.iter().map(|function| function.name);
                    self.no_such_export(import, name, functions);
                }
            }
        }
    }

    fn no_such_export<'b>(
        &mut self,
        import: &Import,
        name: &ImportedName,
        exports: impl Iterator<Item = &'b str> + Clone,
    ) {
        let message = format!("`{}` does not export `{}`", import.specifier, name.imported);
        let help = match closest(&name.imported, exports.clone()) {
            Some(similar) => format!("did you mean `{similar}`?"),
            None => listing(exports),
        };
        self.error_with_help(&name.span, message, help);
    }
}

/// Enough of them to see what kind of module it is.
fn listing<'b>(mut exports: impl Iterator<Item = &'b str>) -> String {
    let some: Vec<_> = exports.by_ref().take(5).map(|name| format!("`{name}`")).collect();
    let more = exports.count();
    match (some.is_empty(), more) {
        (true, _) => "it exports nothing".to_owned(),
        (false, 0) => format!("it exports {}", some.join(", ")),
        (false, more) => format!("it exports {} and {more} more", some.join(", ")),
    }
}
