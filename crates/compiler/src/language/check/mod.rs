//! Names and types.
//!
//! The module's own statements come first, in order, because they say the types of the variables that
//! functions use; then each function. What a function does is noted on the way (`order.rs`), so that
//! afterwards it is known which variables a function may meet too early, and which functions recurse.

mod expressions;
mod imports;
mod operators;
mod order;
mod scope;
mod statements;

use std::collections::BTreeSet;

use super::builtin::{Builtin, BuiltinFunction, Feature};
use super::diagnostic::{Diagnostic, Diagnostics};
use super::interface::{Interface, Type};
use super::syntax::{ExpressionId, FunctionId, Name, Span, Syntax, VariableId};
use imports::Imported;
use order::Order;
use scope::Scopes;
use statements::Flow;

/// One import, resolved.
#[derive(Debug, Clone, Copy)]
pub struct Resolved<'a> {
    /// As the import says it.
    pub specifier: &'a str,
    /// What it leads to.
    pub target: Target<'a>,
}

/// What an import leads to.
#[derive(Debug, Clone, Copy)]
pub enum Target<'a> {
    /// Another module of the program.
    Module {
        /// Its path relative to the entry's directory, with `/`.
        id: &'a str,
        /// What it exports.
        interface: &'a Interface,
    },
    /// Native code.
    Builtin(&'static Builtin),
}

/// A module that is known to be right.
#[derive(Debug)]
pub struct Checked {
    pub(crate) syntax: Syntax,
    pub(crate) id: String,
    /// By expression.
    pub(crate) types: Vec<Type>,
    /// By expression: what the name in it stands for, if there is one.
    pub(crate) references: Vec<Option<Reference>>,
    /// By expression.
    pub(crate) effects: Vec<Effects>,
    /// By variable.
    pub(crate) variables: Vec<VariableFacts>,
    /// By function: it may be called again before it returns.
    pub(crate) recursive: Vec<bool>,
    pub(crate) imported: Vec<Imported>,
    features: BTreeSet<Feature>,
}

impl Checked {
    /// What the program then needs of the native archives.
    #[must_use]
    pub fn features(&self) -> &BTreeSet<Feature> {
        &self.features
    }

    pub(crate) fn ty(&self, id: ExpressionId) -> Type {
        self.types[id.0 as usize]
    }

    pub(crate) fn variable(&self, id: VariableId) -> &VariableFacts {
        &self.variables[id.0 as usize]
    }
}

/// What a name stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reference {
    Variable(VariableId),
    Function(FunctionId),
    /// An index of [`Checked::imported`].
    Imported(u32),
    Builtin(&'static BuiltinFunction),
    NotANumber,
    Infinity,
}

/// What evaluating an expression may change under the feet of its neighbours.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Effects {
    /// It assigns to a variable itself.
    pub assigns: bool,
    /// It calls a function of this module, which may assign to the module's variables. Functions of
    /// others cannot: imports have no cycles.
    pub calls: bool,
}

impl Effects {
    pub(crate) fn and(self, other: Self) -> Self {
        Self { assigns: self.assigns | other.assigns, calls: self.calls | other.calls }
    }
}

/// What is known of a variable in the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct VariableFacts {
    pub ty: Type,
    /// It belongs to the module and is seen by functions or importers, so it lives in memory.
    pub global: bool,
    /// A function may run before it has a value.
    pub guarded: bool,
    /// It is given another value somewhere, after that of its declaration.
    pub assigned: bool,
}

/// Resolves every name and finds every type. `id` is the module's path relative to the entry's directory.
///
/// # Errors
/// What is wrong with the module, in the order of its text.
pub fn check(
    syntax: Syntax,
    id: &str,
    imports: &[Resolved<'_>],
) -> Result<Checked, Vec<Diagnostic>> {
    let mut checker = Checker::new(&syntax);
    checker.declare_imports(imports);
    checker.module();
    let Checker { found, order, diagnostics, imported, features, .. } = checker;
    if !diagnostics.is_empty() {
        return Err(diagnostics.into_sorted());
    }
    let Found { types, references, effects, variables, assigned } = found;
    let variables = order.variable_facts(&syntax, &variables, &assigned);
    let recursive = order.recursive();
    // Only what was told as an error has no type, and there was none.
    let types = types.into_iter().map(|ty| ty.unwrap_or(Type::Void)).collect();
    let id = id.to_owned();
    Ok(Checked { syntax, id, types, references, effects, variables, recursive, imported, features })
}

/// What is found out by and by. A type is absent where it cannot be known because of an error.
struct Found {
    types: Vec<Option<Type>>,
    references: Vec<Option<Reference>>,
    effects: Vec<Effects>,
    variables: Vec<Option<Type>>,
    assigned: Vec<bool>,
}

struct Checker<'a> {
    syntax: &'a Syntax,
    found: Found,
    scopes: Scopes,
    order: Order,
    flow: Flow,
    /// None while the module's own statements are checked.
    function: Option<FunctionId>,
    imported: Vec<Imported>,
    features: BTreeSet<Feature>,
    diagnostics: Diagnostics,
}

impl<'a> Checker<'a> {
    fn new(syntax: &'a Syntax) -> Self {
        let expressions = syntax.expressions.len();
        let found = Found {
            types: vec![None; expressions],
            references: vec![None; expressions],
            effects: vec![Effects::default(); expressions],
            variables: vec![None; syntax.variables.len()],
            assigned: vec![false; syntax.variables.len()],
        };
        Self {
            syntax,
            found,
            scopes: Scopes::new(syntax.names.len()),
            order: Order::new(syntax),
            flow: Flow::default(),
            function: None,
            imported: Vec::new(),
            features: BTreeSet::new(),
            diagnostics: Diagnostics::default(),
        }
    }

    fn text(&self, name: Name) -> &'a str {
        self.syntax.names.text(name)
    }

    fn error(&mut self, span: &Span, message: impl Into<String>) {
        self.diagnostics.push(Diagnostic::new(span.clone(), message));
    }

    fn error_with_help(
        &mut self,
        span: &Span,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.diagnostics.push(Diagnostic::new(span.clone(), message).with_help(help));
    }

    fn module(&mut self) {
        let syntax = self.syntax;
        for (index, function) in syntax.functions.iter().enumerate() {
            let binding = Reference::Function(FunctionId(index as u32));
            self.declare(function.name, &function.span, binding);
        }
        self.declare_all(&syntax.body);
        self.statements(&syntax.body);
        for index in 0..syntax.functions.len() {
            self.check_function(FunctionId(index as u32));
        }
    }

    fn check_function(&mut self, id: FunctionId) {
        let function = &self.syntax.functions[id.0 as usize];
        self.function = Some(id);
        self.flow = Flow::default();
        self.scopes.enter();
        for parameter in &function.parameters {
            let variable = self.syntax.variable(*parameter);
            self.found.variables[parameter.0 as usize] = variable.annotation;
            self.declare(variable.name, &variable.span, Reference::Variable(*parameter));
            self.scopes.initialise(*parameter);
        }
        // One scope for the parameters and the body, as in JavaScript: the names must differ.
        self.declare_all(&function.body);
        let falls_through = self.statements(&function.body);
        self.scopes.leave();
        self.function = None;
        if falls_through && function.result != Type::Void {
            let (name, result) = (self.text(function.name), function.result);
            let message = format!(
                "`{name}` returns `{result}`, but its end can be reached without a `return`"
            );
            self.error_with_help(&function.end, message, "return a value on every path");
        }
    }
}
