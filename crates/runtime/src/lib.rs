//! The runtime of compiled TypeScript programs, as a native archive with a C ABI.
//!
//! Strings, JavaScript's numbers and how they are shown, a buffered console, the way in and the way out.
//! `include/nativets_runtime.h` is the contract; `abi.rs` implements it and is the only file with
//! `unsafe` code.
//!
//! # Linking several archives
//!
//! Each of our static libraries is complete: besides its own objects it holds those of its
//! dependencies, of Rust's standard library, and the shim that names the allocator. A program that
//! links two of them has nearly everything twice on its command line, and yet nothing is defined twice:
//! a linker takes a member out of an archive only for a symbol that is still undefined. That suffices
//! while a member is either wanted whole or not at all, which rests on four things:
//!
//! 1. *Equal names are equal members.* One cargo invocation compiles each crate once, so the copies in
//!    its archives are the same bytes. The standard library is prebuilt, so its copies are the same for
//!    all that one toolchain builds. The allocator's shim is made anew for each archive, always in a
//!    member of its own with the same five symbols.
//! 2. *One crate defines each C symbol*, under the prefix of its archive. Beside these only std, which is
//!    one member, has a global symbol whose name no crate's hash makes unique, `rust_eh_personality`;
//!    those of `compiler_builtins` are hidden, and nearly each a member of its own.
//! 3. *No archive is the result of LTO*, which merges std and all dependencies into a member that
//!    overlaps with everybody's. cargo applies none to a package that also makes an `rlib`, so all of
//!    ours do, and `lto = true` in a profile does no harm.
//! 4. *Archives call each other through C functions only*, as `nativets-stdlib` calls this crate, so it
//!    does not matter whose copy of this crate a link takes.
//!
//! Then the order of the archives does not matter and no `--start-group` is needed. `nativets-stdlib`'s
//! archive contains this one's objects: naming both is redundant, and harmless.
//!
//! What happens otherwise, seen with rustc 1.95 on x86-64 Linux with GNU ld: the rows of one invocation
//! in every order, and with gold and lld too. `tests/native_archives.rs` repeats those marked *.
//!
//! | archives | outcome |
//! | --- | --- |
//! | one invocation* (dev, release, one codegen unit, incremental, `panic = "abort"`) | links and runs |
//! | one invocation, profile with LTO* (fat, thin) | links and runs |
//! | the same, where one package makes a `staticlib` alone | fat: `rust_eh_personality` and others defined twice; thin: hundreds |
//! | two invocations with the same features, profile and toolchain | the same bytes, so as one; nothing promises it |
//! | two invocations, tokio with other features* or another profile | two tokios: the wrapper finds no runtime, and says so |
//! | two invocations, this crate with another feature, its archive first* | one runtime, the first archive's |
//! | the same, `nativets-stdlib`'s archive first* | `nts_rt_…` defined twice, once a symbol is asked for that only one has |
//! | two toolchains | `rust_eh_personality` defined twice, once both archives are needed |
//! | `--whole-archive` for two archives | thousands of symbols defined twice |
//! | `-C linker-plugin-lto` | members are bitcode: GNU ld does not know the format, the toolchain's own lld links it |
//!
//! Every wrong mixture either fails to link or says at run time what it lacks. The libraries of the
//! system that a link needs are what `rustc --crate-type staticlib --print native-static-libs` says; our
//! dependencies add none. On Linux: `-lgcc_s -lutil -lrt -lpthread -lm -ldl -lc`.

mod abi;
mod console;
mod format;
#[cfg(feature = "full")]
mod heap;
mod inspect;
mod number;
mod power;
mod process;
mod string;

pub use abi::*;
#[cfg(feature = "full")]
pub use heap::NtsHeapStats;
pub use string::NtsString;
