//! One function being generated: its blocks, its variables, its way out.
//!
//! Every string variable is null from the beginning, holds one owned string at a time afterwards, and is
//! given back at the one exit to which every `return` jumps. So no path needs to know which variables are
//! alive on it.

use cranelift_codegen::ir::{
    self, Block, BlockArg, FuncRef, GlobalValue, InstBuilder, MemFlags, StackSlot, TrapCode, Value,
    types,
};
use cranelift_frontend::{FunctionBuilder, FunctionBuilderContext};
use cranelift_module::{DataId, FuncId};

use super::GenerateError;
use super::module::ModuleGenerator;
use super::object::{data_reference, function_reference};
use super::runtime::{Native, POINTER, ir_type};
use crate::language::check::{Checked, Effects};
use crate::language::interface::Type;
use crate::language::syntax::{Expression, ExpressionId, Statement, VariableId};

type Result<T> = std::result::Result<T, GenerateError>;

/// A value in a register. `owned` is for strings: it must be given back, or given away, once.
#[derive(Debug, Clone, Copy)]
pub(super) struct Operand {
    pub(super) value: Value,
    pub(super) owned: bool,
}

impl Operand {
    pub(super) fn plain(value: Value) -> Self {
        Self { value, owned: false }
    }

    pub(super) fn owned(value: Value) -> Self {
        Self { value, owned: true }
    }
}

/// Where `continue` and `break` lead.
pub(super) struct Loop {
    pub(super) next: Block,
    pub(super) end: Block,
}

pub(super) struct FunctionGenerator<'m, 'a, 'f> {
    pub(super) module: &'m mut ModuleGenerator<'a>,
    pub(super) builder: FunctionBuilder<'f>,
    /// It is a function of the program, not the module's own statements.
    pub(super) is_function: bool,
    result: Type,
    /// Where strings are given back, and what it returns; nothing where there are no strings.
    exit: Option<(Block, Option<Value>)>,
    /// The current block has ended, and nothing leads on.
    pub(super) unreachable: bool,
    pub(super) loops: Vec<Loop>,
    /// Variables of this function, to be forgotten by the next.
    declared: Vec<VariableId>,
    owned_strings: Vec<VariableId>,
    natives: [Option<FuncRef>; Native::COUNT],
    functions: std::collections::HashMap<FuncId, FuncRef>,
    data: std::collections::HashMap<DataId, GlobalValue>,
    /// Where the arguments of `console.log` are put together, and for how many there is room.
    log_slot: Option<(StackSlot, usize)>,
}

impl<'m, 'a, 'f> FunctionGenerator<'m, 'a, 'f> {
    pub(super) fn new(
        module: &'m mut ModuleGenerator<'a>,
        function: &'f mut ir::Function,
        builders: &'f mut FunctionBuilderContext,
        result: Option<Type>,
    ) -> Self {
        let mut builder = FunctionBuilder::new(function, builders);
        let entry = builder.create_block();
        builder.append_block_params_for_function_params(entry);
        builder.switch_to_block(entry);
        builder.seal_block(entry);
        let is_function = result.is_some();
        let result = result.unwrap_or(Type::Void);
        Self {
            module,
            builder,
            is_function,
            result,
            exit: None,
            unreachable: false,
            loops: Vec::new(),
            declared: Vec::new(),
            owned_strings: Vec::new(),
            natives: [None; Native::COUNT],
            functions: std::collections::HashMap::new(),
            data: std::collections::HashMap::new(),
            log_slot: None,
        }
    }

    pub(super) fn checked(&self) -> &'a Checked {
        self.module.checked
    }

    pub(super) fn expression(&self, id: ExpressionId) -> &'a Expression {
        self.checked().syntax.expression(id)
    }

    pub(super) fn effects(&self, id: ExpressionId) -> Effects {
        self.checked().effects[id.0 as usize]
    }

    /// The body, from its parameters to its exit.
    pub(super) fn generate(
        mut self,
        parameters: &[VariableId],
        recursive: bool,
        body: &[Statement],
    ) -> Result<()> {
        self.declare_locals(body);
        self.parameters(parameters)?;
        if !self.owned_strings.is_empty() {
            let exit = self.builder.create_block();
            let result = (self.result != Type::Void)
                .then(|| self.builder.append_block_param(exit, ir_type(self.result)));
            self.exit = Some((exit, result));
        }
        if recursive {
            self.check_stack()?;
        }
        self.statements(body)?;
        self.finish()
    }

    fn parameters(&mut self, parameters: &[VariableId]) -> Result<()> {
        let entry = self.builder.current_block().expect("the entry block was just begun");
        let values = self.builder.block_params(entry).to_vec();
        for (id, value) in parameters.iter().zip(values) {
            let facts = self.checked().variable(*id);
            self.declare_local(*id);
            // The caller keeps its strings alive. What may be assigned to needs a share of its own.
            let value = if facts.ty == Type::String && facts.assigned {
                self.owned_strings.push(*id);
                self.call(Native::StringRetain, &[value])?
            } else {
                value
            };
            self.set_local(*id, value);
        }
        Ok(())
    }

    fn declare_local(&mut self, id: VariableId) {
        let ty = ir_type(self.checked().variable(id).ty);
        let variable = self.builder.declare_var(ty);
        self.module.locals[id.0 as usize] = Some(variable);
        self.declared.push(id);
    }

    /// Those of blocks too; strings are null until they are declared.
    fn declare_locals(&mut self, statements: &[Statement]) {
        for statement in statements {
            self.declare_locals_of(statement);
        }
    }

    fn declare_locals_of(&mut self, statement: &Statement) {
        match statement {
            Statement::Declare(variables) => {
                for id in variables {
                    let facts = self.checked().variable(*id);
                    if facts.global {
                        continue;
                    }
                    self.declare_local(*id);
                    if facts.ty == Type::String {
                        self.owned_strings.push(*id);
                        let null = self.builder.ins().iconst(POINTER, 0);
                        self.set_local(*id, null);
                    }
                }
            }
            Statement::If { then, otherwise, .. } => {
                self.declare_locals_of(then);
                if let Some(otherwise) = otherwise {
                    self.declare_locals_of(otherwise);
                }
            }
            Statement::While { body, .. } => self.declare_locals_of(body),
            Statement::For(statement) => {
                if let Some(start) = &statement.start {
                    self.declare_locals_of(start);
                }
                self.declare_locals_of(&statement.body);
            }
            Statement::Block(statements) => self.declare_locals(statements),
            Statement::Expression(_)
            | Statement::Break(_)
            | Statement::Continue(_)
            | Statement::Return { .. } => {}
        }
    }

    /// Fails where the stack would not last: recursion without an end, most likely.
    fn check_stack(&mut self) -> Result<()> {
        let data = self.module.stack_limit_data()?;
        let address = self.data_address(data);
        let limit = self.builder.ins().load(POINTER, MemFlags::trusted(), address, 0);
        let pointer = self.builder.ins().get_stack_pointer(POINTER);
        let fits = self.builder.ins().icmp(
            ir::condcodes::IntCC::UnsignedGreaterThanOrEqual,
            pointer,
            limit,
        );
        self.require(fits, "RangeError: Maximum call stack size exceeded")
    }

    /// Ends the program with `message` unless `condition` holds.
    pub(super) fn require(&mut self, condition: Value, message: &str) -> Result<()> {
        let (failed, passed) = (self.builder.create_block(), self.builder.create_block());
        self.builder.set_cold_block(failed);
        self.builder.ins().brif(condition, passed, &[], failed, &[]);
        self.begin(failed);
        let data = self.module.message_data(message)?;
        let text = self.data_address(data);
        let length = self.builder.ins().iconst(POINTER, message.len() as i64);
        self.call_native(Native::Fail, &[text, length])?;
        self.builder.ins().trap(TrapCode::unwrap_user(1));
        self.begin(passed);
        Ok(())
    }

    /// Goes on in a block that nothing else will lead to.
    pub(super) fn begin(&mut self, block: Block) {
        self.builder.switch_to_block(block);
        self.builder.seal_block(block);
        self.unreachable = false;
    }

    /// To `block`, unless the end of the current one is never reached.
    pub(super) fn jump(&mut self, block: Block, arguments: &[Value]) {
        if !self.unreachable {
            let arguments: Vec<_> = arguments.iter().copied().map(BlockArg::from).collect();
            self.builder.ins().jump(block, &arguments);
            self.unreachable = true;
        }
    }

    pub(super) fn return_value(&mut self, value: Option<Value>) {
        match self.exit {
            Some((exit, _)) => self.jump(exit, value.as_slice()),
            None => {
                self.builder.ins().return_(value.as_slice());
                self.unreachable = true;
            }
        }
    }

    fn finish(mut self) -> Result<()> {
        if !self.unreachable {
            if self.result == Type::Void {
                self.return_value(None);
            } else {
                // The checker has seen that nothing gets here.
                self.builder.ins().trap(TrapCode::unwrap_user(2));
            }
        }
        if let Some((exit, result)) = self.exit {
            self.begin(exit);
            for id in std::mem::take(&mut self.owned_strings) {
                let value = self.local(id);
                self.call_native(Native::StringFree, &[value])?;
            }
            self.builder.ins().return_(result.as_slice());
        }
        for id in &self.declared {
            self.module.locals[id.0 as usize] = None;
        }
        if let Some((slot, arguments)) = self.log_slot {
            self.builder.func.sized_stack_slots[slot].size = arguments as u32 * 16;
        }
        self.builder.finalize();
        Ok(())
    }

    /// Room for so many arguments of `console.log`, the same for every call in the function.
    pub(super) fn log_slot(&mut self, arguments: usize) -> StackSlot {
        let (slot, room) = self.log_slot.unwrap_or_else(|| {
            let data = ir::StackSlotData::new(ir::StackSlotKind::ExplicitSlot, 16, 3);
            (self.builder.create_sized_stack_slot(data), 1)
        });
        self.log_slot = Some((slot, room.max(arguments)));
        slot
    }

    pub(super) fn data_address(&mut self, id: DataId) -> Value {
        let reference = *self
            .data
            .entry(id)
            .or_insert_with(|| data_reference(&self.module.object.module, id, self.builder.func));
        self.builder.ins().symbol_value(POINTER, reference)
    }

    pub(super) fn call_function(&mut self, id: FuncId, arguments: &[Value]) -> Option<Value> {
        let reference = *self.functions.entry(id).or_insert_with(|| {
            function_reference(&mut self.module.object.module, id, self.builder.func)
        });
        let call = self.builder.ins().call(reference, arguments);
        self.builder.inst_results(call).first().copied()
    }

    pub(super) fn call_native(
        &mut self,
        native: Native,
        arguments: &[Value],
    ) -> Result<Option<Value>> {
        let reference = match self.natives[native as usize] {
            Some(reference) => reference,
            None => {
                let id = self.module.object.native(native)?;
                let reference =
                    function_reference(&mut self.module.object.module, id, self.builder.func);
                self.natives[native as usize] = Some(reference);
                reference
            }
        };
        let call = self.builder.ins().call(reference, arguments);
        Ok(self.builder.inst_results(call).first().copied())
    }

    /// Of a native function that has a result.
    pub(super) fn call(&mut self, native: Native, arguments: &[Value]) -> Result<Value> {
        let result = self.call_native(native, arguments)?;
        Ok(result.expect("the native function has a result"))
    }

    pub(super) fn boolean(&mut self, value: bool) -> Value {
        self.builder.ins().iconst(types::I8, i64::from(value))
    }
}
