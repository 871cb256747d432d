//! What the module exports, and of which types: from its text alone.

use std::collections::HashMap;
use std::collections::btree_map::Entry;

use crate::language::interface::{Export, ExportKind, Signature, Type};
use crate::language::syntax::{
    ExpressionKind, FunctionId, Name, Span, Statement, Syntax, UnaryOperator, VariableId,
    VariableKind,
};

use super::lower::Lowering;

/// `export { local as exported }`, seen before all declarations are.
pub(super) struct PendingExport {
    pub(super) exported: String,
    pub(super) local: Name,
    pub(super) span: Span,
}

#[derive(Clone, Copy)]
enum Declared {
    Function(FunctionId),
    Variable(VariableId),
}

impl Lowering<'_> {
    pub(super) fn push_export(&mut self, local: Name, span: Span) {
        let exported = self.syntax.names.text(local).to_owned();
        self.exports.push(PendingExport { exported, local, span });
    }

    /// Once everything is lowered: names become types.
    pub(super) fn resolve_exports(&mut self) {
        if self.exports.is_empty() {
            return;
        }
        let declared = declarations(&self.syntax);
        // Otherwise what is missing may have been declared in what could not be read.
        let whole = self.diagnostics.is_empty();
        for PendingExport { exported, local, span } in std::mem::take(&mut self.exports) {
            let Some(kind) = self.export_kind(declared.get(&local).copied(), local, &span, whole)
            else {
                continue;
            };
            let local = self.syntax.names.text(local).to_owned();
            match self.syntax.interface.exports.entry(exported) {
                Entry::Vacant(entry) => {
                    entry.insert(Export { local, kind });
                }
                Entry::Occupied(entry) => {
                    let message = format!("`{}` is exported more than once", entry.key());
                    self.error(span, message);
                }
            }
        }
    }

    fn export_kind(
        &mut self,
        declared: Option<Declared>,
        local: Name,
        span: &Span,
        whole: bool,
    ) -> Option<ExportKind> {
        match declared {
            Some(Declared::Function(id)) => {
                let function = &self.syntax.functions[id.0 as usize];
                let ty = |id: &VariableId| self.syntax.variable(*id).annotation;
                let parameters = function.parameters.iter().map(ty).collect::<Option<_>>()?;
                Some(ExportKind::Function(Signature { parameters, result: function.result }))
            }
            Some(Declared::Variable(id)) => {
                self.constant_type(id, span, whole).map(ExportKind::Constant)
            }
            None => {
                let text = self.syntax.names.text(local).to_owned();
                let imported = self.syntax.imports.iter().flat_map(|import| &import.names);
                if imported.into_iter().any(|imported| imported.name == local) {
                    let help = "import it from the module that declares it";
                    let message = format!("`{text}` is imported, and cannot be exported again");
                    self.error_with_help(span.clone(), message, help);
                } else if whole {
                    let message =
                        format!("`{text}` is exported, but this module does not declare it");
                    self.error(span.clone(), message);
                }
                None
            }
        }
    }

    fn constant_type(&mut self, id: VariableId, span: &Span, whole: bool) -> Option<Type> {
        let variable = self.syntax.variable(id);
        let text = self.syntax.names.text(variable.name).to_owned();
        if variable.kind != VariableKind::Const {
            let help = "export a function that returns it, or make it a `const`";
            let message =
                format!("`{text}` is a variable: only functions and constants can be exported");
            self.error_with_help(span.clone(), message, help);
            return None;
        }
        let ty = variable.annotation.or_else(|| literal_type(&self.syntax, id));
        if ty.is_none() && whole {
            let help = format!("write `export const {text}: number = …`, say");
            let message = format!("the exported constant `{text}` needs a type");
            self.error_with_help(span.clone(), message, &help);
        }
        ty
    }
}

/// What the module declares at its top level. Of names declared twice the checker tells.
fn declarations(syntax: &Syntax) -> HashMap<Name, Declared> {
    let mut declared = HashMap::new();
    for (index, function) in syntax.functions.iter().enumerate() {
        declared.insert(function.name, Declared::Function(FunctionId(index as u32)));
    }
    for statement in &syntax.body {
        if let Statement::Declare(variables) = statement {
            for id in variables {
                declared.insert(syntax.variable(*id).name, Declared::Variable(*id));
            }
        }
    }
    declared
}

/// The type of a constant whose value says it at once.
fn literal_type(syntax: &Syntax, id: VariableId) -> Option<Type> {
    match &syntax.expression(syntax.variable(id).initial?.root).kind {
        ExpressionKind::Number(_) => Some(Type::Number),
        ExpressionKind::Text(_) | ExpressionKind::Template { .. } => Some(Type::String),
        ExpressionKind::Boolean(_) => Some(Type::Boolean),
        ExpressionKind::Unary { operator: UnaryOperator::Negate, operand } => {
            let operand = &syntax.expression(*operand).kind;
            matches!(operand, ExpressionKind::Number(_)).then_some(Type::Number)
        }
        _ => None,
    }
}
