//! The functions of the native archives that generated code calls: names and types, as their headers say.

use cranelift_codegen::ir::types::{F64, I8, I32, I64, INVALID};
use cranelift_codegen::ir::{AbiParam, Signature, Type};
use cranelift_codegen::isa::CallConv;

use crate::language::interface::Type as ValueType;

/// Pointers are 64 bits wide on every machine that the code generator knows.
pub(super) const POINTER: Type = I64;

macro_rules! natives {
    ($($name:ident = $symbol:literal ($($parameter:ident),*) $(-> $result:ident)?;)*) => {
        /// One of them.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(super) enum Native { $($name),* }

        impl Native {
            pub(super) const COUNT: usize = [$(Native::$name),*].len();

            pub(super) fn symbol(self) -> &'static str {
                match self { $(Native::$name => $symbol),* }
            }

            pub(super) fn signature(self, convention: CallConv) -> Signature {
                let mut signature = Signature::new(convention);
                let (parameters, result): (&[Type], Option<Type>) = match self {
                    $(Native::$name => (&[$($parameter),*], natives!(@result $($result)?))),*
                };
                signature.params.extend(parameters.iter().copied().map(AbiParam::new));
                signature.returns.extend(result.map(AbiParam::new));
                signature
            }
        }
    };
    (@result) => { None };
    (@result $result:ident) => { Some($result) };
}

natives! {
    StringTable = "nts_rt_string_table" (POINTER, POINTER, I64, POINTER);
    StringRetain = "nts_rt_string_retain" (POINTER) -> POINTER;
    StringFree = "nts_rt_string_free" (POINTER);
    StringConcat = "nts_rt_string_concat" (POINTER, POINTER) -> POINTER;
    StringAppend = "nts_rt_string_append" (POINTER, POINTER) -> POINTER;
    StringEquals = "nts_rt_string_equals" (POINTER, POINTER) -> I32;
    StringCompare = "nts_rt_string_compare" (POINTER, POINTER) -> I32;
    StringByteLength = "nts_rt_string_byte_length" (POINTER) -> I64;
    NumberToString = "nts_rt_number_to_string" (F64) -> POINTER;
    NumberPower = "nts_rt_number_power" (F64, F64) -> F64;
    NumberRemainder = "nts_rt_number_remainder" (F64, F64) -> F64;
    BooleanToString = "nts_rt_boolean_to_string" (I32) -> POINTER;
    ConsoleLog = "nts_rt_console_log" (POINTER);
    ConsoleLogValues = "nts_rt_console_log_values" (POINTER, I64);
    Run = "nts_rt_run" (POINTER, POINTER);
    StackLimit = "nts_rt_stack_limit" () -> I64;
    Fail = "nts_rt_fail" (POINTER, I64);
    Exit = "nts_rt_exit" (I32);
    Sha256Hex = "nts_std_sha256_hex" (POINTER) -> POINTER;
    AsyncEnter = "nts_std_async_enter" (POINTER, POINTER) -> I32;
    SleepMs = "nts_timers_sleep_ms" (I64) -> I32;
}

/// How a value is held in registers.
pub(super) fn ir_type(ty: ValueType) -> Type {
    match ty {
        ValueType::Number => F64,
        ValueType::Boolean => I8,
        ValueType::String => POINTER,
        ValueType::Void => INVALID,
    }
}
