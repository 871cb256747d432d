//! The C ABI: each function checks nothing, converts its pointers, and calls the safe module that does the work.
//!
//! Pointers follow one rule, stated for C in `include/nativets_runtime.h`. *Owned* (`*mut NtsString`):
//! one count of a shared string, given back exactly once with [`nts_rt_string_free`]. *Borrowed*
//! (`*const NtsString`): a live string that the call only looks at. Nothing is checked at run time,
//! because the caller is compiled code whose compiler keeps the rule; the cost is that a wrong pointer
//! is undefined behaviour, as in C. A panic cannot leave these functions: it ends the process.
#![expect(unsafe_code, reason = "a C ABI: exported symbols and raw pointers")]

#[cfg(feature = "full")]
use crate::heap::{self, NtsHeapStats};
use crate::string::NtsString;
use crate::{console, number};
use std::ffi::c_char;
use std::sync::Arc;

fn owned(string: NtsString) -> *mut NtsString {
    Arc::into_raw(Arc::new(string)).cast_mut()
}

/// # Safety
/// `string` is borrowed, and stays alive for `'a`.
unsafe fn borrowed<'a>(string: *const NtsString) -> &'a NtsString {
    // SAFETY: a borrowed pointer came from `owned` and its string is alive.
    unsafe { &*string }
}

/// The version of this archive, `major.minor.patch`, NUL-terminated, alive for ever.
#[unsafe(no_mangle)]
pub extern "C" fn nts_rt_version() -> *const c_char {
    concat!(env!("CARGO_PKG_VERSION"), "\0").as_ptr().cast()
}

/// Makes an owned string of `len` bytes of UTF-8; each ill-formed sequence becomes U+FFFD.
///
/// # Safety
/// `bytes` points to `len` readable bytes; it may be null when `len` is 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nts_rt_string_from_bytes(bytes: *const u8, len: usize) -> *mut NtsString {
    if len == 0 {
        return owned(NtsString::new(""));
    }
    // SAFETY: `len` is not 0, so the caller promises `len` readable bytes.
    owned(NtsString::from_bytes(unsafe { std::slice::from_raw_parts(bytes, len) }))
}

/// Gives another owned pointer to the same string; no text is copied.
///
/// # Safety
/// `string` is borrowed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nts_rt_string_retain(string: *const NtsString) -> *mut NtsString {
    // SAFETY: a borrowed pointer came from `owned`, that is from `Arc::into_raw`, and is alive.
    unsafe { Arc::increment_strong_count(string) };
    string.cast_mut()
}

/// Gives an owned string back. Null is ignored.
///
/// # Safety
/// `string` is null or owned, and is not used by this owner again.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nts_rt_string_free(string: *mut NtsString) {
    if !string.is_null() {
        // SAFETY: an owned pointer came from `owned`, that is from `Arc::into_raw`, and stands for one count.
        drop(unsafe { Arc::from_raw(string.cast_const()) });
    }
}

/// Makes an owned string of `left` followed by `right`.
///
/// # Safety
/// Both are borrowed; they may be the same.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nts_rt_string_concat(
    left: *const NtsString,
    right: *const NtsString,
) -> *mut NtsString {
    // SAFETY: borrowed, and alive through this call.
    let left = unsafe { borrowed(left) };
    // SAFETY: as above.
    let right = unsafe { borrowed(right) };
    owned(NtsString::concat(left, right))
}

/// TypeScript's `===` on strings: 1 if both hold the same text, else 0.
///
/// # Safety
/// Both are borrowed; they may be the same.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nts_rt_string_equals(
    left: *const NtsString,
    right: *const NtsString,
) -> i32 {
    // SAFETY: borrowed, and alive through this call.
    let left = unsafe { borrowed(left) };
    // SAFETY: as above.
    let right = unsafe { borrowed(right) };
    i32::from(left.as_str() == right.as_str())
}

/// TypeScript's `length`, in UTF-16 code units.
///
/// # Safety
/// `string` is borrowed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nts_rt_string_length(string: *const NtsString) -> usize {
    // SAFETY: borrowed, and alive through this call.
    unsafe { borrowed(string) }.utf16_units()
}

/// How many bytes [`nts_rt_string_bytes`] points to.
///
/// # Safety
/// `string` is borrowed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nts_rt_string_byte_length(string: *const NtsString) -> usize {
    // SAFETY: borrowed, and alive through this call.
    unsafe { borrowed(string) }.as_str().len()
}

/// The text, as UTF-8 without a closing NUL; valid until the string's last owner frees it. Never null.
///
/// # Safety
/// `string` is borrowed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nts_rt_string_bytes(string: *const NtsString) -> *const u8 {
    // SAFETY: borrowed, and alive through this call.
    unsafe { borrowed(string) }.as_str().as_ptr()
}

/// Makes an owned string that shows `value` as JavaScript does.
#[unsafe(no_mangle)]
pub extern "C" fn nts_rt_number_to_string(value: f64) -> *mut NtsString {
    owned(NtsString::new(number::to_string(value)))
}

/// Makes an owned `"false"` for 0, `"true"` for anything else.
///
/// An `int`, not C's `bool`: a code generator then needs no rule about what the upper bits hold.
#[unsafe(no_mangle)]
pub extern "C" fn nts_rt_boolean_to_string(value: i32) -> *mut NtsString {
    owned(NtsString::new(if value == 0 { "false" } else { "true" }))
}

/// `console.log` of one string: the text and a line end, buffered until a flush or exit.
///
/// # Safety
/// `string` is borrowed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nts_rt_console_log(string: *const NtsString) {
    // SAFETY: borrowed, and alive through this call.
    console::log_line(unsafe { borrowed(string) }.as_str());
}

/// Writes buffered output; 0, or 1 if some of what was logged could not be written.
#[unsafe(no_mangle)]
pub extern "C" fn nts_rt_flush() -> i32 {
    i32::from(console::flush().is_err())
}

/// Writes buffered output and ends the process; lost output turns a `code` of 0 into 1.
#[unsafe(no_mangle)]
pub extern "C" fn nts_rt_exit(code: i32) -> ! {
    let lost = nts_rt_flush();
    std::process::exit(if code == 0 { lost } else { code })
}

/// Fills `stats` with the counts of strings so far.
///
/// # Safety
/// `stats` points to a writable, aligned `NtsHeapStats`.
#[cfg(feature = "full")]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nts_rt_heap_stats(stats: *mut NtsHeapStats) {
    // SAFETY: the caller promises that it may be written.
    unsafe { stats.write(heap::stats()) };
}

/// Writes the counts and every live string to standard error.
#[cfg(feature = "full")]
#[unsafe(no_mangle)]
pub extern "C" fn nts_rt_heap_dump() {
    use std::io::Write;
    // A debugging aid has nobody to tell that standard error is closed.
    let _ = std::io::stderr().write_all(heap::dump().as_bytes());
}
