//! The C ABI: each function converts its pointers and calls the safe module that does the work.
//!
//! Owned and borrowed strings are as in `nativets-runtime`'s ABI. Nothing is checked at run time: a
//! wrong pointer is undefined behaviour, as in C. A panic cannot leave these functions: it ends the
//! process.
#![expect(unsafe_code, reason = "a C ABI: exported symbols and raw pointers")]

#[cfg(feature = "async-runtime")]
use crate::async_runtime;
#[cfg(feature = "crypto")]
use crate::crypto;
#[cfg(feature = "regex")]
use crate::pattern::NtsRegex;
use crate::text;
use nativets_runtime::NtsString;
#[cfg(feature = "async-runtime")]
use std::ffi::c_void;

/// Bit of [`nts_std_features`]: `nts_std_sha256_hex` is there.
pub const NTS_STD_CRYPTO: u32 = 1 << 0;
/// Bit of [`nts_std_features`]: `nts_std_regex_*` are there.
pub const NTS_STD_REGEX: u32 = 1 << 1;
/// Bit of [`nts_std_features`]: `nts_std_async_enter` is there.
pub const NTS_STD_ASYNC_RUNTIME: u32 = 1 << 2;

/// What this archive was built with: a set of `NTS_STD_*` bits.
#[unsafe(no_mangle)]
pub extern "C" fn nts_std_features() -> u32 {
    let bit = |built_in: bool, bit: u32| if built_in { bit } else { 0 };
    bit(cfg!(feature = "crypto"), NTS_STD_CRYPTO)
        | bit(cfg!(feature = "regex"), NTS_STD_REGEX)
        | bit(cfg!(feature = "async-runtime"), NTS_STD_ASYNC_RUNTIME)
}

/// TypeScript's `toUpperCase`: Unicode's default mapping, whatever the locale.
///
/// # Safety
/// `string` is borrowed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nts_std_string_to_upper_case(string: *const NtsString) -> *mut NtsString {
    // SAFETY: borrowed, and alive through this call.
    text::owned(&unsafe { text::borrowed(string) }.to_uppercase())
}

/// TypeScript's `toLowerCase`: Unicode's default mapping, whatever the locale.
///
/// # Safety
/// `string` is borrowed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nts_std_string_to_lower_case(string: *const NtsString) -> *mut NtsString {
    // SAFETY: borrowed, and alive through this call.
    text::owned(&unsafe { text::borrowed(string) }.to_lowercase())
}

/// Makes an owned string of the SHA-256 of the text's UTF-8 bytes, in lower-case hexadecimal.
///
/// # Safety
/// `string` is borrowed.
#[cfg(feature = "crypto")]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nts_std_sha256_hex(string: *const NtsString) -> *mut NtsString {
    // SAFETY: borrowed, and alive through this call.
    text::owned(&crypto::sha256_hex(unsafe { text::borrowed(string) }.as_bytes()))
}

/// Compiles a pattern with flags out of `gimsu`; null if either is not supported. Give it back once, with
/// [`nts_std_regex_free`].
///
/// # Safety
/// Both are borrowed.
#[cfg(feature = "regex")]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nts_std_regex_compile(
    pattern: *const NtsString,
    flags: *const NtsString,
) -> *mut NtsRegex {
    // SAFETY: borrowed, and alive through this call.
    let pattern = unsafe { text::borrowed(pattern) };
    // SAFETY: as above.
    let flags = unsafe { text::borrowed(flags) };
    NtsRegex::compile(pattern, flags)
        .map_or(std::ptr::null_mut(), |regex| Box::into_raw(Box::new(regex)))
}

/// Gives a compiled pattern back. Null is ignored.
///
/// # Safety
/// `regex` is null or came from [`nts_std_regex_compile`], and is not used again.
#[cfg(feature = "regex")]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nts_std_regex_free(regex: *mut NtsRegex) {
    if !regex.is_null() {
        // SAFETY: it came from `Box::into_raw` and is given back once.
        drop(unsafe { Box::from_raw(regex) });
    }
}

/// 1 if the pattern matches anywhere in `string`, else 0.
///
/// # Safety
/// `regex` is a live compiled pattern, `string` is borrowed.
#[cfg(feature = "regex")]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nts_std_regex_test(
    regex: *const NtsRegex,
    string: *const NtsString,
) -> i32 {
    // SAFETY: alive through this call.
    let regex = unsafe { &*regex };
    // SAFETY: borrowed, and alive through this call.
    i32::from(regex.test(unsafe { text::borrowed(string) }))
}

/// Makes an owned string with the first match replaced, or all of them if the flags had `g`.
/// `template` may say `$$`, `$&`, `$1` to `$99`.
///
/// # Safety
/// `regex` is a live compiled pattern, the strings are borrowed.
#[cfg(feature = "regex")]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nts_std_regex_replace(
    regex: *const NtsRegex,
    string: *const NtsString,
    template: *const NtsString,
) -> *mut NtsString {
    // SAFETY: alive through this call.
    let regex = unsafe { &*regex };
    // SAFETY: borrowed, and alive through this call.
    let string = unsafe { text::borrowed(string) };
    // SAFETY: as above.
    let template = unsafe { text::borrowed(template) };
    text::owned(&regex.replace(string, template))
}

/// Calls `task(data)` on this thread, inside the process-wide async runtime, and returns after it has:
/// 0, or 1 if the runtime could not be started and `task` was not called.
///
/// # Safety
/// `task` may be called with `data`.
#[cfg(feature = "async-runtime")]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nts_std_async_enter(
    task: unsafe extern "C" fn(data: *mut c_void),
    data: *mut c_void,
) -> i32 {
    // SAFETY: the caller promises it.
    let entered = async_runtime::enter(|| unsafe { task(data) });
    i32::from(entered.is_none())
}
