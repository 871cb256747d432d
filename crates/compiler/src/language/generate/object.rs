//! An object that is being written: symbols, data, and the room to compile functions in.

use cranelift_codegen::Context;
use cranelift_codegen::ir::{
    ExternalName, FuncRef, Function as IrFunction, GlobalValue, GlobalValueData,
    Signature as IrSignature,
};
use cranelift_module::{DataDescription, DataId, FuncId, Linkage, Module, default_libcall_names};
use cranelift_object::{ObjectBuilder, ObjectModule};

use super::runtime::Native;
use super::{GenerateError, Options};

/// An object that is being written, and the room to generate its functions in.
pub(super) struct ObjectWriter {
    pub(super) module: ObjectModule,
    pub(super) context: Context,
    natives: [Option<FuncId>; Native::COUNT],
}

impl ObjectWriter {
    pub(super) fn new(name: &str, options: &Options) -> Result<Self, GenerateError> {
        let isa = options.isa.clone();
        let builder = ObjectBuilder::new(isa, name, default_libcall_names())
            .map_err(|error| object_error(name, &error))?;
        let module = ObjectModule::new(builder);
        let context = module.make_context();
        Ok(Self { module, context, natives: [None; Native::COUNT] })
    }

    pub(super) fn native(&mut self, native: Native) -> Result<FuncId, GenerateError> {
        if let Some(id) = self.natives[native as usize] {
            return Ok(id);
        }
        let signature = native.signature(self.module.isa().default_call_conv());
        let id = self.declare(native.symbol(), Linkage::Import, &signature)?;
        self.natives[native as usize] = Some(id);
        Ok(id)
    }

    pub(super) fn declare(
        &mut self,
        symbol: &str,
        linkage: Linkage,
        signature: &IrSignature,
    ) -> Result<FuncId, GenerateError> {
        self.module
            .declare_function(symbol, linkage, signature)
            .map_err(|error| object_error(symbol, &error))
    }

    pub(super) fn declare_data(
        &mut self,
        symbol: &str,
        linkage: Linkage,
        writable: bool,
    ) -> Result<DataId, GenerateError> {
        self.module
            .declare_data(symbol, linkage, writable, false)
            .map_err(|error| object_error(symbol, &error))
    }

    pub(super) fn define_data(
        &mut self,
        id: DataId,
        contents: &DataDescription,
    ) -> Result<(), GenerateError> {
        self.module.define_data(id, contents).map_err(|error| object_error("data", &error))
    }

    /// Compiles what is in the context.
    pub(super) fn define(&mut self, id: FuncId, what: &str) -> Result<(), GenerateError> {
        let defined = self.module.define_function(id, &mut self.context);
        self.module.clear_context(&mut self.context);
        defined.map_err(|error| GenerateError::Function {
            what: what.to_owned(),
            reason: error.to_string(),
        })
    }

    pub(super) fn finish(self, what: &str) -> Result<Vec<u8>, GenerateError> {
        self.module.finish().emit().map_err(|error| object_error(what, &error))
    }
}

fn object_error(what: &str, error: &dyn std::fmt::Display) -> GenerateError {
    GenerateError::Object { what: what.to_owned(), reason: error.to_string() }
}

/// Lets `function` call `id`, directly even where another object defines it: all are linked into one.
pub(super) fn function_reference(
    module: &mut ObjectModule,
    id: FuncId,
    function: &mut IrFunction,
) -> FuncRef {
    let reference = module.declare_func_in_func(id, function);
    function.dfg.ext_funcs[reference].colocated = true;
    reference
}

/// As [`function_reference`], for data.
pub(super) fn data_reference(
    module: &ObjectModule,
    id: DataId,
    function: &mut IrFunction,
) -> GlobalValue {
    let reference = module.declare_data_in_func(id, function);
    if let GlobalValueData::Symbol { colocated, name: ExternalName::User(_), .. } =
        &mut function.global_values[reference]
    {
        *colocated = true;
    }
    reference
}
