//! String literals: one text for all of a module's, made into strings by one call when it is initialised.
//!
//! Code finds them in a table of pointers. The module owns them for ever.

use std::collections::HashMap;

use cranelift_codegen::ir::{InstBuilder, types};
use cranelift_frontend::FunctionBuilder;
use cranelift_module::{DataDescription, DataId, Linkage};

use super::GenerateError;
use super::object::{ObjectWriter, data_reference, function_reference};
use super::runtime::{Native, POINTER};
use super::symbols::{Kind, symbol};

/// The texts of a module, each once, in one piece.
#[derive(Default)]
pub(super) struct Literals {
    text: Vec<u8>,
    ends: Vec<usize>,
    by_text: HashMap<Box<str>, usize>,
    pub(super) cells: Option<DataId>,
}

impl Literals {
    pub(super) fn index(&mut self, text: &str) -> usize {
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
    pub(super) fn make(
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
