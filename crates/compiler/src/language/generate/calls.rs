//! Calls: of functions here and elsewhere, of native ones, and of `console.log`.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, types};

use super::GenerateError;
use super::function::{FunctionGenerator, Operand};
use super::runtime::Native;
use crate::language::builtin::BuiltinCall;
use crate::language::check::{Effects, Reference};
use crate::language::interface::Type;
use crate::language::syntax::ExpressionId;

type Result<T> = std::result::Result<T, GenerateError>;

impl FunctionGenerator<'_, '_, '_> {
    /// Nothing where the function gives nothing.
    pub(super) fn call_expression(
        &mut self,
        id: ExpressionId,
        arguments: &[ExpressionId],
    ) -> Result<Option<Operand>> {
        let reference = self.module.reference(id);
        // What a function of this module does happens before it has used its arguments.
        let calls = matches!(reference, Reference::Function(_));
        let operands = self.arguments(arguments, Effects { assigns: false, calls })?;
        let values: Vec<_> = operands.iter().map(|operand| operand.value).collect();
        let result = match reference {
            Reference::Function(function) => {
                let function = self.module.functions[function.0 as usize];
                self.call_function(function, &values)
            }
            Reference::Imported(index) => {
                let function = self.module.imported_function(index)?;
                self.call_function(function, &values)
            }
            Reference::Builtin(function) => match function.call {
                BuiltinCall::Sha256Hex => self.call_native(Native::Sha256Hex, &values)?,
                BuiltinCall::SleepMs => {
                    let ms = self.builder.ins().fcvt_to_uint_sat(types::I64, values[0]);
                    let status = self.call(Native::SleepMs, &[ms])?;
                    let slept = self.builder.ins().icmp_imm(IntCC::Equal, status, 0);
                    self.require(slept, "Error: sleepMs is called outside of the async runtime")?;
                    None
                }
            },
            Reference::Variable(_) | Reference::NotANumber | Reference::Infinity => None,
        };
        for operand in operands {
            self.release(operand)?;
        }
        let owned = self.checked().ty(id) == Type::String;
        Ok(result.map(|value| Operand { value, owned }))
    }

    /// In order. Each must stay as it is until the last is evaluated, and `after` has happened.
    fn arguments(&mut self, arguments: &[ExpressionId], after: Effects) -> Result<Vec<Operand>> {
        let mut later = vec![after; arguments.len()];
        for index in (1..arguments.len()).rev() {
            later[index - 1] = later[index].and(self.effects(arguments[index]));
        }
        let arguments = arguments.iter().zip(later);
        arguments.map(|(argument, later)| self.operand(*argument, later)).collect()
    }

    pub(super) fn log(&mut self, arguments: &[ExpressionId]) -> Result<()> {
        let operands = self.arguments(arguments, Effects::default())?;
        if let ([argument], [operand]) = (arguments, &operands[..])
            && self.checked().ty(*argument) == Type::String
        {
            self.call_native(Native::ConsoleLog, &[operand.value])?;
            return self.release(*operand);
        }
        let slot = self.log_slot(arguments.len());
        for (index, (argument, operand)) in arguments.iter().zip(&operands).enumerate() {
            let (kind, bits) = match self.checked().ty(*argument) {
                Type::Number => (0, operand.value),
                Type::Boolean | Type::Void => {
                    (1, self.builder.ins().uextend(types::I64, operand.value))
                }
                Type::String => (2, operand.value),
            };
            let kind = self.builder.ins().iconst(types::I64, kind);
            let offset = index as i32 * 16;
            self.builder.ins().stack_store(kind, slot, offset);
            self.builder.ins().stack_store(bits, slot, offset + 8);
        }
        let address = self.builder.ins().stack_addr(types::I64, slot, 0);
        let count = self.builder.ins().iconst(types::I64, arguments.len() as i64);
        self.call_native(Native::ConsoleLogValues, &[address, count])?;
        operands.into_iter().try_for_each(|operand| self.release(operand))
    }
}
