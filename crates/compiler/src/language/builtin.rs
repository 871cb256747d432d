//! Modules that are not written in TypeScript: what they offer and which symbol does the work.

use serde::{Deserialize, Serialize};

use super::interface::Type;

/// What a program needs of the native archives beyond the runtime.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Feature {
    /// Hashing.
    Crypto,
    /// Timers, and the runtime that fires them.
    Timers,
}

impl Feature {
    /// Its name in reports and tables.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Feature::Crypto => "crypto",
            Feature::Timers => "timers",
        }
    }
}

/// A module that native code implements.
#[derive(Debug, PartialEq, Eq)]
pub struct Builtin {
    /// What an import says.
    pub specifier: &'static str,
    /// What a program then needs.
    pub feature: Feature,
    pub(crate) functions: &'static [BuiltinFunction],
}

/// One function of a builtin module.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct BuiltinFunction {
    pub name: &'static str,
    pub parameters: &'static [Type],
    pub result: Type,
    pub call: BuiltinCall,
}

/// How generated code calls it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BuiltinCall {
    /// `nts_std_sha256_hex`: a borrowed string to an owned one.
    Sha256Hex,
    /// `nts_timers_sleep_ms`: whole milliseconds to a status.
    SleepMs,
}

static BUILTINS: [Builtin; 2] = [
    Builtin {
        specifier: "node:crypto",
        feature: Feature::Crypto,
        functions: &[BuiltinFunction {
            name: "sha256Hex",
            parameters: &[Type::String],
            result: Type::String,
            call: BuiltinCall::Sha256Hex,
        }],
    },
    Builtin {
        specifier: "node:timers/promises",
        feature: Feature::Timers,
        functions: &[BuiltinFunction {
            name: "sleepMs",
            parameters: &[Type::Number],
            result: Type::Void,
            call: BuiltinCall::SleepMs,
        }],
    },
];

/// The builtin module that an import names, if it is one.
#[must_use]
pub fn builtin(specifier: &str) -> Option<&'static Builtin> {
    BUILTINS.iter().find(|builtin| builtin.specifier == specifier)
}

/// Every builtin module, for tables and for help.
#[must_use]
pub fn builtins() -> &'static [Builtin] {
    &BUILTINS
}
