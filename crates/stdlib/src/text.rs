//! The crossing between `nativets-runtime`'s strings and Rust's.
//!
//! Only the runtime's C functions are called, though its crate is a plain dependency: what their names
//! stand for is decided by the link, so strings made here and freed there always meet the same code,
//! even where the two archives were built with different features of the runtime (`full` gives a string
//! another layout). Calling its Rust functions would bind this archive to the copy it was built with.
//! The cost is a call that the optimiser cannot see into.
#![expect(unsafe_code, reason = "the runtime's strings come as raw pointers")]

use nativets_runtime::{
    NtsString, nts_rt_string_byte_length, nts_rt_string_bytes, nts_rt_string_from_bytes,
};

/// The text of a borrowed string.
///
/// # Safety
/// `string` is a live string of the runtime, and stays alive for `'a`.
pub(crate) unsafe fn borrowed<'a>(string: *const NtsString) -> &'a str {
    // SAFETY: the caller passes a live string.
    let bytes = unsafe { nts_rt_string_bytes(string) };
    // SAFETY: as above.
    let len = unsafe { nts_rt_string_byte_length(string) };
    // SAFETY: the runtime gives the start and length of one text, which lives as long as the string.
    let bytes = unsafe { std::slice::from_raw_parts(bytes, len) };
    // SAFETY: the runtime holds UTF-8 only.
    unsafe { std::str::from_utf8_unchecked(bytes) }
}

/// Makes an owned string of the runtime.
pub(crate) fn owned(text: &str) -> *mut NtsString {
    // SAFETY: pointer and length of one slice.
    unsafe { nts_rt_string_from_bytes(text.as_ptr(), text.len()) }
}
