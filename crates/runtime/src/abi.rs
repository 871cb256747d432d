//! The C ABI: each function checks nothing, converts its pointers, and calls the safe module that does the work.
//!
//! Pointers follow one rule, stated for C in `include/nativets_runtime.h`. *Owned* (`*mut NtsString`):
//! one count of a shared string, given back exactly once with [`nts_rt_string_free`]. *Borrowed*
//! (`*const NtsString`): a live string that the call only looks at. Nothing is checked at run time,
//! because the caller is compiled code whose compiler keeps the rule; the cost is that a wrong pointer
//! is undefined behaviour, as in C. A panic cannot leave these functions: it ends the process.
#![expect(unsafe_code, reason = "a C ABI: exported symbols and raw pointers")]

use crate::format::{self, Value};
#[cfg(feature = "full")]
use crate::heap::{self, NtsHeapStats};
use crate::string::{LENGTH_AT_MOST, NtsString};
use crate::{console, number, power, process};
use std::cmp::Ordering;
use std::ffi::{c_char, c_void};
use std::mem::MaybeUninit;
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

/// Ends the program where a string would become too long, as Node.js does.
fn require_fit(left: &NtsString, right: &NtsString) {
    if !NtsString::fit_into(LENGTH_AT_MOST, left, right) {
        process::fail("RangeError: Invalid string length");
    }
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
    require_fit(left, right);
    owned(NtsString::concat(left, right))
}

/// As [`nts_rt_string_concat`], but `left` is given away: its memory serves for the result where no other
/// owner has it.
///
/// # Safety
/// `left` is owned and not used by this owner again; `right` is borrowed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nts_rt_string_append(
    left: *mut NtsString,
    right: *const NtsString,
) -> *mut NtsString {
    // SAFETY: an owned pointer came from `owned`, that is from `Arc::into_raw`, and stands for one count.
    let mut left = unsafe { Arc::from_raw(left.cast_const()) };
    if std::ptr::eq(Arc::as_ptr(&left), right) {
        // It must not grow while it is read.
        require_fit(&left, &left);
        return owned(NtsString::concat(&left, &left));
    }
    // SAFETY: borrowed, alive through this call, and another string than `left`.
    let right = unsafe { borrowed(right) };
    require_fit(&left, right);
    NtsString::append(&mut left, right);
    Arc::into_raw(left).cast_mut()
}

/// TypeScript's `<` on strings, by UTF-16 code units: negative, 0 or positive as `left` is before, equal to
/// or after `right`.
///
/// # Safety
/// Both are borrowed; they may be the same.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nts_rt_string_compare(
    left: *const NtsString,
    right: *const NtsString,
) -> i32 {
    // SAFETY: borrowed, and alive through this call.
    let left = unsafe { borrowed(left) };
    // SAFETY: as above.
    let right = unsafe { borrowed(right) };
    match NtsString::compare(left, right) {
        Ordering::Less => -1,
        Ordering::Equal => 0,
        Ordering::Greater => 1,
    }
}

/// Makes `count` owned strings of one text, the first from its beginning to `ends[0]`, each further one
/// from where the last ended: a module's literals.
///
/// # Safety
/// `text` points to `ends[count - 1]` readable bytes of UTF-8, `ends` to `count` numbers that do not
/// decrease, `strings` to room for `count` pointers.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nts_rt_string_table(
    text: *const u8,
    ends: *const usize,
    count: usize,
    strings: *mut *mut NtsString,
) {
    if count == 0 {
        return;
    }
    // SAFETY: the caller promises `count` numbers.
    let ends = unsafe { std::slice::from_raw_parts(ends, count) };
    // SAFETY: the caller promises so many bytes; the last of numbers that do not decrease is the largest.
    let text = unsafe { std::slice::from_raw_parts(text, ends[count - 1]) };
    // SAFETY: the caller promises room for `count` pointers, in which there may be anything.
    let strings =
        unsafe { std::slice::from_raw_parts_mut(strings.cast::<MaybeUninit<_>>(), count) };
    let mut start = 0;
    for (end, string) in ends.iter().zip(strings) {
        string.write(owned(NtsString::from_bytes(&text[start..*end])));
        start = *end;
    }
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

/// TypeScript's `base ** exponent`, to the last bit as Node.js 20 computes it.
#[unsafe(no_mangle)]
pub extern "C" fn nts_rt_number_power(base: f64, exponent: f64) -> f64 {
    power::power(base, exponent)
}

/// TypeScript's `dividend % divisor`: exact, with the sign of the dividend.
#[unsafe(no_mangle)]
pub extern "C" fn nts_rt_number_remainder(dividend: f64, divisor: f64) -> f64 {
    number::remainder(dividend, divisor)
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

/// The bits of an [`NtsValue`] are those of a `double`.
pub const NTS_NUMBER: u64 = 0;
/// The bits of an [`NtsValue`] are 0 or 1.
pub const NTS_BOOLEAN: u64 = 1;
/// The bits of an [`NtsValue`] are a borrowed pointer to a string.
pub const NTS_STRING: u64 = 2;

/// A value of a type that is only known at run time: an argument of `console.log`.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct NtsValue {
    /// `NTS_NUMBER`, `NTS_BOOLEAN` or `NTS_STRING`.
    pub kind: u64,
    /// What the kind says.
    pub bits: u64,
}

/// `console.log` of any number of values, as Node.js writes them: placeholders such as `%s` in the first,
/// where it is a string and not alone, take the next ones.
///
/// # Safety
/// `values` points to `count` values; it may be null when `count` is 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nts_rt_console_log_values(values: *const NtsValue, count: usize) {
    let values = if count == 0 {
        &[]
    } else {
        // SAFETY: `count` is not 0, so the caller promises `count` values.
        unsafe { std::slice::from_raw_parts(values, count) }
    };
    let values: Vec<_> = values
        .iter()
        .map(|value| match value.kind {
            NTS_NUMBER => Value::Number(f64::from_bits(value.bits)),
            NTS_BOOLEAN => Value::Boolean(value.bits != 0),
            _ => {
                let string = std::ptr::with_exposed_provenance(value.bits as usize);
                // SAFETY: the only other kind says that it is a borrowed pointer.
                Value::Text(unsafe { borrowed(string) }.as_str())
            }
        })
        .collect();
    console::log_line(&format::line(&values));
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

/// Calls `program(data)` on a stack of its own and returns after it has. What is called on another stack
/// cannot tell an endless recursion: see [`nts_rt_stack_limit`].
///
/// # Safety
/// `program` may be called with `data`, on another thread.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nts_rt_run(
    program: unsafe extern "C" fn(data: *mut c_void),
    data: *mut c_void,
) {
    let data = data.expose_provenance();
    process::run(move || {
        // SAFETY: the caller promises it.
        unsafe { program(std::ptr::with_exposed_provenance_mut(data)) };
    });
}

/// The address below which the program's stack must not grow: a function that may call itself compares
/// its stack pointer first, and fails there. 0 outside of [`nts_rt_run`].
#[unsafe(no_mangle)]
pub extern "C" fn nts_rt_stack_limit() -> usize {
    process::stack_limit()
}

/// Writes buffered output, then `len` bytes of message to standard error, and ends the process with 1:
/// what an exception that nobody catches does in Node.js.
///
/// # Safety
/// `message` points to `len` readable bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nts_rt_fail(message: *const u8, len: usize) -> ! {
    // SAFETY: the caller promises it.
    let message = unsafe { std::slice::from_raw_parts(message, len) };
    process::fail(&String::from_utf8_lossy(message))
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
