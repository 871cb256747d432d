//! The top level: imports, exports, functions, and statements.

use oxc_ast::ast;
use oxc_span::GetSpan;

use crate::language::syntax::{Import, ImportedName, Statement};

use super::exports::PendingExport;
use super::lower::{Lowering, bytes};

impl Lowering<'_> {
    pub(super) fn module(&mut self, program: &ast::Program<'_>) {
        for statement in &program.body {
            match statement {
                ast::Statement::ImportDeclaration(import) => self.import(import),
                ast::Statement::ExportNamedDeclaration(export) => self.export(export),
                ast::Statement::FunctionDeclaration(function) => {
                    self.function(function);
                }
                other => {
                    let lowered = self.statement(other);
                    self.syntax.body.extend(lowered);
                }
            }
        }
    }

    fn import(&mut self, import: &ast::ImportDeclaration<'_>) {
        if import.import_kind.is_type() || import.phase.is_some() || import.with_clause.is_some() {
            let help = "write `import { name } from \"…\"`";
            let message = "this kind of import is not supported";
            self.error_with_help(bytes(import.span), message, help);
        }
        let mut names = Vec::new();
        for specifier in import.specifiers.iter().flatten() {
            match specifier {
                ast::ImportDeclarationSpecifier::ImportSpecifier(specifier) => {
                    names.extend(self.imported_name(specifier));
                }
                ast::ImportDeclarationSpecifier::ImportDefaultSpecifier(specifier) => {
                    let help = "import it under a name: `import { name } from \"…\"`";
                    let message = "default imports are not supported";
                    self.error_with_help(bytes(specifier.span), message, help);
                }
                ast::ImportDeclarationSpecifier::ImportNamespaceSpecifier(specifier) => {
                    let help = "import what is needed: `import { name } from \"…\"`";
                    let message = "`import * as` is not supported";
                    self.error_with_help(bytes(specifier.span), message, help);
                }
            }
        }
        let specifier = import.source.value.as_str().to_owned();
        self.syntax.imports.push(Import { specifier, span: bytes(import.source.span), names });
    }

    fn imported_name(&mut self, specifier: &ast::ImportSpecifier<'_>) -> Option<ImportedName> {
        let span = bytes(specifier.span);
        if specifier.import_kind.is_type() {
            self.error(span, "imports of types are not supported");
            return None;
        }
        let imported = self.export_name(&specifier.imported)?;
        let name = self.declared_name(&specifier.local);
        let local = specifier.local.name.as_str().to_owned();
        Some(ImportedName { imported, local, span, name })
    }

    /// An exported name as both sides say it.
    fn export_name(&mut self, name: &ast::ModuleExportName<'_>) -> Option<String> {
        let text = match name {
            ast::ModuleExportName::IdentifierName(id) => id.name.as_str(),
            ast::ModuleExportName::IdentifierReference(id) => id.name.as_str(),
            ast::ModuleExportName::StringLiteral(_) => {
                let message = "names of exports that are strings are not supported";
                self.error(bytes(name.span()), message);
                return None;
            }
        };
        if text == "default" {
            self.error(bytes(name.span()), "default exports and imports are not supported");
            return None;
        }
        Some(text.to_owned())
    }

    fn export(&mut self, export: &ast::ExportNamedDeclaration<'_>) {
        if export.export_kind.is_type() && export.declaration.is_none() {
            self.error(bytes(export.span), "exports of types are not supported");
            return;
        }
        if let Some(source) = &export.source {
            let help = "import it, or import from the module that declares it";
            self.error_with_help(bytes(source.span), "`export … from` is not supported", help);
            return;
        }
        if let Some(declaration) = &export.declaration {
            self.exported_declaration(declaration);
        }
        for specifier in &export.specifiers {
            let (local, exported) =
                (self.export_name(&specifier.local), self.export_name(&specifier.exported));
            if let (Some(local), Some(exported)) = (local, exported) {
                let local = self.name(&local);
                self.exports.push(PendingExport { exported, local, span: bytes(specifier.span) });
            }
        }
    }

    fn exported_declaration(&mut self, declaration: &ast::Declaration<'_>) {
        match declaration {
            ast::Declaration::FunctionDeclaration(function) => {
                if let Some(local) = self.function(function) {
                    let span = self.syntax.functions.last().map_or(0..0, |last| last.span.clone());
                    self.push_export(local, span);
                }
            }
            ast::Declaration::VariableDeclaration(declaration) => {
                let variables = self.declaration(declaration);
                for variable in &variables {
                    let variable = self.syntax.variable(*variable);
                    let (local, span) = (variable.name, variable.span.clone());
                    self.push_export(local, span);
                }
                self.syntax.body.push(Statement::Declare(variables));
            }
            other => {
                let message = "only functions and constants can be exported";
                self.error(self.head(other.span()), message);
            }
        }
    }
}
