//! What TypeScript has and the language has not: its names, and what to write instead.

use oxc_ast::ast::{BinaryOperator, Expression, Statement};

/// What it is called, in the plural where it has one, and what may help.
pub(super) type Missing = (&'static str, Option<&'static str>);

pub(super) fn expression(expression: &Expression<'_>) -> Missing {
    match expression {
        Expression::NullLiteral(_) => ("`null` is", None),
        Expression::BigIntLiteral(_) => ("big integers are", Some("write it without the `n`")),
        Expression::RegExpLiteral(_) => ("regular expressions are", None),
        Expression::MetaProperty(_) => ("meta properties are", None),
        Expression::Super(_) => ("`super` is", None),
        Expression::ThisExpression(_) => ("`this` is", None),
        Expression::ArrayExpression(_) => ("arrays are", None),
        Expression::ObjectExpression(_) => ("objects are", None),
        Expression::ClassExpression(_) => ("classes are", None),
        Expression::ArrowFunctionExpression(_) | Expression::FunctionExpression(_) => (
            "function expressions are",
            Some("declare it at the top level of the module: `function name(…): … { … }`"),
        ),
        Expression::AwaitExpression(_) => {
            ("`await` is", Some("functions here return when they are done: leave it out"))
        }
        Expression::YieldExpression(_) => ("generators are", None),
        Expression::ChainExpression(_) => ("optional chaining is", None),
        Expression::ImportExpression(_) => {
            ("`import(…)` is", Some("write `import { … } from \"…\"` at the top of the module"))
        }
        Expression::NewExpression(_) => ("`new` is", None),
        Expression::SequenceExpression(_) => {
            ("the comma operator is", Some("write the expressions as statements of their own"))
        }
        Expression::TaggedTemplateExpression(_) => ("tagged templates are", None),
        Expression::PrivateInExpression(_) => ("`in` is", None),
        Expression::TSAsExpression(_)
        | Expression::TSSatisfiesExpression(_)
        | Expression::TSTypeAssertion(_)
        | Expression::TSNonNullExpression(_) => ("type assertions are", None),
        Expression::TSInstantiationExpression(_) => ("type arguments are", None),
        Expression::StaticMemberExpression(_)
        | Expression::ComputedMemberExpression(_)
        | Expression::PrivateFieldExpression(_) => ("properties are", None),
        _ => ("this expression is", None),
    }
}

pub(super) fn statement(statement: &Statement<'_>) -> Missing {
    match statement {
        Statement::DebuggerStatement(_) => ("`debugger` is", None),
        Statement::DoWhileStatement(_) => ("`do` loops are", Some("write a `while` loop")),
        Statement::ForInStatement(_) => ("`for … in` loops are", None),
        Statement::ForOfStatement(_) => ("`for … of` loops are", None),
        Statement::LabeledStatement(_) => ("labels are", None),
        Statement::SwitchStatement(_) => ("`switch` is", Some("write `if … else if …`")),
        Statement::ThrowStatement(_) | Statement::TryStatement(_) => ("exceptions are", None),
        Statement::WithStatement(_) => ("`with` is", None),
        Statement::ClassDeclaration(_) => ("classes are", None),
        Statement::TSTypeAliasDeclaration(_) => ("type aliases are", None),
        Statement::TSInterfaceDeclaration(_) => ("interfaces are", None),
        Statement::TSEnumDeclaration(_) => ("enums are", Some("declare constants")),
        Statement::TSModuleDeclaration(_) | Statement::TSGlobalDeclaration(_) => {
            ("namespaces are", Some("make it a module: a file of its own"))
        }
        Statement::TSImportEqualsDeclaration(_) => {
            ("`import … =` is", Some("write `import { … } from \"…\"`"))
        }
        Statement::ImportDeclaration(_) | Statement::ExportNamedDeclaration(_) => {
            ("imports and exports inside of blocks are", Some("move it to the top of the module"))
        }
        Statement::ExportAllDeclaration(_) => {
            ("`export *` is", Some("import from the module that declares the name"))
        }
        Statement::ExportDefaultDeclaration(_) => {
            ("default exports are", Some("export it under a name: `export function name…`"))
        }
        Statement::TSExportAssignment(_) | Statement::TSNamespaceExportDeclaration(_) => {
            ("this kind of export is", Some("write `export { name }`"))
        }
        _ => ("this statement is", None),
    }
}

pub(super) fn binary_help(operator: BinaryOperator) -> Option<&'static str> {
    match operator {
        BinaryOperator::Equality => Some("write `===`"),
        BinaryOperator::Inequality => Some("write `!==`"),
        _ => None,
    }
}

/// Names that a module may not declare, or that would only confuse.
pub(super) fn is_reserved(name: &str) -> bool {
    matches!(
        name,
        "arguments"
            | "await"
            | "eval"
            | "implements"
            | "interface"
            | "let"
            | "package"
            | "private"
            | "protected"
            | "public"
            | "static"
            | "undefined"
            | "yield"
    )
}
