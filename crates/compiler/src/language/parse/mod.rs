//! Text to syntax: `oxc_parser` reads it, and what it read is lowered at once to the subset's own tree.
//!
//! Everything that the language does not have is told here, all of it in one go; later passes meet only
//! what they know. oxc's tree and its arena are gone when this returns.

mod depth;
mod exports;
mod expressions;
mod lower;
mod module;
mod statements;
mod unsupported;

use oxc_allocator::Allocator;
use oxc_diagnostics::OxcDiagnostic;
use oxc_parser::{ParseOptions, Parser};
use oxc_span::SourceType;

use super::diagnostic::{Diagnostic, Diagnostics};
use super::syntax::Syntax;
use lower::Lowering;

/// Reads one module by itself.
///
/// # Errors
/// What is wrong with it, in the order of the text: its syntax, or what the language does not have.
pub fn parse(text: &str) -> Result<Syntax, Vec<Diagnostic>> {
    depth::check_nesting(text).map_err(|diagnostic| vec![diagnostic])?;
    let allocator = Allocator::default();
    let options = ParseOptions { preserve_parens: false, ..ParseOptions::default() };
    let source_type = SourceType::ts().with_module(true);
    let parsed = Parser::new(&allocator, text, source_type).with_options(options).parse();
    let mut diagnostics = Diagnostics::default();
    for error in parsed.errors {
        diagnostics.push(syntax_error(&error, text.len() as u32));
    }
    let mut lowering = Lowering::new(text, diagnostics);
    lowering.module(&parsed.program);
    lowering.finish()
}

fn syntax_error(error: &OxcDiagnostic, text_length: u32) -> Diagnostic {
    let label = error.labels.as_ref().and_then(|labels| labels.first());
    let span = label.map_or(0..0, |label| {
        let start = (label.offset() as u32).min(text_length);
        start..start.saturating_add(label.len() as u32).min(text_length)
    });
    let diagnostic = Diagnostic::new(span, error.message.clone());
    match &error.help {
        Some(help) => diagnostic.with_help(help.clone()),
        None => diagnostic,
    }
}
