//! Who owns which string.
//!
//! A variable owns one share of what it holds. Reading it lends the string: whoever reads gives nothing
//! back. That is right as long as the variable keeps its value until the string has been used, so a reader
//! says what happens *later*, before the use; where an assignment may come in between, it gets a share of
//! its own. Everything computed is owned by whoever computed it, and given back after use.

use cranelift_codegen::ir::{InstBuilder, MemFlags, Value, types};

use super::GenerateError;
use super::function::{FunctionGenerator, Operand};
use super::runtime::{Native, POINTER};
use crate::language::check::{Effects, Reference};
use crate::language::interface::Type;
use crate::language::syntax::{BinaryOperator, ExpressionId, ExpressionKind, VariableId};

type Result<T> = std::result::Result<T, GenerateError>;

impl FunctionGenerator<'_, '_, '_> {
    /// A literal, which the module owns for ever.
    pub(super) fn literal(&mut self, text: &str) -> Result<Value> {
        let (cells, offset) = self.module.literal(text)?;
        let address = self.data_address(cells);
        let flags = MemFlags::trusted().with_readonly();
        Ok(self.builder.ins().load(POINTER, flags, address, offset))
    }

    /// A share of one's own.
    pub(super) fn retained(&mut self, value: Value) -> Result<Operand> {
        self.call(Native::StringRetain, &[value]).map(Operand::owned)
    }

    /// To be stored or returned: owned, whatever it was.
    pub(super) fn kept(&mut self, operand: Operand) -> Result<Value> {
        if operand.owned { Ok(operand.value) } else { Ok(self.retained(operand.value)?.value) }
    }

    /// After its last use.
    pub(super) fn release(&mut self, operand: Operand) -> Result<()> {
        if operand.owned {
            self.call_native(Native::StringFree, &[operand.value])?;
        }
        Ok(())
    }

    /// What JavaScript's `String(value)` gives.
    pub(super) fn as_string(&mut self, ty: Type, operand: Operand) -> Result<Operand> {
        match ty {
            Type::Number => self.call(Native::NumberToString, &[operand.value]).map(Operand::owned),
            Type::Boolean => {
                let value = self.builder.ins().uextend(types::I32, operand.value);
                self.call(Native::BooleanToString, &[value]).map(Operand::owned)
            }
            Type::String | Type::Void => Ok(operand),
        }
    }

    /// One after the other. What is owned on the left grows where nobody else has a share in it.
    pub(super) fn concatenated(&mut self, left: Operand, right: Operand) -> Result<Operand> {
        let native = if left.owned { Native::StringAppend } else { Native::StringConcat };
        let value = self.call(native, &[left.value, right.value])?;
        self.release(right)?;
        Ok(Operand::owned(value))
    }

    pub(super) fn template(
        &mut self,
        texts: &[Box<str>],
        parts: &[ExpressionId],
        later: Effects,
    ) -> Result<Operand> {
        let mut whole = match texts.first() {
            Some(text) if !text.is_empty() || parts.is_empty() => {
                Some(Operand::plain(self.literal(text)?))
            }
            _ => None,
        };
        for (index, part) in parts.iter().enumerate() {
            // The first part may be lent until the second has been evaluated.
            let following = parts.get(index + 1);
            let later = following.map_or(later, |next| self.effects(*next));
            let operand = self.operand(*part, later)?;
            let operand = self.as_string(self.checked().ty(*part), operand)?;
            whole = Some(match whole {
                Some(whole) => self.concatenated(whole, operand)?,
                None => operand,
            });
            if let (Some(before), Some(text)) = (whole, texts.get(index + 1))
                && !text.is_empty()
            {
                let text = Operand::plain(self.literal(text)?);
                whole = Some(self.concatenated(before, text)?);
            }
        }
        match whole {
            Some(whole) => Ok(whole),
            None => self.literal("").map(Operand::plain),
        }
    }

    /// `variable = value` or `variable += value`.
    pub(super) fn assign_string(
        &mut self,
        variable: VariableId,
        operator: Option<BinaryOperator>,
        value: ExpressionId,
    ) -> Result<()> {
        if operator.is_none() && self.grows_from(variable, value) {
            return self.grow(variable, value);
        }
        let new = if operator.is_some() {
            let (ty, effects) = (self.checked().ty(value), self.effects(value));
            if !self.may_change(variable, effects) {
                self.check_guard(variable)?;
                let right = self.operand(value, Effects::default())?;
                let right = self.as_string(ty, right)?;
                let left = Operand::owned(self.read(variable)?);
                let whole = self.concatenated(left, right)?;
                return self.write_over(variable, whole.value);
            }
            let left = self.read_operand(variable, effects)?;
            let right = self.operand(value, Effects::default())?;
            let right = self.as_string(ty, right)?;
            self.concatenated(left, right)?
        } else {
            self.operand(value, Effects::default())?
        };
        let new = self.kept(new)?;
        self.check_guard(variable)?;
        self.write(variable, new)
    }

    fn may_change(&self, variable: VariableId, effects: Effects) -> bool {
        effects.assigns || (self.checked().variable(variable).global && effects.calls)
    }

    /// Whether the value is `variable + …`, and nothing in it but the first operand has to do with the
    /// variable; so the variable's own string can be given away to grow.
    fn grows_from(&self, variable: VariableId, value: ExpressionId) -> bool {
        if self.checked().variable(variable).guarded
            || self.may_change(variable, self.effects(value))
        {
            return false;
        }
        let mut leftmost = value;
        while let ExpressionKind::Binary { operator: BinaryOperator::Add, left, .. } =
            self.expression(leftmost).kind
        {
            leftmost = left;
        }
        // The leftmost operand is the first of the value's part of the table.
        let is_variable =
            |id: u32| self.checked().references[id as usize] == Some(Reference::Variable(variable));
        leftmost != value && is_variable(leftmost.0) && !(leftmost.0 + 1..=value.0).any(is_variable)
    }

    fn grow(&mut self, variable: VariableId, value: ExpressionId) -> Result<()> {
        let mut rest = Vec::new();
        let mut id = value;
        while let ExpressionKind::Binary { left, right, .. } = self.expression(id).kind {
            rest.push(right);
            id = left;
        }
        let mut whole = Operand::owned(self.read(variable)?);
        while let Some(right) = rest.pop() {
            let operand = self.operand(right, Effects::default())?;
            let operand = self.as_string(self.checked().ty(right), operand)?;
            whole = self.concatenated(whole, operand)?;
        }
        self.write_over(variable, whole.value)
    }
}
