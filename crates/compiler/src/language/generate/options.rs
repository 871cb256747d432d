//! What objects depend on besides their module: the machine, and how much work to put into them.

use cranelift_codegen::isa::OwnedTargetIsa;
use cranelift_codegen::settings::{self, Configurable};

use super::GenerateError;
use crate::language::interface::{push_count, push_text};

/// How much work to put into generated code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub enum OptLevel {
    /// None: the quickest compile.
    None,
    /// Fast code.
    #[default]
    Speed,
}

impl OptLevel {
    fn as_str(self) -> &'static str {
        match self {
            OptLevel::None => "none",
            OptLevel::Speed => "speed",
        }
    }

    fn register_allocation(self) -> &'static str {
        match self {
            OptLevel::None => "single_pass",
            OptLevel::Speed => "backtracking",
        }
    }
}

/// How to generate code on this machine: made once, used for every module, on any thread.
#[derive(Clone)]
pub struct Options {
    pub(super) isa: OwnedTargetIsa,
}

impl Options {
    /// For the machine that this runs on, with the instructions that it has.
    ///
    /// # Errors
    /// Where this machine is one that no code can be made for.
    pub fn new(opt: OptLevel) -> Result<Self, GenerateError> {
        let unsupported = |reason: &dyn std::fmt::Display| {
            GenerateError::Machine(format!("cannot generate code for this machine: {reason}"))
        };
        let mut flags = settings::builder();
        // Programs are linked as position-independent executables. Nothing unwinds.
        let settings = [
            ("opt_level", opt.as_str()),
            ("regalloc_algorithm", opt.register_allocation()),
            ("is_pic", "true"),
            ("unwind_info", "false"),
            ("enable_verifier", if cfg!(debug_assertions) { "true" } else { "false" }),
        ];
        for (name, value) in settings {
            flags.set(name, value).map_err(|error| unsupported(&error))?;
        }
        let isa = cranelift_native::builder().map_err(|reason| unsupported(&reason))?;
        let isa = isa.finish(settings::Flags::new(flags)).map_err(|error| unsupported(&error))?;
        Ok(Self { isa })
    }

    /// Everything about them that objects depend on, the processor's features included: equal bytes mean
    /// equal options.
    #[must_use]
    pub fn fingerprint_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        push_text(&mut bytes, &self.isa.triple().to_string());
        let isa_flags = self.isa.isa_flags();
        push_count(&mut bytes, isa_flags.len());
        for value in self.isa.flags().iter().chain(isa_flags) {
            // Whether the generator checks itself changes no code.
            if value.name != "enable_verifier" {
                push_text(&mut bytes, value.name);
                push_text(&mut bytes, &value.value_string());
            }
        }
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::{OptLevel, Options};

    #[test]
    fn levels_differ_in_their_fingerprints() {
        let bytes = |opt| Options::new(opt).unwrap().fingerprint_bytes();
        assert_eq!(bytes(OptLevel::Speed), bytes(OptLevel::Speed));
        assert_ne!(bytes(OptLevel::Speed), bytes(OptLevel::None));
    }
}
