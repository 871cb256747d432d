//! One module's object: what it declares, and in which order it is put together.
//!
//! Functions come first, then the module's statements, then the initialiser, because only then it is
//! known which literals there are. The order is that of the text throughout, so the bytes are always the
//! same.

use std::collections::{HashMap, HashSet};

use cranelift_codegen::Context;
use cranelift_codegen::ir::{
    AbiParam, InstBuilder, MemFlags, Signature as IrSignature, UserFuncName,
};
use cranelift_frontend::{FunctionBuilder, FunctionBuilderContext, Variable};
use cranelift_module::{DataDescription, DataId, FuncId, Linkage, Module};

use super::function::FunctionGenerator;
use super::literals::Literals;
use super::object::{ObjectWriter, data_reference, function_reference};
use super::runtime::{Native, POINTER, ir_type};
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

/// What is declared of a module so far.
pub(super) struct ModuleGenerator<'a> {
    pub(super) checked: &'a Checked,
    pub(super) object: ObjectWriter,
    pub(super) builders: FunctionBuilderContext,
    pub(super) functions: Vec<FuncId>,
    imported: Vec<Option<Imported>>,
    /// What importers see, by the names it has here.
    exported: HashSet<&'a str>,
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

impl<'a> ModuleGenerator<'a> {
    fn new(checked: &'a Checked, options: &Options) -> Result<Self, GenerateError> {
        let exports = checked.syntax.interface.exports.values();
        Ok(Self {
            checked,
            object: ObjectWriter::new(&checked.id, options)?,
            builders: FunctionBuilderContext::new(),
            functions: Vec::new(),
            imported: vec![None; checked.imported.len()],
            exported: exports.map(|export| export.local.as_str()).collect(),
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
        for function in &syntax.functions {
            let parameters = function.parameters.iter().map(|id| self.checked.variable(*id).ty);
            let signature = self.signature(parameters, function.result);
            let name = syntax.names.text(function.name);
            let linkage =
                if self.exported.contains(name) { Linkage::Hidden } else { Linkage::Local };
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
        let linkage = if self.exported.contains(name) { Linkage::Hidden } else { Linkage::Local };
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
