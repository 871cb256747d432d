//! Statements.

use super::GenerateError;
use super::function::{FunctionGenerator, Loop};
use crate::language::check::Effects;
use crate::language::interface::Type;
use crate::language::syntax::{For, Statement, Tree, VariableId};

type Result<T> = std::result::Result<T, GenerateError>;

impl FunctionGenerator<'_, '_, '_> {
    pub(super) fn statements(&mut self, statements: &[Statement]) -> Result<()> {
        for statement in statements {
            if self.unreachable {
                break;
            }
            self.statement(statement)?;
        }
        Ok(())
    }

    fn statement(&mut self, statement: &Statement) -> Result<()> {
        match statement {
            Statement::Declare(variables) => {
                variables.iter().try_for_each(|variable| self.declaration(*variable))
            }
            Statement::Expression(tree) => self.effect(tree.root),
            Statement::Block(statements) => self.statements(statements),
            Statement::If { test, then, otherwise } => {
                self.if_else(*test, then, otherwise.as_deref())
            }
            Statement::While { test, body } => self.while_loop(Some(*test), None, body),
            Statement::For(statement) => {
                let For { start, test, update, body } = &**statement;
                if let Some(start) = start {
                    self.statement(start)?;
                }
                self.while_loop(*test, *update, body)
            }
            Statement::Break(_) => {
                let end = self.loops.last().expect("the checker has seen the loop").end;
                self.jump(end, &[]);
                Ok(())
            }
            Statement::Continue(_) => {
                let next = self.loops.last().expect("the checker has seen the loop").next;
                self.jump(next, &[]);
                Ok(())
            }
            Statement::Return { value, .. } => self.return_statement(*value),
        }
    }

    fn declaration(&mut self, id: VariableId) -> Result<()> {
        if let Some(initial) = self.checked().syntax.variable(id).initial {
            let operand = self.operand(initial.root, Effects::default())?;
            let value = if self.checked().variable(id).ty == Type::String {
                self.kept(operand)?
            } else {
                operand.value
            };
            self.write(id, value)?;
        }
        self.open_guard(id)
    }

    fn return_statement(&mut self, value: Option<Tree>) -> Result<()> {
        let Some(tree) = value else {
            self.return_value(None);
            return Ok(());
        };
        match self.checked().ty(tree.root) {
            Type::Void => {
                self.effect(tree.root)?;
                self.return_value(None);
            }
            Type::String => {
                let operand = self.operand(tree.root, Effects::default())?;
                let value = self.kept(operand)?;
                self.return_value(Some(value));
            }
            Type::Number | Type::Boolean => {
                let operand = self.operand(tree.root, Effects::default())?;
                self.return_value(Some(operand.value));
            }
        }
        Ok(())
    }

    fn if_else(
        &mut self,
        test: Tree,
        then: &Statement,
        otherwise: Option<&Statement>,
    ) -> Result<()> {
        let (then_block, end) = (self.builder.create_block(), self.builder.create_block());
        let otherwise_block = if otherwise.is_some() { self.builder.create_block() } else { end };
        self.condition(test.root, then_block, otherwise_block)?;
        self.begin(then_block);
        self.statement(then)?;
        let mut reached = !self.unreachable;
        self.jump(end, &[]);
        match otherwise {
            Some(otherwise) => {
                self.begin(otherwise_block);
                self.statement(otherwise)?;
                reached |= !self.unreachable;
                self.jump(end, &[]);
            }
            None => reached = true,
        }
        self.begin(end);
        self.unreachable = !reached;
        self.drop_if_unreachable();
        Ok(())
    }

    fn while_loop(
        &mut self,
        test: Option<Tree>,
        update: Option<Tree>,
        body: &Statement,
    ) -> Result<()> {
        let (head, body_block) = (self.builder.create_block(), self.builder.create_block());
        let (next, end) = (self.builder.create_block(), self.builder.create_block());
        self.jump(head, &[]);
        self.builder.switch_to_block(head);
        self.unreachable = false;
        match test {
            Some(test) => self.condition(test.root, body_block, end)?,
            None => self.jump(body_block, &[]),
        }
        self.begin(body_block);
        self.loops.push(Loop { next, end });
        self.statement(body)?;
        self.loops.pop();
        self.jump(next, &[]);
        self.begin(next);
        if let Some(update) = update {
            self.effect(update.root)?;
        }
        self.jump(head, &[]);
        self.builder.seal_block(head);
        self.begin(end);
        Ok(())
    }

    /// An empty block to which nothing leads must still end somehow.
    fn drop_if_unreachable(&mut self) {
        if self.unreachable {
            use cranelift_codegen::ir::{InstBuilder, TrapCode};
            self.builder.ins().trap(TrapCode::unwrap_user(2));
        }
    }
}
