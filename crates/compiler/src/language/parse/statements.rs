//! Statements and functions.

use oxc_ast::ast;
use oxc_span::GetSpan;

use crate::language::syntax::{For, Function, Name, Statement, Variable, VariableId, VariableKind};

use super::lower::{Lowering, bytes, name_span};
use super::unsupported;

impl Lowering<'_> {
    pub(super) fn statements(&mut self, statements: &[ast::Statement<'_>]) -> Vec<Statement> {
        statements.iter().filter_map(|statement| self.statement(statement)).collect()
    }

    /// Nothing for an empty statement, and where something was wrong, which has been told then.
    pub(super) fn statement(&mut self, statement: &ast::Statement<'_>) -> Option<Statement> {
        match statement {
            ast::Statement::BlockStatement(block) => {
                Some(Statement::Block(self.statements(&block.body)))
            }
            ast::Statement::EmptyStatement(_) => None,
            ast::Statement::ExpressionStatement(statement) => {
                self.tree(&statement.expression).map(Statement::Expression)
            }
            ast::Statement::VariableDeclaration(declaration) => {
                Some(Statement::Declare(self.declaration(declaration)))
            }
            ast::Statement::IfStatement(statement) => {
                let test = self.tree(&statement.test);
                let then = Box::new(self.body(&statement.consequent));
                let otherwise =
                    statement.alternate.as_ref().map(|other| Box::new(self.body(other)));
                Some(Statement::If { test: test?, then, otherwise })
            }
            ast::Statement::WhileStatement(statement) => {
                let test = self.tree(&statement.test);
                let body = Box::new(self.body(&statement.body));
                Some(Statement::While { test: test?, body })
            }
            ast::Statement::ForStatement(statement) => self.for_loop(statement),
            ast::Statement::BreakStatement(statement) => {
                self.no_label(statement.label.as_ref());
                Some(Statement::Break(bytes(statement.span)))
            }
            ast::Statement::ContinueStatement(statement) => {
                self.no_label(statement.label.as_ref());
                Some(Statement::Continue(bytes(statement.span)))
            }
            ast::Statement::ReturnStatement(statement) => {
                let value = match &statement.argument {
                    Some(argument) => Some(self.tree(argument)?),
                    None => None,
                };
                Some(Statement::Return { value, span: bytes(statement.span) })
            }
            ast::Statement::FunctionDeclaration(function) => {
                let span = function.id.as_ref().map_or(function.span, |id| id.span);
                let help = "declare it at the top level of the module";
                let message = "functions inside of blocks or functions are not supported";
                self.error_with_help(bytes(span), message, help);
                None
            }
            other => {
                self.unsupported(self.head(other.span()), unsupported::statement(other));
                None
            }
        }
    }

    /// A statement that may be empty.
    fn body(&mut self, statement: &ast::Statement<'_>) -> Statement {
        self.statement(statement).unwrap_or(Statement::Block(Vec::new()))
    }

    fn no_label(&mut self, label: Option<&ast::LabelIdentifier<'_>>) {
        if let Some(label) = label {
            self.error(bytes(label.span), "labels are not supported");
        }
    }

    fn for_loop(&mut self, statement: &ast::ForStatement<'_>) -> Option<Statement> {
        let start = match &statement.init {
            None => None,
            Some(ast::ForStatementInit::VariableDeclaration(declaration)) => {
                Some(Statement::Declare(self.declaration(declaration)))
            }
            Some(other) => {
                let tree = other.as_expression().and_then(|expression| self.tree(expression));
                tree.map(Statement::Expression)
            }
        };
        let test = statement.test.as_ref().map(|test| self.tree(test));
        let update = statement.update.as_ref().map(|update| self.tree(update));
        let body = self.body(&statement.body);
        let (test, update) = (known(test)?, known(update)?);
        Some(Statement::For(Box::new(For { start, test, update, body })))
    }

    /// A function at the top level of the module.
    pub(super) fn function(&mut self, function: &ast::Function<'_>) -> Option<Name> {
        self.plain(function);
        let parameters = self.parameters(&function.params);
        let result = match &function.return_type {
            Some(annotation) => self.annotation(annotation),
            None => {
                let end = function.params.span.end;
                let help = "write `: void` where it returns nothing";
                let message = "the type of the function's result is missing";
                self.error_with_help(end.saturating_sub(1)..end, message, help);
                None
            }
        };
        let id = function.id.as_ref()?;
        let (name, span) = (self.declared_name(id), name_span(id));
        let Some(body) = &function.body else {
            self.error(span, "a function needs a body");
            return None;
        };
        let statements = self.statements(&body.statements);
        let end = body.span.end.saturating_sub(1)..body.span.end;
        let (parameters, result) = (parameters?, result?);
        let function = Function { name, span, parameters, result, body: statements, end };
        self.syntax.functions.push(function);
        Some(name)
    }

    /// Not async, not generic, and so on.
    fn plain(&mut self, function: &ast::Function<'_>) {
        let span = bytes(function.id.as_ref().map_or(function.span, |id| id.span));
        if function.r#async {
            let help = "functions here return when they are done: leave `async` out";
            self.error_with_help(span.clone(), "`async` functions are not supported", help);
        }
        if function.generator {
            self.error(span.clone(), "generators are not supported");
        }
        if function.declare {
            self.error(span, "`declare` is not supported");
        }
        if let Some(parameters) = &function.type_parameters {
            self.error(bytes(parameters.span), "type parameters are not supported");
        }
        if let Some(this) = &function.this_param {
            self.error(bytes(this.span), "`this` is not supported");
        }
    }

    fn parameters(&mut self, parameters: &ast::FormalParameters<'_>) -> Option<Vec<VariableId>> {
        if let Some(rest) = &parameters.rest {
            self.error(bytes(rest.span), "rest parameters are not supported");
        }
        let items = parameters.items.iter();
        let lowered: Vec<_> = items.map(|parameter| self.parameter(parameter)).collect();
        lowered.into_iter().collect()
    }

    fn parameter(&mut self, parameter: &ast::FormalParameter<'_>) -> Option<VariableId> {
        let pattern = &parameter.pattern;
        let span = bytes(parameter.span);
        let ast::BindingPatternKind::BindingIdentifier(id) = &pattern.kind else {
            let what = match &pattern.kind {
                ast::BindingPatternKind::AssignmentPattern(_) => "default values are",
                _ => "destructuring is",
            };
            self.unsupported(span, (what, None));
            return None;
        };
        if pattern.optional {
            self.error(span.clone(), "optional parameters are not supported");
        }
        if !parameter.decorators.is_empty() {
            self.error(span.clone(), "decorators are not supported");
        }
        let name = self.declared_name(id);
        let Some(annotation) = &pattern.type_annotation else {
            let text = id.name.as_str();
            let help = format!("write `{text}: number`, say");
            self.error_with_help(span, format!("the type of parameter `{text}` is missing"), &help);
            return None;
        };
        let annotation = Some(self.value_annotation(annotation)?);
        let (kind, span) = (VariableKind::Parameter, name_span(id));
        Some(self.variable(Variable { name, span, kind, annotation, initial: None }))
    }
}

/// A part that may be left out, once it is lowered: nothing where it was wrong.
fn known<T>(part: Option<Option<T>>) -> Option<Option<T>> {
    match part {
        None => Some(None),
        Some(lowered) => lowered.map(Some),
    }
}
