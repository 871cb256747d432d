//! One module's object: what it declares, and in which order it is put together.
//!
//! Functions come first, then the module's statements, then the initialiser, because only then it is
//! known which literals there are. The order is that of the text throughout, so the bytes are always the
//! same.

use std::collections::HashMap;

use cranelift_codegen::Context;
use cranelift_codegen::ir::{
    AbiParam, ExternalName, FuncRef, Function as IrFunction, GlobalValue, GlobalValueData,
    InstBuilder, MemFlags, Signature as IrSignature, UserFuncName, types,
};
use cranelift_frontend::{FunctionBuilder, FunctionBuilderContext, Variable};
use cranelift_module::{DataDescription, DataId, FuncId, Linkage, Module, default_libcall_names};
use cranelift_object::{ObjectBuilder, ObjectModule};

use super::function::FunctionGenerator;
use super::runtime::{Native, POINTER};
use super::symbols::{Kind, symbol};
use super::{GenerateError, Options, STATEMENTS_AT_ONCE};
use crate::language::check::{Checked, Reference};
use crate::language::interface::{ExportKind, Type};
use crate::language::syntax::{FunctionId, VariableId};

/// The object file of one module.
///
/// # Errors
/// Where the code generator gives up on a function of absurd size.
pub fn generate(module: &Checked, options: &Options) -> Result<Vec<u8>, GenerateError> {
    let mut generator = ModuleGenerator::new(module, options)?;
    generator.declare_functions()?;
    for index in 0..module.syntax.functions.len() {
        generator.function(FunctionId(index as u32))?;
    }
    generator.initialiser()?;
    generator.object.finish(&module.id)
}

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

/// What is declared of a module so far.
pub(super) struct ModuleGenerator<'a> {
    pub(super) checked: &'a Checked,
    pub(super) object: ObjectWriter,
    pub(super) builders: FunctionBuilderContext,
    pub(super) functions: Vec<FuncId>,
    imported: Vec<Option<Imported>>,
    variables: HashMap<VariableId, DataId>,
    guards: HashMap<VariableId, DataId>,
    messages: HashMap<String, DataId>,
    pub(super) literals: Literals,
    /// Where the initialiser keeps the stack's limit for functions that recurse.
    stack_limit: Option<DataId>,
    /// By variable; those of the function that is being generated.
    pub(super) locals: Vec<Option<Variable>>,
}

#[derive(Clone, Copy)]
enum Imported {
    Function(FuncId),
    Constant(DataId),
}

/// The texts of a module, each once, in one piece.
#[derive(Default)]
pub(super) struct Literals {
    text: Vec<u8>,
    ends: Vec<usize>,
    by_text: HashMap<Box<str>, usize>,
    cells: Option<DataId>,
}

impl<'a> ModuleGenerator<'a> {
    fn new(checked: &'a Checked, options: &Options) -> Result<Self, GenerateError> {
        Ok(Self {
            checked,
            object: ObjectWriter::new(&checked.id, options)?,
            builders: FunctionBuilderContext::new(),
            functions: Vec::new(),
            imported: vec![None; checked.imported.len()],
            variables: HashMap::new(),
            guards: HashMap::new(),
            messages: HashMap::new(),
            literals: Literals::default(),
            stack_limit: None,
            locals: vec![None; checked.syntax.variables.len()],
        })
    }

    fn symbol(&self, kind: Kind, name: &str) -> String {
        symbol(&self.checked.id, kind, name)
    }

    fn signature(&self, parameters: impl Iterator<Item = Type>, result: Type) -> IrSignature {
        let mut signature = IrSignature::new(self.object.module.isa().default_call_conv());
        signature.params.extend(parameters.map(|ty| AbiParam::new(ir_type(ty))));
        if result != Type::Void {
            signature.returns.push(AbiParam::new(ir_type(result)));
        }
        signature
    }

    fn declare_functions(&mut self) -> Result<(), GenerateError> {
        let syntax = &self.checked.syntax;
        let exports = syntax.interface.exports.values();
        let exported: std::collections::HashSet<&str> =
            exports.map(|export| export.local.as_str()).collect();
        for function in &syntax.functions {
            let parameters = function.parameters.iter().map(|id| self.checked.variable(*id).ty);
            let signature = self.signature(parameters, function.result);
            let name = syntax.names.text(function.name);
            let linkage = if exported.contains(name) { Linkage::Hidden } else { Linkage::Local };
            let symbol = self.symbol(Kind::Function, name);
            let id = self.object.declare(&symbol, linkage, &signature)?;
            self.functions.push(id);
        }
        Ok(())
    }

    fn function(&mut self, id: FunctionId) -> Result<(), GenerateError> {
        let function = &self.checked.syntax.functions[id.0 as usize];
        let name = self.checked.syntax.names.text(function.name);
        let func_id = self.functions[id.0 as usize];
        let recursive = self.checked.recursive[id.0 as usize];
        let mut context = self.take_context(func_id);
        let mut builders = std::mem::take(&mut self.builders);
        let result = Some(function.result);
        FunctionGenerator::new(self, &mut context.func, &mut builders, result).generate(
            &function.parameters,
            recursive,
            &function.body,
        )?;
        self.builders = builders;
        self.object.context = context;
        let what = format!("function `{name}` of `{}`", self.checked.id);
        self.object.define(func_id, &what)
    }

    /// The context, with an empty function of the right signature in it.
    fn take_context(&mut self, id: FuncId) -> Context {
        let empty = Context::new();
        let mut context = std::mem::replace(&mut self.object.context, empty);
        let declaration = self.object.module.declarations().get_function_decl(id);
        context.func.signature = declaration.signature.clone();
        context.func.name = UserFuncName::user(0, id.as_u32());
        context
    }

    /// The function that runs the module's statements, and before them makes its literals.
    fn initialiser(&mut self) -> Result<(), GenerateError> {
        let body = &self.checked.syntax.body;
        let mut pieces = Vec::new();
        for (index, statements) in body.chunks(STATEMENTS_AT_ONCE).enumerate() {
            let signature = self.signature(std::iter::empty(), Type::Void);
            let symbol = self.symbol(Kind::Piece, &index.to_string());
            let id = self.object.declare(&symbol, Linkage::Local, &signature)?;
            let mut context = self.take_context(id);
            let mut builders = std::mem::take(&mut self.builders);
            FunctionGenerator::new(self, &mut context.func, &mut builders, None).generate(
                &[],
                false,
                statements,
            )?;
            self.builders = builders;
            self.object.context = context;
            self.object.define(id, &format!("the statements of `{}`", self.checked.id))?;
            pieces.push(id);
        }
        let signature = self.signature(std::iter::empty(), Type::Void);
        let symbol = self.symbol(Kind::Initialiser, "");
        let id = self.object.declare(&symbol, Linkage::Hidden, &signature)?;
        let mut context = self.take_context(id);
        let mut builder = FunctionBuilder::new(&mut context.func, &mut self.builders);
        let block = builder.create_block();
        builder.switch_to_block(block);
        builder.seal_block(block);
        if let Some(limit) = self.stack_limit {
            let native = self.object.native(Native::StackLimit)?;
            let native = function_reference(&mut self.object.module, native, builder.func);
            let call = builder.ins().call(native, &[]);
            let value = builder.inst_results(call)[0];
            let cell = data_reference(&self.object.module, limit, builder.func);
            let cell = builder.ins().symbol_value(POINTER, cell);
            builder.ins().store(MemFlags::trusted(), value, cell, 0);
        }
        self.literals.make(&self.checked.id, &mut self.object, &mut builder)?;
        for piece in pieces {
            let piece = function_reference(&mut self.object.module, piece, builder.func);
            builder.ins().call(piece, &[]);
        }
        builder.ins().return_(&[]);
        builder.finalize();
        self.object.context = context;
        self.object.define(id, &format!("the initialiser of `{}`", self.checked.id))
    }

    /// Where a variable of the module lives.
    pub(super) fn variable_data(&mut self, id: VariableId) -> Result<DataId, GenerateError> {
        if let Some(data) = self.variables.get(&id) {
            return Ok(*data);
        }
        let syntax = &self.checked.syntax;
        let name = syntax.names.text(syntax.variable(id).name);
        let exported = syntax.interface.exports.values().any(|export| export.local == name);
        let linkage = if exported { Linkage::Hidden } else { Linkage::Local };
        let data = self.zeroed(&self.symbol(Kind::Variable, name), linkage, 8)?;
        self.variables.insert(id, data);
        Ok(data)
    }

    /// Where it is kept whether a variable of the module has its first value.
    pub(super) fn guard_data(&mut self, id: VariableId) -> Result<DataId, GenerateError> {
        if let Some(data) = self.guards.get(&id) {
            return Ok(*data);
        }
        let syntax = &self.checked.syntax;
        let symbol = self.symbol(Kind::Guard, syntax.names.text(syntax.variable(id).name));
        let data = self.zeroed(&symbol, Linkage::Local, 1)?;
        self.guards.insert(id, data);
        Ok(data)
    }

    pub(super) fn stack_limit_data(&mut self) -> Result<DataId, GenerateError> {
        if let Some(data) = self.stack_limit {
            return Ok(data);
        }
        let data = self.zeroed(&self.symbol(Kind::Data, "stack limit"), Linkage::Local, 8)?;
        self.stack_limit = Some(data);
        Ok(data)
    }

    fn zeroed(
        &mut self,
        symbol: &str,
        linkage: Linkage,
        bytes: usize,
    ) -> Result<DataId, GenerateError> {
        let data = self.object.declare_data(symbol, linkage, true)?;
        let mut contents = DataDescription::new();
        contents.define_zeroinit(bytes);
        contents.set_align(8);
        self.object.define_data(data, &contents)?;
        Ok(data)
    }

    /// Text for [`Native::Fail`].
    pub(super) fn message_data(&mut self, message: &str) -> Result<DataId, GenerateError> {
        if let Some(data) = self.messages.get(message) {
            return Ok(*data);
        }
        let symbol = self.symbol(Kind::Data, message);
        let data = self.object.declare_data(&symbol, Linkage::Local, false)?;
        let mut contents = DataDescription::new();
        contents.define(message.as_bytes().into());
        self.object.define_data(data, &contents)?;
        self.messages.insert(message.to_owned(), data);
        Ok(data)
    }

    /// Where the pointers to all literals are, and which of them is `text`'s.
    pub(super) fn literal(&mut self, text: &str) -> Result<(DataId, i32), GenerateError> {
        let cells = match self.literals.cells {
            Some(cells) => cells,
            None => {
                let symbol = self.symbol(Kind::Data, "literals");
                let cells = self.object.declare_data(&symbol, Linkage::Local, true)?;
                self.literals.cells = Some(cells);
                cells
            }
        };
        let index = self.literals.index(text);
        let offset = i32::try_from(index * 8).map_err(|_| GenerateError::Object {
            what: self.checked.id.clone(),
            reason: "too many string literals".to_owned(),
        })?;
        Ok((cells, offset))
    }

    pub(super) fn imported_function(&mut self, index: u32) -> Result<FuncId, GenerateError> {
        if let Some(Imported::Function(id)) = self.imported[index as usize] {
            return Ok(id);
        }
        let imported = &self.checked.imported[index as usize];
        let signature = match &imported.kind {
            ExportKind::Function(signature) => {
                self.signature(signature.parameters.iter().copied(), signature.result)
            }
            ExportKind::Constant(ty) => self.signature(std::iter::empty(), *ty),
        };
        let symbol = symbol(&imported.module, Kind::Function, &imported.local);
        let id = self.object.declare(&symbol, Linkage::Import, &signature)?;
        self.imported[index as usize] = Some(Imported::Function(id));
        Ok(id)
    }

    pub(super) fn imported_constant(&mut self, index: u32) -> Result<DataId, GenerateError> {
        if let Some(Imported::Constant(id)) = self.imported[index as usize] {
            return Ok(id);
        }
        let imported = &self.checked.imported[index as usize];
        let symbol = symbol(&imported.module, Kind::Variable, &imported.local);
        let id = self.object.declare_data(&symbol, Linkage::Import, false)?;
        self.imported[index as usize] = Some(Imported::Constant(id));
        Ok(id)
    }

    /// What a name in the tree stands for; there is one wherever there is a name.
    pub(super) fn reference(&self, id: crate::language::syntax::ExpressionId) -> Reference {
        self.checked.references[id.0 as usize].expect("checked names stand for something")
    }
}

impl Literals {
    fn index(&mut self, text: &str) -> usize {
        if let Some(index) = self.by_text.get(text) {
            return *index;
        }
        let index = self.ends.len();
        self.text.extend_from_slice(text.as_bytes());
        self.ends.push(self.text.len());
        self.by_text.insert(text.into(), index);
        index
    }

    /// Defines the data, and calls the runtime to fill the cells.
    fn make(
        &self,
        module: &str,
        object: &mut ObjectWriter,
        builder: &mut FunctionBuilder<'_>,
    ) -> Result<(), GenerateError> {
        let Some(cells) = self.cells else { return Ok(()) };
        let count = self.ends.len();
        let mut contents = DataDescription::new();
        contents.define_zeroinit(count * 8);
        contents.set_align(8);
        object.define_data(cells, &contents)?;

        let ends: Vec<u8> = self.ends.iter().flat_map(|end| (*end as u64).to_ne_bytes()).collect();
        let mut addresses = Vec::new();
        for (name, bytes) in [("text", self.text.clone()), ("ends", ends)] {
            let symbol = symbol(module, Kind::Data, name);
            let data = object.declare_data(&symbol, Linkage::Local, false)?;
            let mut contents = DataDescription::new();
            contents.define(bytes.into());
            contents.set_align(8);
            object.define_data(data, &contents)?;
            addresses.push(data);
        }
        addresses.push(cells);
        let mut arguments = Vec::new();
        for data in addresses {
            let reference = data_reference(&object.module, data, builder.func);
            arguments.push(builder.ins().symbol_value(POINTER, reference));
        }
        arguments.insert(2, builder.ins().iconst(types::I64, count as i64));
        let native = object.native(Native::StringTable)?;
        let native = function_reference(&mut object.module, native, builder.func);
        builder.ins().call(native, &arguments);
        Ok(())
    }
}

/// How a value is held in registers.
pub(super) fn ir_type(ty: Type) -> types::Type {
    match ty {
        Type::Number => types::F64,
        Type::Boolean => types::I8,
        Type::String => POINTER,
        Type::Void => types::INVALID,
    }
}
