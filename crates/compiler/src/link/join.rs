//! Joins objects into one, as `ld -r` does, for objects of our own making.
//!
//! Sections of one name become one, symbols of one name and visibility become one, and nothing is
//! resolved: that is the linker's. It knows what our code generator writes (code, data, and relocations
//! against symbols) and refuses anything else, whereupon the objects are linked by themselves. In memory
//! it takes a fraction of the time of starting a linker.

use std::collections::HashMap;

use object::read::{Object as _, ObjectSection as _, ObjectSymbol as _, RelocationTarget};
use object::write::{Object, Relocation, SectionId, Symbol, SymbolId, SymbolSection};
use object::{File, SectionKind, SymbolFlags, SymbolKind, SymbolScope, read};

/// Why objects cannot be joined.
#[derive(Debug, thiserror::Error)]
pub enum CannotJoin {
    /// One is no object, or is damaged.
    #[error(transparent)]
    Unreadable(#[from] read::Error),
    /// The joined object cannot be written.
    #[error(transparent)]
    Unwritable(#[from] object::write::Error),
    /// One holds something that our code generator does not write.
    #[error("join an object with {0}")]
    Unknown(&'static str),
}

/// One object of all that `objects` hold.
///
/// # Errors
/// Something that is not understood.
pub fn join(objects: &[Vec<u8>]) -> Result<Vec<u8>, CannotJoin> {
    let Some(first) = objects.first() else { return Err(CannotJoin::Unknown("no object at all")) };
    let first = File::parse(&**first)?;
    let joined = Object::new(first.format(), first.architecture(), first.endianness());
    let mut joiner = Joiner { joined, sections: HashMap::new(), globals: HashMap::new() };
    for object in objects {
        joiner.add(&File::parse(&**object)?)?;
    }
    Ok(joiner.joined.write()?)
}

struct Joiner<'o> {
    joined: Object<'o>,
    sections: HashMap<Vec<u8>, SectionId>,
    globals: HashMap<Vec<u8>, SymbolId>,
}

/// Where a section of an object went.
#[derive(Clone, Copy)]
struct Placed {
    section: SectionId,
    offset: u64,
}

impl Joiner<'_> {
    fn add(&mut self, file: &File<'_>) -> Result<(), CannotJoin> {
        let mut placed = HashMap::new();
        for section in file.sections() {
            if let Some(place) = self.add_section(&section)? {
                placed.insert(section.index(), place);
            }
        }
        let mut symbols = HashMap::new();
        for symbol in file.symbols() {
            if let Some(id) = self.add_symbol(&symbol, &placed)? {
                symbols.insert(symbol.index(), id);
            }
        }
        for section in file.sections() {
            let Some(place) = placed.get(&section.index()) else { continue };
            for (offset, relocation) in section.relocations() {
                let RelocationTarget::Symbol(target) = relocation.target() else {
                    return Err(CannotJoin::Unknown("a relocation without a symbol"));
                };
                let symbol = *symbols
                    .get(&target)
                    .ok_or(CannotJoin::Unknown("a relocation to a symbol of no name"))?;
                if relocation.has_implicit_addend() {
                    return Err(CannotJoin::Unknown("an addend in its code"));
                }
                let moved = Relocation {
                    offset: place.offset + offset,
                    symbol,
                    addend: relocation.addend(),
                    flags: relocation.flags(),
                };
                self.joined.add_relocation(place.section, moved)?;
            }
        }
        Ok(())
    }

    fn add_section<'d>(
        &mut self,
        section: &impl read::ObjectSection<'d>,
    ) -> Result<Option<Placed>, CannotJoin> {
        let kind = match section.kind() {
            // What the format itself brings along; the joined object has its own.
            SectionKind::Metadata | SectionKind::Other if section.size() == 0 => return Ok(None),
            SectionKind::Metadata => return Ok(None),
            kind @ (SectionKind::Text
            | SectionKind::Data
            | SectionKind::ReadOnlyData
            | SectionKind::ReadOnlyDataWithRel
            | SectionKind::UninitializedData) => kind,
            _ if section.size() == 0 => return Ok(None),
            _ => return Err(CannotJoin::Unknown("a section of another kind")),
        };
        let name = section.name_bytes()?.to_vec();
        let joined = &mut self.joined;
        let id = *self
            .sections
            .entry(name.clone())
            .or_insert_with(|| joined.add_section(Vec::new(), name, kind));
        let align = section.align().max(1);
        let offset = if kind == SectionKind::UninitializedData {
            joined.append_section_bss(id, section.size(), align)
        } else {
            joined.append_section_data(id, section.data()?, align)
        };
        Ok(Some(Placed { section: id, offset }))
    }

    fn add_symbol<'d>(
        &mut self,
        symbol: &impl read::ObjectSymbol<'d>,
        placed: &HashMap<object::SectionIndex, Placed>,
    ) -> Result<Option<SymbolId>, CannotJoin> {
        let name = symbol.name_bytes()?;
        match symbol.kind() {
            SymbolKind::File => return Ok(None),
            _ if name.is_empty() => return Ok(None),
            _ => {}
        }
        let (section, value) = match symbol.section_index() {
            Some(index) => {
                let place = placed
                    .get(&index)
                    .ok_or(CannotJoin::Unknown("a symbol in a section that was left out"))?;
                (SymbolSection::Section(place.section), place.offset + symbol.address())
            }
            None if symbol.is_undefined() => (SymbolSection::Undefined, 0),
            None => return Err(CannotJoin::Unknown("a symbol in no section")),
        };
        let scope = match symbol.is_undefined() {
            true => SymbolScope::Unknown,
            false => symbol.scope(),
        };
        let new = Symbol {
            name: name.to_vec(),
            value,
            size: symbol.size(),
            kind: symbol.kind(),
            scope,
            weak: symbol.is_weak(),
            section,
            flags: SymbolFlags::None,
        };
        if symbol.is_local() {
            return Ok(Some(self.joined.add_symbol(new)));
        }
        let id = match self.globals.get(name) {
            Some(&id) => {
                // Wanted by one, defined by another: the definition stands, whichever came first.
                if new.section != SymbolSection::Undefined {
                    *self.joined.symbol_mut(id) = new;
                }
                id
            }
            None => {
                let id = self.joined.add_symbol(new);
                self.globals.insert(name.to_vec(), id);
                id
            }
        };
        Ok(Some(id))
    }
}

#[cfg(test)]
mod tests {
    use object::write::StandardSection;
    use object::{Architecture, BinaryFormat, Endianness, RelocationFlags, elf};

    use super::*;

    /// An object with a function of four bytes that calls another, a local text, and room for a value.
    fn object(defines: &str, calls: &str) -> Vec<u8> {
        let mut object = Object::new(BinaryFormat::Elf, Architecture::X86_64, Endianness::Little);
        let symbol = |name: &str, size, section, kind, scope| Symbol {
            name: name.into(),
            value: 0,
            size,
            kind,
            scope,
            weak: false,
            section,
            flags: SymbolFlags::None,
        };
        let text = object.section_id(StandardSection::Text);
        let rodata = object.section_id(StandardSection::ReadOnlyData);
        let bss = object.section_id(StandardSection::UninitializedData);
        let at = object.append_section_data(text, defines.as_bytes(), 1);
        let data = SymbolSection::Undefined;
        let function =
            object.add_symbol(symbol(defines, 4, data, SymbolKind::Text, SymbolScope::Linkage));
        object.set_symbol_data(function, text, at, 4);
        let local =
            object.add_symbol(symbol("text", 0, data, SymbolKind::Data, SymbolScope::Compilation));
        object.add_symbol_data(local, rodata, b"abc", 8);
        let value =
            object.add_symbol(symbol("value", 0, data, SymbolKind::Data, SymbolScope::Compilation));
        object.add_symbol_bss(value, bss, 8, 8);
        let called =
            object.add_symbol(symbol(calls, 0, data, SymbolKind::Text, SymbolScope::Unknown));
        for (offset, symbol) in [(0, called), (0, local)] {
            let flags = RelocationFlags::Elf { r_type: elf::R_X86_64_PLT32 };
            object.add_relocation(text, Relocation { offset, symbol, addend: -4, flags }).unwrap();
        }
        object.write().unwrap()
    }

    #[test]
    fn what_one_defines_and_another_wants_is_one_symbol() {
        for order in [[0, 1], [1, 0]] {
            let objects = [object("ping", "pong"), object("pong", "ping")];
            let joined = join(&order.map(|index: usize| objects[index].clone())).unwrap();
            let file = File::parse(&*joined).unwrap();
            let text = file.section_by_name(".text").unwrap();
            let expected = if order[0] == 0 { b"pingpong" } else { b"pongping" };
            assert_eq!(text.data().unwrap(), expected);
            let globals: Vec<_> = file
                .symbols()
                .filter(|s| s.is_global())
                .map(|s| (s.name().unwrap(), s.is_definition()))
                .collect();
            assert_eq!(globals.len(), 2, "{globals:?}");
            assert!(globals.iter().all(|(_, is_defined)| *is_defined), "{globals:?}");
            for (offset, relocation) in text.relocations() {
                let RelocationTarget::Symbol(index) = relocation.target() else { panic!() };
                let symbol = file.symbol_by_index(index).unwrap();
                assert_eq!(relocation.addend(), -4);
                if symbol.is_global() {
                    let own = &text.data().unwrap()[usize::try_from(offset).unwrap()..][..4];
                    assert_ne!(symbol.name_bytes().unwrap(), own, "each calls the other");
                } else {
                    assert_eq!(
                        symbol.address(),
                        if offset == 0 { 0 } else { 8 },
                        "each its own text"
                    );
                }
            }
            assert_eq!(
                file.section_by_name(".rodata").unwrap().data().unwrap(),
                b"abc\0\0\0\0\0abc"
            );
            assert_eq!(file.section_by_name(".bss").unwrap().size(), 16);
        }
    }

    #[test]
    fn joining_is_the_same_every_time() {
        let objects = [object("ping", "pong"), object("pong", "ping")];
        assert_eq!(join(&objects).unwrap(), join(&objects).unwrap());
    }

    #[test]
    fn what_is_no_object_is_refused() {
        let whole = object("ping", "pong");
        for bytes in [&b""[..], b"x", &whole[..whole.len() / 3]] {
            assert!(join(&[bytes.to_vec()]).is_err());
        }
        assert!(join(&[]).is_err());
    }
}
