//! The state of lowering, and its small parts: names, types, variables.

use oxc_ast::ast;
use oxc_span::GetSpan;

use crate::language::diagnostic::{Diagnostic, Diagnostics};
use crate::language::interface::Type;
use crate::language::syntax::{
    Expression, ExpressionId, ExpressionKind, Name, Span, Syntax, Tree, Variable, VariableId,
    VariableKind,
};

use super::exports::PendingExport;
use super::unsupported;

/// What has been lowered so far, and what was wrong with it.
pub(super) struct Lowering<'t> {
    text: &'t str,
    pub(super) syntax: Syntax,
    pub(super) diagnostics: Diagnostics,
    pub(super) exports: Vec<PendingExport>,
}

impl<'t> Lowering<'t> {
    pub(super) fn new(text: &'t str, diagnostics: Diagnostics) -> Self {
        Self { text, syntax: Syntax::default(), diagnostics, exports: Vec::new() }
    }

    pub(super) fn finish(mut self) -> Result<Syntax, Vec<Diagnostic>> {
        self.resolve_exports();
        if self.diagnostics.is_empty() {
            Ok(self.syntax)
        } else {
            Err(self.diagnostics.into_sorted())
        }
    }

    pub(super) fn error(&mut self, span: Span, message: impl Into<String>) {
        self.diagnostics.push(Diagnostic::new(span, message));
    }

    pub(super) fn error_with_help(&mut self, span: Span, message: impl Into<String>, help: &str) {
        self.diagnostics.push(Diagnostic::new(span, message).with_help(help));
    }

    pub(super) fn name(&mut self, text: &str) -> Name {
        self.syntax.names.intern(text)
    }

    /// The first word of what is at `span`, or its first character.
    pub(super) fn head(&self, span: oxc_span::Span) -> Span {
        let text = self.text.get(span.start as usize..span.end as usize).unwrap_or_default();
        let word = text.find(|c: char| !c.is_alphanumeric()).unwrap_or(text.len());
        let first = text.chars().next().map_or(0, char::len_utf8);
        span.start..span.start + word.max(first) as u32
    }

    /// A name that is being declared.
    pub(super) fn declared_name(&mut self, id: &ast::BindingIdentifier<'_>) -> Name {
        let text = id.name.as_str();
        if unsupported::is_reserved(text) {
            self.error(
                bytes(id.span),
                format!("`{text}` cannot be declared: the name is reserved"),
            );
        }
        self.name(text)
    }

    pub(super) fn push(&mut self, span: Span, kind: ExpressionKind) -> ExpressionId {
        let id = ExpressionId(self.syntax.expressions.len() as u32);
        self.syntax.expressions.push(Expression { span, kind });
        id
    }

    /// An expression that is not part of another.
    pub(super) fn tree(&mut self, expression: &ast::Expression<'_>) -> Option<Tree> {
        let first = ExpressionId(self.syntax.expressions.len() as u32);
        let root = self.expression(expression)?;
        Some(Tree { first, root })
    }

    /// The type that an annotation names. Nothing, and an error, where the language does not have it.
    pub(super) fn annotation(&mut self, annotation: &ast::TSTypeAnnotation<'_>) -> Option<Type> {
        match &annotation.type_annotation {
            ast::TSType::TSNumberKeyword(_) => Some(Type::Number),
            ast::TSType::TSStringKeyword(_) => Some(Type::String),
            ast::TSType::TSBooleanKeyword(_) => Some(Type::Boolean),
            ast::TSType::TSVoidKeyword(_) => Some(Type::Void),
            other => {
                let help = "the types are `number`, `string` and `boolean`, and `void` for results";
                self.error_with_help(bytes(other.span()), "this type is not supported", help);
                None
            }
        }
    }

    /// The type of a variable or parameter.
    pub(super) fn value_annotation(
        &mut self,
        annotation: &ast::TSTypeAnnotation<'_>,
    ) -> Option<Type> {
        let ty = self.annotation(annotation)?;
        if ty == Type::Void {
            let message = "a variable cannot be `void`: only results of functions are";
            self.error(bytes(annotation.type_annotation.span()), message);
            return None;
        }
        Some(ty)
    }

    pub(super) fn variable(&mut self, variable: Variable) -> VariableId {
        let id = VariableId(self.syntax.variables.len() as u32);
        self.syntax.variables.push(variable);
        id
    }

    /// All of a `let` or `const` that are as they should be.
    pub(super) fn declaration(
        &mut self,
        declaration: &ast::VariableDeclaration<'_>,
    ) -> Vec<VariableId> {
        let kind = match declaration.kind {
            ast::VariableDeclarationKind::Let => VariableKind::Let,
            ast::VariableDeclarationKind::Const => VariableKind::Const,
            ast::VariableDeclarationKind::Var => {
                let help = "declare it with `let` or `const`";
                let span = self.head(declaration.span);
                self.error_with_help(span, "`var` is not supported", help);
                VariableKind::Let
            }
            ast::VariableDeclarationKind::Using | ast::VariableDeclarationKind::AwaitUsing => {
                self.error(bytes(declaration.span), "`using` is not supported");
                VariableKind::Const
            }
        };
        if declaration.declare {
            self.error(bytes(declaration.span), "`declare` is not supported");
        }
        let declarators = declaration.declarations.iter();
        declarators.filter_map(|declarator| self.declarator(declarator, kind)).collect()
    }

    fn declarator(
        &mut self,
        declarator: &ast::VariableDeclarator<'_>,
        kind: VariableKind,
    ) -> Option<VariableId> {
        let initial = declarator.init.as_ref().map(|initial| self.tree(initial));
        let annotation = declarator.id.type_annotation.as_ref();
        let annotated = annotation.map(|annotation| self.value_annotation(annotation));
        let ast::BindingPatternKind::BindingIdentifier(id) = &declarator.id.kind else {
            self.error(bytes(declarator.id.span()), "destructuring is not supported");
            return None;
        };
        let (name, span) = (self.declared_name(id), name_span(id));
        if declarator.definite {
            self.error(bytes(declarator.span), "`!` after a variable's name is not supported");
        }
        if initial.is_none() {
            let text = id.name.as_str();
            if kind == VariableKind::Const {
                self.error(span.clone(), format!("`const {text}` needs an initial value"));
            } else if annotation.is_none() {
                let help = format!("write `let {text}: number`, or give it a value");
                let message = format!("`{text}` needs a type or an initial value");
                self.error_with_help(span.clone(), message, &help);
            }
        }
        let (initial, annotation) = (initial.flatten(), annotated.flatten());
        Some(self.variable(Variable { name, span, kind, annotation, initial }))
    }
}

/// The name without the type that follows it, which oxc takes to be part of it.
pub(super) fn name_span(id: &ast::BindingIdentifier<'_>) -> Span {
    let end = id.span.start + id.name.len() as u32;
    id.span.start..end.min(id.span.end)
}

/// oxc's span as ours.
pub(super) fn bytes(span: oxc_span::Span) -> Span {
    span.start..span.end
}
