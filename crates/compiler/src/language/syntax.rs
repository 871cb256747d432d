//! A module as written, owned: what is left of a file once it is known to keep to the subset's syntax.
//!
//! Expressions lie in one table, operands before operators, so that the expressions of one statement are
//! a range of it. Passes that need no order of execution loop over that range; nothing recurses along a
//! sum of a hundred thousand terms, and dropping one costs no stack. Statements are a tree, as deep as
//! the nesting that `parse/depth.rs` admits.

use std::collections::HashMap;
use std::ops::Range;

use super::interface::{Interface, Type};

/// Byte offsets into the text.
pub(crate) type Span = Range<u32>;

/// A module as written. Nothing of other modules is in it.
#[derive(Debug, Default)]
pub struct Syntax {
    pub(crate) names: Names,
    pub(crate) expressions: Vec<Expression>,
    pub(crate) variables: Vec<Variable>,
    pub(crate) functions: Vec<Function>,
    /// The statements of the module itself, in order; functions are not among them.
    pub(crate) body: Vec<Statement>,
    pub(crate) imports: Vec<Import>,
    pub(crate) interface: Interface,
}

impl Syntax {
    /// In the order of the text; the same specifier may occur more than once.
    #[must_use]
    pub fn imports(&self) -> &[Import] {
        &self.imports
    }

    /// What importers can see of it.
    #[must_use]
    pub fn interface(&self) -> &Interface {
        &self.interface
    }

    pub(crate) fn expression(&self, id: ExpressionId) -> &Expression {
        &self.expressions[id.0 as usize]
    }

    pub(crate) fn variable(&self, id: VariableId) -> &Variable {
        &self.variables[id.0 as usize]
    }
}

/// One `import` declaration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Import {
    /// What is imported from, as written.
    pub specifier: String,
    /// Where the specifier stands, quotes included.
    pub span: Range<u32>,
    /// What is imported; nothing where the module is only to be run.
    pub names: Vec<ImportedName>,
}

/// `imported as local`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportedName {
    /// What the other module calls it.
    pub imported: String,
    /// What this module calls it.
    pub local: String,
    /// Where it stands.
    pub span: Range<u32>,
    pub(crate) name: Name,
}

/// An identifier: equal numbers are equal names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Name(pub u32);

/// Every identifier of a module, once.
#[derive(Debug, Default)]
pub(crate) struct Names {
    texts: Vec<Box<str>>,
    by_text: HashMap<Box<str>, Name>,
}

impl Names {
    pub(crate) fn intern(&mut self, text: &str) -> Name {
        if let Some(name) = self.by_text.get(text) {
            return *name;
        }
        let name = Name(self.texts.len() as u32);
        self.texts.push(text.into());
        self.by_text.insert(text.into(), name);
        name
    }

    pub(crate) fn text(&self, name: Name) -> &str {
        &self.texts[name.0 as usize]
    }

    pub(crate) fn find(&self, text: &str) -> Option<Name> {
        self.by_text.get(text).copied()
    }

    pub(crate) fn len(&self) -> usize {
        self.texts.len()
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ExpressionId(pub u32);

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct VariableId(pub u32);

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct FunctionId(pub u32);

/// An expression together with all its parts: they are `first..=root` of the table.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tree {
    pub first: ExpressionId,
    pub root: ExpressionId,
}

#[derive(Debug)]
pub(crate) struct Expression {
    pub span: Span,
    pub kind: ExpressionKind,
}

#[derive(Debug)]
pub(crate) enum ExpressionKind {
    Number(f64),
    Text(Box<str>),
    Boolean(bool),
    Name(Name),
    Unary {
        operator: UnaryOperator,
        operand: ExpressionId,
    },
    Binary {
        operator: BinaryOperator,
        left: ExpressionId,
        right: ExpressionId,
    },
    Logical {
        operator: LogicalOperator,
        left: ExpressionId,
        right: ExpressionId,
    },
    Conditional {
        test: ExpressionId,
        then: ExpressionId,
        otherwise: ExpressionId,
    },
    /// `target = value`, or with an operator `target += value`.
    Assign {
        target: Target,
        operator: Option<BinaryOperator>,
        value: ExpressionId,
    },
    /// `++target`, `target--` and so on.
    Update {
        target: Target,
        step: Step,
        position: Position,
    },
    Call {
        callee: Target,
        arguments: Box<[ExpressionId]>,
    },
    /// `console.log(…)`.
    Log {
        arguments: Box<[ExpressionId]>,
    },
    /// One more text than there are parts.
    Template {
        texts: Box<[Box<str>]>,
        parts: Box<[ExpressionId]>,
    },
}

/// A name that is assigned or called, and where it stands.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    pub name: Name,
    pub span: Span,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum UnaryOperator {
    Negate,
    Plus,
    Not,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BinaryOperator {
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
    Power,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl BinaryOperator {
    /// As it is written.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            BinaryOperator::Add => "+",
            BinaryOperator::Subtract => "-",
            BinaryOperator::Multiply => "*",
            BinaryOperator::Divide => "/",
            BinaryOperator::Remainder => "%",
            BinaryOperator::Power => "**",
            BinaryOperator::Equal => "===",
            BinaryOperator::NotEqual => "!==",
            BinaryOperator::Less => "<",
            BinaryOperator::LessOrEqual => "<=",
            BinaryOperator::Greater => ">",
            BinaryOperator::GreaterOrEqual => ">=",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LogicalOperator {
    And,
    Or,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    Increment,
    Decrement,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Position {
    Prefix,
    Postfix,
}

/// A `let`, a `const` or a parameter.
#[derive(Debug)]
pub(crate) struct Variable {
    pub name: Name,
    pub span: Span,
    pub kind: VariableKind,
    pub annotation: Option<Type>,
    /// Absent for parameters, and for `let x: T;`.
    pub initial: Option<Tree>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum VariableKind {
    Let,
    Const,
    Parameter,
}

#[derive(Debug)]
pub(crate) struct Function {
    pub name: Name,
    pub span: Span,
    pub parameters: Vec<VariableId>,
    pub result: Type,
    pub body: Vec<Statement>,
    /// Where the body's closing brace stands.
    pub end: Span,
}

#[derive(Debug)]
pub(crate) enum Statement {
    Declare(Vec<VariableId>),
    Expression(Tree),
    If { test: Tree, then: Box<Statement>, otherwise: Option<Box<Statement>> },
    While { test: Tree, body: Box<Statement> },
    For(Box<For>),
    Break(Span),
    Continue(Span),
    Return { value: Option<Tree>, span: Span },
    Block(Vec<Statement>),
}

#[derive(Debug)]
pub(crate) struct For {
    /// A declaration or an expression.
    pub start: Option<Statement>,
    pub test: Option<Tree>,
    pub update: Option<Tree>,
    pub body: Statement,
}
