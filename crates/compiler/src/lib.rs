//! The reference compiler: a typed subset of TypeScript to native programs.

pub mod language;
