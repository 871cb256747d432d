//! Fixtures, floors and the measuring of whole processes: what benchmarks are made of.
//!
//! Fixtures are deterministic, built on demand and never checked in. Nothing here knows what it measures
//! from the inside: the programs are driven as processes, like everyone else's.

pub mod dep_wide;
pub mod document;
pub mod floors;
pub mod inputs;
pub mod machine;
pub mod measure;
pub mod peers;
pub mod plot;
pub mod real_workspace;
pub mod rust_twin;
pub mod scene;
pub mod section;
pub mod table;

pub use inputs::write_inputs;
