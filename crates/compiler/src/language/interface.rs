//! What a module lets others see: the names it exports and their types.
//!
//! It comes from the module's text alone, so that all modules can be read at once, in any order. That is
//! why exported functions say all their types and exported constants say theirs unless a literal does.
//! Importers depend on nothing else: as long as the interface is equal, their objects stay good. The value
//! of a constant is not part of it, so no importer may rely on one.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

/// The type of a value, or of nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Type {
    /// A double, as in JavaScript.
    Number,
    /// An immutable text.
    String,
    /// `true` or `false`.
    Boolean,
    /// What a function gives that gives nothing.
    Void,
}

impl Type {
    /// As it is written in a program.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Type::Number => "number",
            Type::String => "string",
            Type::Boolean => "boolean",
            Type::Void => "void",
        }
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The types of a function.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Signature {
    /// In order.
    pub parameters: Vec<Type>,
    /// What it returns.
    pub result: Type,
}

impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parameters: Vec<_> = self.parameters.iter().map(|ty| ty.as_str()).collect();
        write!(f, "({}) => {}", parameters.join(", "), self.result)
    }
}

/// What an exported name stands for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ExportKind {
    /// It can be called.
    Function(Signature),
    /// It can be read.
    Constant(Type),
}

/// One exported name's meaning.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Export {
    /// What it is called inside its module, from which its symbol derives (`export { local as name }`).
    pub local: String,
    /// What importers may do with it.
    pub kind: ExportKind,
}

/// What importers can see of a module. Importers need to be generated again exactly when it differs.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Interface {
    /// By exported name.
    pub exports: BTreeMap<String, Export>,
}

impl Interface {
    /// One encoding for each interface: equal bytes mean equal interfaces. Every text is preceded by its
    /// length, every list by its count.
    #[must_use]
    pub fn fingerprint_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        push_count(&mut bytes, self.exports.len());
        for (name, export) in &self.exports {
            push_text(&mut bytes, name);
            push_text(&mut bytes, &export.local);
            match &export.kind {
                ExportKind::Constant(ty) => {
                    bytes.push(b'c');
                    push_text(&mut bytes, ty.as_str());
                }
                ExportKind::Function(signature) => {
                    bytes.push(b'f');
                    push_count(&mut bytes, signature.parameters.len());
                    for ty in &signature.parameters {
                        push_text(&mut bytes, ty.as_str());
                    }
                    push_text(&mut bytes, signature.result.as_str());
                }
            }
        }
        bytes
    }
}

pub(crate) fn push_text(bytes: &mut Vec<u8>, text: &str) {
    push_count(bytes, text.len());
    bytes.extend_from_slice(text.as_bytes());
}

pub(crate) fn push_count(bytes: &mut Vec<u8>, count: usize) {
    bytes.extend_from_slice(&(count as u64).to_le_bytes());
}

#[cfg(test)]
mod tests {
    use super::{Export, ExportKind, Interface, Signature, Type};

    fn interface(exports: &[(&str, &str, ExportKind)]) -> Interface {
        let entry = |(name, local, kind): &(&str, &str, ExportKind)| {
            ((*name).to_owned(), Export { local: (*local).to_owned(), kind: kind.clone() })
        };
        Interface { exports: exports.iter().map(entry).collect() }
    }

    fn function(parameters: &[Type], result: Type) -> ExportKind {
        ExportKind::Function(Signature { parameters: parameters.to_vec(), result })
    }

    #[test]
    fn different_interfaces_have_different_bytes() {
        use Type::{Number, String, Void};
        let all = [
            interface(&[]),
            interface(&[("a", "a", ExportKind::Constant(Number))]),
            interface(&[("a", "a", ExportKind::Constant(String))]),
            interface(&[("a", "b", ExportKind::Constant(Number))]),
            interface(&[("ab", "", ExportKind::Constant(Number))]),
            interface(&[("a", "a", function(&[], Number))]),
            interface(&[("a", "a", function(&[], Void))]),
            interface(&[("a", "a", function(&[Number], Void))]),
            interface(&[("a", "a", function(&[Number, Number], Void))]),
            interface(&[("a", "a", function(&[], Void)), ("b", "b", function(&[], Void))]),
        ];
        for (i, one) in all.iter().enumerate() {
            for (j, other) in all.iter().enumerate() {
                assert_eq!(one.fingerprint_bytes() == other.fingerprint_bytes(), i == j);
            }
        }
    }

    #[test]
    fn serde_gives_back_what_it_took() {
        let one = interface(&[
            ("a", "b", function(&[Type::Boolean], Type::String)),
            ("c", "c", ExportKind::Constant(Type::Number)),
        ]);
        let text = serde_json::to_string(&one).unwrap();
        assert_eq!(serde_json::from_str::<Interface>(&text).unwrap(), one);
    }
}
