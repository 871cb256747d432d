//! The object with `main`: the way into a program.

use std::collections::BTreeSet;

use cranelift_codegen::ir::types::I32;
use cranelift_codegen::ir::{AbiParam, InstBuilder, Signature, TrapCode, UserFuncName, Value};
use cranelift_frontend::{FunctionBuilder, FunctionBuilderContext};
use cranelift_module::{DataDescription, FuncId, Linkage, Module};

use super::object::{ObjectWriter, data_reference, function_reference};
use super::runtime::{Native, POINTER};
use super::symbols::{Kind, symbol};
use super::{GenerateError, Options};
use crate::language::builtin::Feature;

const NO_ASYNC_RUNTIME: &str = "Error: the async runtime could not be started";

/// The object file with `main`: runs every module's initialiser in this order, then ends the program.
///
/// # Errors
/// As [`generate`](super::generate).
pub fn generate_entry(
    initialisation_order: &[&str],
    features: &BTreeSet<Feature>,
    options: &Options,
) -> Result<Vec<u8>, GenerateError> {
    let mut entry = Entry {
        object: ObjectWriter::new("main", options)?,
        builders: FunctionBuilderContext::new(),
    };
    let mut program = entry.program(initialisation_order)?;
    if features.contains(&Feature::Timers) {
        program = entry.inside_async_runtime(program)?;
    }
    entry.main(program)?;
    entry.object.finish("main")
}

struct Entry {
    object: ObjectWriter,
    builders: FunctionBuilderContext,
}

impl Entry {
    /// `void program(void *)`: every initialiser, in order.
    fn program(&mut self, order: &[&str]) -> Result<FuncId, GenerateError> {
        let nothing = Signature::new(self.object.module.isa().default_call_conv());
        let mut initialisers = Vec::with_capacity(order.len());
        for module in order {
            let symbol = symbol(module, Kind::Initialiser, "");
            initialisers.push(self.object.declare(&symbol, Linkage::Import, &nothing)?);
        }
        let task = self.task();
        self.define("nts.program", Linkage::Local, &task, |object, builder, _| {
            for initialiser in initialisers {
                let function = function_reference(&mut object.module, initialiser, builder.func);
                builder.ins().call(function, &[]);
            }
            builder.ins().return_(&[]);
            Ok(())
        })
    }

    /// `void async(void *)`: the program, on a thread that timers know.
    fn inside_async_runtime(&mut self, program: FuncId) -> Result<FuncId, GenerateError> {
        let task = self.task();
        self.define("nts.async", Linkage::Local, &task, |object, builder, parameters| {
            let function = function_reference(&mut object.module, program, builder.func);
            let function = builder.ins().func_addr(POINTER, function);
            let status = call(object, builder, Native::AsyncEnter, &[function, parameters[0]])?;
            let (failed, done) = (builder.create_block(), builder.create_block());
            builder.ins().brif(status[0], failed, &[], done, &[]);
            builder.switch_to_block(failed);
            let message = object.declare_data("nts.no_async", Linkage::Local, false)?;
            let mut contents = DataDescription::new();
            contents.define(NO_ASYNC_RUNTIME.as_bytes().into());
            object.define_data(message, &contents)?;
            let message = data_reference(&object.module, message, builder.func);
            let message = builder.ins().symbol_value(POINTER, message);
            let length = builder.ins().iconst(POINTER, NO_ASYNC_RUNTIME.len() as i64);
            call(object, builder, Native::Fail, &[message, length])?;
            builder.ins().trap(TrapCode::unwrap_user(1));
            builder.switch_to_block(done);
            builder.ins().return_(&[]);
            Ok(())
        })
    }

    /// `int main(void)`.
    fn main(&mut self, program: FuncId) -> Result<FuncId, GenerateError> {
        let mut signature = Signature::new(self.object.module.isa().default_call_conv());
        signature.returns.push(AbiParam::new(I32));
        self.define("main", Linkage::Export, &signature, |object, builder, _| {
            let function = function_reference(&mut object.module, program, builder.func);
            let function = builder.ins().func_addr(POINTER, function);
            let nothing = builder.ins().iconst(POINTER, 0);
            call(object, builder, Native::Run, &[function, nothing])?;
            let zero = builder.ins().iconst(I32, 0);
            call(object, builder, Native::Exit, &[zero])?;
            builder.ins().return_(&[zero]);
            Ok(())
        })
    }

    fn task(&self) -> Signature {
        let mut signature = Signature::new(self.object.module.isa().default_call_conv());
        signature.params.push(AbiParam::new(POINTER));
        signature
    }

    fn define(
        &mut self,
        symbol: &str,
        linkage: Linkage,
        signature: &Signature,
        body: impl FnOnce(
            &mut ObjectWriter,
            &mut FunctionBuilder<'_>,
            &[Value],
        ) -> Result<(), GenerateError>,
    ) -> Result<FuncId, GenerateError> {
        let id = self.object.declare(symbol, linkage, signature)?;
        let mut context = self.object.module.make_context();
        context.func.signature = signature.clone();
        context.func.name = UserFuncName::user(0, id.as_u32());
        let mut builder = FunctionBuilder::new(&mut context.func, &mut self.builders);
        let block = builder.create_block();
        builder.append_block_params_for_function_params(block);
        builder.switch_to_block(block);
        let parameters = builder.block_params(block).to_vec();
        body(&mut self.object, &mut builder, &parameters)?;
        builder.seal_all_blocks();
        builder.finalize();
        self.object.context = context;
        self.object.define(id, "`main`")?;
        Ok(id)
    }
}

fn call(
    object: &mut ObjectWriter,
    builder: &mut FunctionBuilder<'_>,
    native: Native,
    arguments: &[Value],
) -> Result<Vec<Value>, GenerateError> {
    let id = object.native(native)?;
    let function = function_reference(&mut object.module, id, builder.func);
    let call = builder.ins().call(function, arguments);
    Ok(builder.inst_results(call).to_vec())
}
