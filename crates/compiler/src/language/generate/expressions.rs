//! Expressions that give values. `later` says what happens before the value is used: see `strings.rs`.

use cranelift_codegen::ir::condcodes::{FloatCC, IntCC};
use cranelift_codegen::ir::{BlockArg, InstBuilder, MemFlags, Value};

use super::GenerateError;
use super::function::{FunctionGenerator, Operand};
use super::runtime::{Native, ir_type};
use crate::language::check::{Effects, Reference};
use crate::language::interface::{ExportKind, Type};
use crate::language::syntax::{
    BinaryOperator, ExpressionId, ExpressionKind, LogicalOperator, Position, Step, UnaryOperator,
    VariableId,
};

type Result<T> = std::result::Result<T, GenerateError>;

impl FunctionGenerator<'_, '_, '_> {
    /// For what it does, not for its value.
    pub(super) fn effect(&mut self, id: ExpressionId) -> Result<()> {
        match &self.expression(id).kind {
            ExpressionKind::Assign { operator, value, .. } => {
                self.assign(id, *operator, *value).map(|_| ())
            }
            ExpressionKind::Log { arguments } => self.log(arguments),
            ExpressionKind::Conditional { test, then, otherwise } => {
                let (then_block, otherwise_block, end) = (
                    self.builder.create_block(),
                    self.builder.create_block(),
                    self.builder.create_block(),
                );
                self.condition(*test, then_block, otherwise_block)?;
                for (block, id) in [(then_block, *then), (otherwise_block, *otherwise)] {
                    self.begin(block);
                    self.effect(id)?;
                    self.jump(end, &[]);
                }
                self.begin(end);
                Ok(())
            }
            ExpressionKind::Call { arguments, .. } => {
                if let Some(operand) = self.call_expression(id, arguments)? {
                    self.release(operand)?;
                }
                Ok(())
            }
            _ => {
                let operand = self.operand(id, Effects::default())?;
                self.release(operand)
            }
        }
    }

    pub(super) fn operand(&mut self, id: ExpressionId, later: Effects) -> Result<Operand> {
        match &self.expression(id).kind {
            ExpressionKind::Number(value) => {
                Ok(Operand::plain(self.builder.ins().f64const(*value)))
            }
            ExpressionKind::Text(text) => self.literal(text).map(Operand::plain),
            ExpressionKind::Boolean(value) => Ok(Operand::plain(self.boolean(*value))),
            ExpressionKind::Name(_) => self.name(id, later),
            ExpressionKind::Unary { operator, operand } => self.unary(*operator, *operand),
            ExpressionKind::Binary { .. } => self.binary_chain(id),
            ExpressionKind::Logical { operator, .. } => self.logical(id, *operator),
            ExpressionKind::Conditional { test, then, otherwise } => {
                self.conditional(*test, *then, *otherwise)
            }
            ExpressionKind::Assign { operator, value, .. } => {
                let variable = self.assign(id, *operator, *value)?;
                self.read_operand(variable, later)
            }
            ExpressionKind::Update { step, position, .. } => self.update(id, *step, *position),
            ExpressionKind::Call { arguments, .. } => {
                let result = self.call_expression(id, arguments)?;
                Ok(result
                    .expect("the checker has seen that the value is not used where there is none"))
            }
            ExpressionKind::Template { texts, parts } => self.template(texts, parts, later),
            ExpressionKind::Log { arguments } => {
                self.log(arguments)?;
                Ok(Operand::plain(self.boolean(false)))
            }
        }
    }

    fn name(&mut self, id: ExpressionId, later: Effects) -> Result<Operand> {
        match self.module.reference(id) {
            Reference::Variable(variable) => self.read_operand(variable, later),
            Reference::Imported(index) => {
                let ty = match self.checked().imported[index as usize].kind {
                    ExportKind::Constant(ty) => ty,
                    ExportKind::Function(_) => Type::Void,
                };
                let data = self.module.imported_constant(index)?;
                let address = self.data_address(data);
                let flags = MemFlags::trusted();
                Ok(Operand::plain(self.builder.ins().load(ir_type(ty), flags, address, 0)))
            }
            Reference::Infinity => Ok(Operand::plain(self.builder.ins().f64const(f64::INFINITY))),
            // The others are functions, which the checker admits as callees only.
            Reference::NotANumber | Reference::Function(_) | Reference::Builtin(_) => {
                Ok(Operand::plain(self.builder.ins().f64const(f64::NAN)))
            }
        }
    }

    fn unary(&mut self, operator: UnaryOperator, operand: ExpressionId) -> Result<Operand> {
        let ty = self.checked().ty(operand);
        let operand = self.operand(operand, Effects::default())?;
        let value = match operator {
            UnaryOperator::Plus => operand.value,
            UnaryOperator::Negate => self.builder.ins().fneg(operand.value),
            UnaryOperator::Not => {
                let truthy = self.is_truthy(ty, operand.value)?;
                self.release(operand)?;
                self.builder.ins().icmp_imm(IntCC::Equal, truthy, 0)
            }
        };
        Ok(Operand::plain(value))
    }

    /// `((a + b) - c) * d`: from the innermost outwards, in a loop.
    fn binary_chain(&mut self, id: ExpressionId) -> Result<Operand> {
        let mut chain = Vec::new();
        let mut leftmost = id;
        while let ExpressionKind::Binary { operator, left, right } = self.expression(leftmost).kind
        {
            chain.push((operator, left, right));
            leftmost = left;
        }
        let later = chain.last().map_or(Effects::default(), |(_, _, right)| self.effects(*right));
        let mut value = self.operand(leftmost, later)?;
        while let Some((operator, left, right)) = chain.pop() {
            let types = (self.checked().ty(left), self.checked().ty(right));
            let right = self.operand(right, Effects::default())?;
            value = self.binary(operator, (types.0, value), (types.1, right))?;
        }
        Ok(value)
    }

    pub(super) fn binary(
        &mut self,
        operator: BinaryOperator,
        (left_type, left): (Type, Operand),
        (right_type, right): (Type, Operand),
    ) -> Result<Operand> {
        match (left_type, right_type) {
            (Type::Number, Type::Number) => {
                self.numeric(operator, left.value, right.value).map(Operand::plain)
            }
            (Type::Boolean, Type::Boolean) => {
                let condition = integer_condition(operator);
                Ok(Operand::plain(self.builder.ins().icmp(condition, left.value, right.value)))
            }
            _ if operator == BinaryOperator::Add => {
                let left = self.as_string(left_type, left)?;
                let right = self.as_string(right_type, right)?;
                self.concatenated(left, right)
            }
            _ => {
                let value = self.compared(operator, left.value, right.value)?;
                self.release(left)?;
                self.release(right)?;
                Ok(Operand::plain(value))
            }
        }
    }

    fn numeric(&mut self, operator: BinaryOperator, left: Value, right: Value) -> Result<Value> {
        let condition = match operator {
            BinaryOperator::Add => return Ok(self.builder.ins().fadd(left, right)),
            BinaryOperator::Subtract => return Ok(self.builder.ins().fsub(left, right)),
            BinaryOperator::Multiply => return Ok(self.builder.ins().fmul(left, right)),
            BinaryOperator::Divide => return Ok(self.builder.ins().fdiv(left, right)),
            BinaryOperator::Remainder => {
                return self.call(Native::NumberRemainder, &[left, right]);
            }
            BinaryOperator::Power => return self.call(Native::NumberPower, &[left, right]),
            BinaryOperator::Equal => FloatCC::Equal,
            BinaryOperator::NotEqual => FloatCC::NotEqual,
            BinaryOperator::Less => FloatCC::LessThan,
            BinaryOperator::LessOrEqual => FloatCC::LessThanOrEqual,
            BinaryOperator::Greater => FloatCC::GreaterThan,
            BinaryOperator::GreaterOrEqual => FloatCC::GreaterThanOrEqual,
        };
        Ok(self.builder.ins().fcmp(condition, left, right))
    }

    /// Two strings.
    fn compared(&mut self, operator: BinaryOperator, left: Value, right: Value) -> Result<Value> {
        let native = match operator {
            BinaryOperator::Equal | BinaryOperator::NotEqual => {
                let equal = self.call(Native::StringEquals, &[left, right])?;
                let condition = match operator {
                    BinaryOperator::Equal => IntCC::NotEqual,
                    _ => IntCC::Equal,
                };
                return Ok(self.builder.ins().icmp_imm(condition, equal, 0));
            }
            _ => Native::StringCompare,
        };
        let order = self.call(native, &[left, right])?;
        Ok(self.builder.ins().icmp_imm(integer_condition(operator), order, 0))
    }

    fn logical(&mut self, id: ExpressionId, operator: LogicalOperator) -> Result<Operand> {
        let ty = self.checked().ty(id);
        let end = self.builder.create_block();
        let result = self.builder.append_block_param(end, ir_type(ty));
        let operands = self.same_operators(id, operator);
        for (index, operand) in operands.iter().enumerate() {
            let operand = self.operand(*operand, Effects::default())?;
            // Whoever uses the result cannot tell which operand it is, so each gives away a share.
            let value = if ty == Type::String { self.kept(operand)? } else { operand.value };
            if index + 1 == operands.len() {
                self.jump(end, &[value]);
                break;
            }
            let truthy = self.is_truthy(ty, value)?;
            let next = self.builder.create_block();
            let argument = [BlockArg::from(value)];
            match operator {
                LogicalOperator::And => self.builder.ins().brif(truthy, next, &[], end, &argument),
                LogicalOperator::Or => self.builder.ins().brif(truthy, end, &argument, next, &[]),
            };
            self.begin(next);
            if ty == Type::String {
                self.call_native(Native::StringFree, &[value])?;
            }
        }
        self.begin(end);
        Ok(Operand { value: result, owned: ty == Type::String })
    }

    fn conditional(
        &mut self,
        test: ExpressionId,
        then: ExpressionId,
        otherwise: ExpressionId,
    ) -> Result<Operand> {
        let ty = self.checked().ty(then);
        let (then_block, otherwise_block, end) =
            (self.builder.create_block(), self.builder.create_block(), self.builder.create_block());
        let result = self.builder.append_block_param(end, ir_type(ty));
        self.condition(test, then_block, otherwise_block)?;
        for (block, id) in [(then_block, then), (otherwise_block, otherwise)] {
            self.begin(block);
            let operand = self.operand(id, Effects::default())?;
            let value = if ty == Type::String { self.kept(operand)? } else { operand.value };
            self.jump(end, &[value]);
        }
        self.begin(end);
        Ok(Operand { value: result, owned: ty == Type::String })
    }

    pub(super) fn variable_of(&self, id: ExpressionId) -> VariableId {
        match self.module.reference(id) {
            Reference::Variable(variable) => variable,
            _ => unreachable!("the checker admits variables only as targets"),
        }
    }

    /// Assigns, and says to what.
    fn assign(
        &mut self,
        id: ExpressionId,
        operator: Option<BinaryOperator>,
        value: ExpressionId,
    ) -> Result<VariableId> {
        let variable = self.variable_of(id);
        let ty = self.checked().variable(variable).ty;
        if ty == Type::String {
            self.assign_string(variable, operator, value)?;
            return Ok(variable);
        }
        let value = match operator {
            None => self.operand(value, Effects::default())?.value,
            Some(operator) => {
                let left = Operand::plain(self.read(variable)?);
                let right = self.operand(value, Effects::default())?;
                self.binary(operator, (ty, left), (ty, right))?.value
            }
        };
        self.check_guard(variable)?;
        self.write(variable, value)?;
        Ok(variable)
    }

    fn update(&mut self, id: ExpressionId, step: Step, position: Position) -> Result<Operand> {
        let variable = self.variable_of(id);
        let old = self.read(variable)?;
        let one = self.builder.ins().f64const(1.0);
        let new = match step {
            Step::Increment => self.builder.ins().fadd(old, one),
            Step::Decrement => self.builder.ins().fsub(old, one),
        };
        self.write(variable, new)?;
        Ok(Operand::plain(match position {
            Position::Prefix => new,
            Position::Postfix => old,
        }))
    }
}

fn integer_condition(operator: BinaryOperator) -> IntCC {
    match operator {
        BinaryOperator::Less => IntCC::SignedLessThan,
        BinaryOperator::LessOrEqual => IntCC::SignedLessThanOrEqual,
        BinaryOperator::Greater => IntCC::SignedGreaterThan,
        BinaryOperator::GreaterOrEqual => IntCC::SignedGreaterThanOrEqual,
        BinaryOperator::NotEqual => IntCC::NotEqual,
        // Of booleans and of the results of comparisons nothing else is asked.
        _ => IntCC::Equal,
    }
}
