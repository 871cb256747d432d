//! Speaks cargo: what a workspace holds, running a build, and reading what the build left.
//!
//! Nothing outside this folder starts a process or knows the layout of cargo's target directory.

pub(crate) mod build_script;
pub(crate) mod dep_info;
pub(crate) mod invoke;
pub(crate) mod listing;
pub(crate) mod messages;
pub(crate) mod metadata;
pub(crate) mod own_place;
mod process;
pub(crate) mod rustflags;
pub(crate) mod scan;
pub(crate) mod unit_files;
pub(crate) mod units;
