//! Conditions: expressions that are only asked whether they hold.
//!
//! `a && b && c` becomes a row of branches, with no value in between.

use cranelift_codegen::ir::condcodes::{FloatCC, IntCC};
use cranelift_codegen::ir::{Block, InstBuilder, Value};

use super::GenerateError;
use super::function::FunctionGenerator;
use super::runtime::Native;
use crate::language::check::Effects;
use crate::language::interface::Type;
use crate::language::syntax::{ExpressionId, ExpressionKind, LogicalOperator, UnaryOperator};

type Result<T> = std::result::Result<T, GenerateError>;

impl FunctionGenerator<'_, '_, '_> {
    /// Goes to `then` if it holds, else to `otherwise`. Neither is begun.
    pub(super) fn condition(
        &mut self,
        id: ExpressionId,
        then: Block,
        otherwise: Block,
    ) -> Result<()> {
        match self.expression(id).kind {
            ExpressionKind::Unary { operator: UnaryOperator::Not, operand } => {
                self.condition(operand, otherwise, then)
            }
            ExpressionKind::Logical { operator, .. } => {
                let operands = self.same_operators(id, operator);
                for (index, operand) in operands.iter().enumerate() {
                    if index + 1 == operands.len() {
                        self.condition(*operand, then, otherwise)?;
                        break;
                    }
                    let next = self.builder.create_block();
                    match operator {
                        LogicalOperator::And => self.condition(*operand, next, otherwise)?,
                        LogicalOperator::Or => self.condition(*operand, then, next)?,
                    }
                    self.begin(next);
                }
                Ok(())
            }
            _ => {
                let holds = self.holds(id)?;
                self.builder.ins().brif(holds, then, &[], otherwise, &[]);
                self.unreachable = true;
                Ok(())
            }
        }
    }

    /// The operands of `((a op b) op c) op d`, in order.
    pub(super) fn same_operators(
        &self,
        id: ExpressionId,
        operator: LogicalOperator,
    ) -> Vec<ExpressionId> {
        let mut operands = Vec::new();
        let mut id = id;
        while let ExpressionKind::Logical { operator: found, left, right } =
            self.expression(id).kind
            && found == operator
        {
            operands.push(right);
            id = left;
        }
        operands.push(id);
        operands.reverse();
        operands
    }

    /// Whether a value counts as true, as a byte.
    fn holds(&mut self, id: ExpressionId) -> Result<Value> {
        let operand = self.operand(id, Effects::default())?;
        let holds = self.is_truthy(self.checked().ty(id), operand.value)?;
        self.release(operand)?;
        Ok(holds)
    }

    pub(super) fn is_truthy(&mut self, ty: Type, value: Value) -> Result<Value> {
        Ok(match ty {
            Type::Number => {
                let zero = self.builder.ins().f64const(0.0);
                self.builder.ins().fcmp(FloatCC::OrderedNotEqual, value, zero)
            }
            Type::String => {
                let length = self.call(Native::StringByteLength, &[value])?;
                self.builder.ins().icmp_imm(IntCC::NotEqual, length, 0)
            }
            Type::Boolean | Type::Void => value,
        })
    }
}
