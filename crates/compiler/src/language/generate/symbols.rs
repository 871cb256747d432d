//! Names of symbols: one for each thing of each module, and no two alike.
//!
//! `nts.<module>.<kind>.<name>`, module and name escaped so that neither contains a dot: letters and digits
//! stand for themselves, any other byte is `_` and two hexadecimal digits. A name can be read back, which
//! is why it cannot be that of something else.

use std::fmt::Write;

/// What a symbol of a module stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Function,
    Variable,
    /// Whether a variable has its first value yet.
    Guard,
    /// Runs the module's statements.
    Initialiser,
    /// A part of the initialiser, by number.
    Piece,
    /// Everything else that the module alone uses.
    Data,
}

impl Kind {
    fn as_str(self) -> &'static str {
        match self {
            Kind::Function => "f",
            Kind::Variable => "v",
            Kind::Guard => "g",
            Kind::Initialiser => "init",
            Kind::Piece => "piece",
            Kind::Data => "data",
        }
    }
}

pub(super) fn symbol(module: &str, kind: Kind, name: &str) -> String {
    let mut symbol = String::with_capacity(module.len() + name.len() + 12);
    symbol.push_str("nts.");
    escape(&mut symbol, module);
    symbol.push('.');
    symbol.push_str(kind.as_str());
    symbol.push('.');
    escape(&mut symbol, name);
    symbol
}

fn escape(symbol: &mut String, text: &str) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() {
            symbol.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(symbol, "_{byte:02x}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Kind, symbol};
    use std::collections::HashSet;

    #[test]
    fn symbols_are_readable() {
        assert_eq!(symbol("lib/a-b.ts", Kind::Function, "f_1"), "nts.lib_2fa_2db_2ets.f.f_5f1");
        assert_eq!(symbol("é", Kind::Initialiser, ""), "nts._c3_a9.init.");
    }

    #[test]
    fn no_two_things_have_one_symbol() {
        let parts = ["", "a", "a.b", "a_2eb", "a_b", "a.f.b", ".", "_", "é", "a/b", "f", "v"];
        let mut seen = HashSet::new();
        for module in parts {
            for name in parts {
                for kind in [Kind::Function, Kind::Variable, Kind::Guard, Kind::Initialiser] {
                    assert!(seen.insert(symbol(module, kind, name)), "{module} {kind:?} {name}");
                }
            }
        }
    }
}
