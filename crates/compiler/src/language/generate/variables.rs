//! Reading and writing variables, wherever they live.
//!
//! A variable of the module that functions or importers see is eight bytes of data; all others are
//! Cranelift's variables and mostly registers in the end.

use cranelift_codegen::ir::{InstBuilder, MemFlags, Value, types};

use super::GenerateError;
use super::function::{FunctionGenerator, Operand};
use super::runtime::{Native, ir_type};
use crate::language::check::Effects;
use crate::language::interface::Type;
use crate::language::syntax::VariableId;

type Result<T> = std::result::Result<T, GenerateError>;

impl FunctionGenerator<'_, '_, '_> {
    pub(super) fn local(&mut self, id: VariableId) -> Value {
        let variable = self.module.locals[id.0 as usize].expect("locals are declared first");
        self.builder.use_var(variable)
    }

    pub(super) fn set_local(&mut self, id: VariableId, value: Value) {
        let variable = self.module.locals[id.0 as usize].expect("locals are declared first");
        self.builder.def_var(variable, value);
    }

    /// The value, which the variable goes on holding.
    pub(super) fn read(&mut self, id: VariableId) -> Result<Value> {
        let facts = *self.checked().variable(id);
        if !facts.global {
            return Ok(self.local(id));
        }
        self.check_guard(id)?;
        let data = self.module.variable_data(id)?;
        let address = self.data_address(data);
        Ok(self.builder.ins().load(ir_type(facts.ty), MemFlags::trusted(), address, 0))
    }

    /// The value, as it is now whatever `later` does to the variable.
    pub(super) fn read_operand(&mut self, id: VariableId, later: Effects) -> Result<Operand> {
        let value = self.read(id)?;
        let facts = self.checked().variable(id);
        let may_change = facts.assigned && (later.assigns || (facts.global && later.calls));
        if facts.ty == Type::String && may_change {
            return self.retained(value);
        }
        Ok(Operand::plain(value))
    }

    /// Replaces the value, or sets it for the first time. Strings are given away to the variable.
    pub(super) fn write(&mut self, id: VariableId, value: Value) -> Result<()> {
        let facts = *self.checked().variable(id);
        if facts.ty == Type::String {
            let old = self.read_unguarded(id)?;
            self.write_over(id, value)?;
            self.call_native(Native::StringFree, &[old])?;
            return Ok(());
        }
        self.write_over(id, value)
    }

    /// As [`Self::write`], where the old value has been given away already.
    pub(super) fn write_over(&mut self, id: VariableId, value: Value) -> Result<()> {
        if !self.checked().variable(id).global {
            self.set_local(id, value);
            return Ok(());
        }
        let data = self.module.variable_data(id)?;
        let address = self.data_address(data);
        self.builder.ins().store(MemFlags::trusted(), value, address, 0);
        Ok(())
    }

    fn read_unguarded(&mut self, id: VariableId) -> Result<Value> {
        let facts = *self.checked().variable(id);
        if !facts.global {
            return Ok(self.local(id));
        }
        let data = self.module.variable_data(id)?;
        let address = self.data_address(data);
        Ok(self.builder.ins().load(ir_type(facts.ty), MemFlags::trusted(), address, 0))
    }

    /// Its declaration has been passed: from now on functions may use it.
    pub(super) fn open_guard(&mut self, id: VariableId) -> Result<()> {
        if self.checked().variable(id).guarded {
            let data = self.module.guard_data(id)?;
            let address = self.data_address(data);
            let open = self.boolean(true);
            self.builder.ins().store(MemFlags::trusted(), open, address, 0);
        }
        Ok(())
    }

    /// Ends the program where a function meets a variable before its declaration, as JavaScript does. In
    /// the module's own statements the checker has seen that they do not.
    pub(super) fn check_guard(&mut self, id: VariableId) -> Result<()> {
        if !self.is_function || !self.checked().variable(id).guarded {
            return Ok(());
        }
        let syntax = &self.checked().syntax;
        let name = syntax.names.text(syntax.variable(id).name);
        let message = format!("ReferenceError: Cannot access '{name}' before initialization");
        let data = self.module.guard_data(id)?;
        let address = self.data_address(data);
        let open = self.builder.ins().load(types::I8, MemFlags::trusted(), address, 0);
        self.require(open, &message)
    }
}
