//! Statements: what is visible, what is reached, and what has a value by then.

use std::collections::BTreeSet;

use super::{Checker, Reference};
use crate::language::interface::Type;
use crate::language::syntax::{ExpressionKind, For, Span, Statement, Target, Tree, VariableId};

/// What is known at this point of a function, or of the module.
#[derive(Default)]
pub(super) struct Flow {
    /// Variables declared without a value that may not have got one yet.
    pub(super) unassigned: BTreeSet<VariableId>,
    /// For each loop around: one of its `break`s is reached.
    loops: Vec<bool>,
}

impl Checker<'_> {
    /// Whether the end of the list is reached.
    pub(super) fn statements(&mut self, statements: &[Statement]) -> bool {
        let mut reached = true;
        for statement in statements {
            // What follows a `return` is checked all the same, but returns nothing any more.
            reached &= self.statement(statement);
        }
        reached
    }

    fn scoped(&mut self, statements: &[Statement]) -> bool {
        self.scopes.enter();
        self.declare_all(statements);
        let reached = self.statements(statements);
        self.scopes.leave();
        reached
    }

    /// Whether the end of the statement is reached when its beginning is.
    fn statement(&mut self, statement: &Statement) -> bool {
        match statement {
            Statement::Declare(variables) => {
                variables.iter().for_each(|variable| self.declaration(*variable));
                true
            }
            Statement::Expression(tree) => {
                self.tree(*tree);
                self.assigned_by(*tree);
                true
            }
            Statement::Block(statements) => self.scoped(statements),
            Statement::If { test, then, otherwise } => {
                self.if_else(*test, then, otherwise.as_deref())
            }
            Statement::While { test, body } => {
                self.condition(*test);
                let endless = self.literal(*test) == Some(true);
                self.loop_body(body) || !endless
            }
            Statement::For(statement) => self.for_loop(statement),
            Statement::Break(span) => {
                match self.flow.loops.last_mut() {
                    Some(broken) => *broken = true,
                    None => self.error(span, "`break` outside of a loop"),
                }
                self.flow.unassigned.clear();
                false
            }
            Statement::Continue(span) => {
                if self.flow.loops.is_empty() {
                    self.error(span, "`continue` outside of a loop");
                }
                self.flow.unassigned.clear();
                false
            }
            Statement::Return { value, span } => {
                self.returned(*value, span);
                self.flow.unassigned.clear();
                false
            }
        }
    }

    fn declaration(&mut self, id: VariableId) {
        let variable = self.syntax.variable(id);
        let initial = variable.initial.map(|initial| (initial, self.tree(initial)));
        let ty = match initial {
            Some((initial, found)) => {
                let root = self.syntax.expression(initial.root);
                if let (Some(expected), Some(found)) = (variable.annotation, found)
                    && expected != found
                {
                    let name = self.text(variable.name);
                    let message =
                        format!("`{name}` is a `{expected}`, but its initial value is a `{found}`");
                    self.error(&root.span, message);
                } else if found == Some(Type::Void) {
                    self.error(&root.span, "this gives no value that a variable could hold");
                }
                variable.annotation.or(found.filter(|found| *found != Type::Void))
            }
            None => {
                self.flow.unassigned.insert(id);
                variable.annotation
            }
        };
        self.found.variables[id.0 as usize] = ty;
        self.scopes.initialise(id);
        self.order.give_value(id);
    }

    fn assigned_by(&mut self, tree: Tree) {
        if let ExpressionKind::Assign { operator: None, .. } =
            self.syntax.expression(tree.root).kind
            && let Some(Reference::Variable(id)) = self.found.references[tree.root.0 as usize]
        {
            self.flow.unassigned.remove(&id);
        }
    }

    fn if_else(&mut self, test: Tree, then: &Statement, otherwise: Option<&Statement>) -> bool {
        self.condition(test);
        let before = self.flow.unassigned.clone();
        let then_reached = self.nested(then);
        let after_then = std::mem::replace(&mut self.flow.unassigned, before);
        let otherwise_reached = otherwise.is_none_or(|statement| self.nested(statement));
        self.flow.unassigned.extend(after_then);
        match self.literal(test) {
            Some(true) => then_reached,
            Some(false) => otherwise_reached,
            None => then_reached || otherwise_reached,
        }
    }

    /// A statement where a block may stand: what it declares is its own.
    fn nested(&mut self, statement: &Statement) -> bool {
        self.scoped(std::slice::from_ref(statement))
    }

    /// Whether one of the loop's `break`s is reached. What the body assigns it may not have assigned.
    fn loop_body(&mut self, body: &Statement) -> bool {
        let before = self.flow.unassigned.clone();
        self.flow.loops.push(false);
        self.nested(body);
        self.flow.unassigned = before;
        self.flow.loops.pop().unwrap_or_default()
    }

    fn for_loop(&mut self, statement: &For) -> bool {
        self.scopes.enter();
        if let Some(start) = &statement.start {
            if let Statement::Declare(variables) = start {
                self.declare_variables(variables);
            }
            self.statement(start);
        }
        let endless = statement.test.is_none_or(|test| {
            self.condition(test);
            self.literal(test) == Some(true)
        });
        let broken = self.loop_body(&statement.body);
        if let Some(update) = statement.update {
            self.tree(update);
        }
        self.scopes.leave();
        broken || !endless
    }

    fn returned(&mut self, value: Option<Tree>, span: &Span) {
        let found = value.map(|value| self.tree(value));
        let Some(function) = self.function else {
            self.error(span, "`return` outside of a function");
            return;
        };
        let function = &self.syntax.functions[function.0 as usize];
        let (name, expected) = (self.text(function.name), function.result);
        match (value, found) {
            (Some(value), Some(Some(found))) if expected != found => {
                let span = &self.syntax.expression(value.root).span;
                let message = format!("`{name}` returns `{expected}`, found `{found}`");
                self.error(span, message);
            }
            (None, _) if expected != Type::Void => {
                self.error(span, format!("`{name}` returns `{expected}`, but here nothing"));
            }
            _ => {}
        }
    }

    /// What a condition must be: anything that is true or false in JavaScript's eyes.
    fn condition(&mut self, tree: Tree) {
        if self.tree(tree) == Some(Type::Void) {
            let span = &self.syntax.expression(tree.root).span;
            self.error(span, "a condition must be a value, and this gives none");
        }
    }

    fn literal(&self, tree: Tree) -> Option<bool> {
        match self.syntax.expression(tree.root).kind {
            ExpressionKind::Boolean(value) => Some(value),
            _ => None,
        }
    }

    /// What is wrong with assigning to `target`, if anything is.
    pub(super) fn assignable(&mut self, target: &Target, reference: Reference) -> bool {
        let name = self.text(target.name);
        let what = match reference {
            Reference::Variable(id) => {
                use crate::language::syntax::VariableKind;
                if self.syntax.variable(id).kind != VariableKind::Const {
                    return true;
                }
                let help = "declare it with `let` if it is to change";
                let message = format!("`{name}` is a constant and cannot be assigned to");
                self.error_with_help(&target.span, message, help);
                return false;
            }
            Reference::Function(_) | Reference::Builtin(_) => "a function",
            Reference::Imported(_) => "imported",
            Reference::NotANumber | Reference::Infinity => "a constant",
        };
        self.error(&target.span, format!("`{name}` is {what} and cannot be assigned to"));
        false
    }
}
