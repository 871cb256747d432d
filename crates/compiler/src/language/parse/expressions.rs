//! Expressions: operands first, so that the table reads in the order of evaluation.
//!
//! Sums and the like lean to the left as deep as they are long; [`Lowering::leaning`] walks down that
//! side in a loop. All other recursion is as deep as brackets and the like, which are bounded.

use oxc_ast::ast;
use oxc_span::GetSpan;
use oxc_syntax::operator;

use crate::language::syntax::{
    BinaryOperator, ExpressionId, ExpressionKind, LogicalOperator, Position, Span, Step, Target,
    UnaryOperator,
};

use super::lower::{Lowering, bytes};
use super::unsupported;

/// What one call may be given.
const ARGUMENTS_AT_MOST: usize = 255;

/// An operator with its operands, the left of which may be another such.
enum Leaning<'a, 'b> {
    Binary(&'b ast::BinaryExpression<'a>),
    Logical(&'b ast::LogicalExpression<'a>),
}

impl<'a, 'b> Leaning<'a, 'b> {
    fn of(expression: &'b ast::Expression<'a>) -> Option<Self> {
        match expression {
            ast::Expression::BinaryExpression(binary) => Some(Self::Binary(binary)),
            ast::Expression::LogicalExpression(logical) => Some(Self::Logical(logical)),
            _ => None,
        }
    }

    fn left(&self) -> &'b ast::Expression<'a> {
        match self {
            Self::Binary(binary) => &binary.left,
            Self::Logical(logical) => &logical.left,
        }
    }
}

impl Lowering<'_> {
    /// Nothing where something was wrong with it, which has been told then.
    pub(super) fn expression(&mut self, expression: &ast::Expression<'_>) -> Option<ExpressionId> {
        let span = bytes(expression.span());
        match expression {
            ast::Expression::NumericLiteral(number) => self.number(number),
            ast::Expression::StringLiteral(text) => self.text(text),
            ast::Expression::BooleanLiteral(boolean) => {
                Some(self.push(span, ExpressionKind::Boolean(boolean.value)))
            }
            ast::Expression::TemplateLiteral(template) => self.template(template),
            ast::Expression::Identifier(id) => {
                let name = self.name(id.name.as_str());
                Some(self.push(span, ExpressionKind::Name(name)))
            }
            ast::Expression::BinaryExpression(_) | ast::Expression::LogicalExpression(_) => {
                self.leaning(expression)
            }
            ast::Expression::UnaryExpression(unary) => self.unary(unary),
            ast::Expression::ConditionalExpression(conditional) => {
                let test = self.expression(&conditional.test);
                let then = self.expression(&conditional.consequent);
                let otherwise = self.expression(&conditional.alternate);
                let (test, then, otherwise) = (test?, then?, otherwise?);
                Some(self.push(span, ExpressionKind::Conditional { test, then, otherwise }))
            }
            ast::Expression::AssignmentExpression(assignment) => self.assignment(assignment),
            ast::Expression::UpdateExpression(update) => self.update(update),
            ast::Expression::CallExpression(call) => self.call(call),
            ast::Expression::ParenthesizedExpression(inner) => self.expression(&inner.expression),
            other => {
                self.unsupported(span, unsupported::expression(other));
                None
            }
        }
    }

    pub(super) fn unsupported(&mut self, span: Span, (what, help): unsupported::Missing) {
        let message = format!("{what} not supported");
        match help {
            Some(help) => self.error_with_help(span, message, help),
            None => self.error(span, message),
        }
    }

    fn number(&mut self, number: &ast::NumericLiteral<'_>) -> Option<ExpressionId> {
        let span = bytes(number.span);
        let raw = number.raw.as_ref().map_or("", |raw| raw.as_str()).as_bytes();
        if let [b'0', b'0'..=b'9', ..] = raw {
            let help = "write `0o` before an octal number, and no `0` before a decimal one";
            self.error_with_help(span, "a number may not begin with `0`", help);
            return None;
        }
        Some(self.push(span, ExpressionKind::Number(number.value)))
    }

    fn text(&mut self, text: &ast::StringLiteral<'_>) -> Option<ExpressionId> {
        let span = bytes(text.span);
        let raw = text.raw.as_ref().map_or("", |raw| raw.as_str());
        let whole = self.is_whole(span.clone(), text.lone_surrogates);
        if !(self.has_no_octal(span.clone(), raw) && whole) {
            return None;
        }
        Some(self.push(span, ExpressionKind::Text(text.value.as_str().into())))
    }

    fn is_whole(&mut self, span: Span, lone_surrogates: bool) -> bool {
        if lone_surrogates {
            let help = "write both halves of the pair, or `\\u{…}`";
            let message = "half of a surrogate pair cannot be held: text is Unicode";
            self.error_with_help(span, message, help);
        }
        !lone_surrogates
    }

    /// `\1` and `\08` mean something in old scripts, and nothing in a module.
    fn has_no_octal(&mut self, span: Span, raw: &str) -> bool {
        let mut escaped = raw.bytes().peekable();
        while let Some(byte) = escaped.next() {
            if byte != b'\\' {
                continue;
            }
            let digit = escaped.next();
            let more = escaped.peek().is_some_and(u8::is_ascii_digit);
            if digit.is_some_and(|digit| matches!(digit, b'1'..=b'9') || (digit == b'0' && more)) {
                let help = "write the character as `\\x…` or `\\u…`";
                self.error_with_help(span, "octal escapes are not supported", help);
                return false;
            }
        }
        true
    }

    fn template(&mut self, template: &ast::TemplateLiteral<'_>) -> Option<ExpressionId> {
        let mut texts = Vec::with_capacity(template.quasis.len());
        for piece in &template.quasis {
            let whole = self.is_whole(bytes(piece.span), piece.lone_surrogates);
            let cooked = piece.value.cooked.as_ref();
            if cooked.is_none() {
                self.error(bytes(piece.span), "this template has an escape that means nothing");
            }
            texts.push(cooked.filter(|_| whole).map(|text| text.as_str().into()));
        }
        let parts: Vec<_> = template.expressions.iter().map(|part| self.expression(part)).collect();
        let texts = texts.into_iter().collect::<Option<_>>()?;
        let parts = parts.into_iter().collect::<Option<_>>()?;
        Some(self.push(bytes(template.span), ExpressionKind::Template { texts, parts }))
    }

    fn leaning(&mut self, expression: &ast::Expression<'_>) -> Option<ExpressionId> {
        let mut spine = Vec::new();
        let mut leftmost = expression;
        while let Some(operator) = Leaning::of(leftmost) {
            leftmost = operator.left();
            spine.push(operator);
        }
        let mut left = self.expression(leftmost);
        while let Some(operator) = spine.pop() {
            left = match operator {
                Leaning::Binary(binary) => self.binary(left, binary),
                Leaning::Logical(logical) => self.logical(left, logical),
            };
        }
        left
    }

    fn binary(
        &mut self,
        left: Option<ExpressionId>,
        binary: &ast::BinaryExpression<'_>,
    ) -> Option<ExpressionId> {
        let right = self.expression(&binary.right);
        let operator = binary_operator(binary.operator);
        if operator.is_none() {
            let message = format!("`{}` is not supported", binary.operator.as_str());
            let help = unsupported::binary_help(binary.operator);
            match help {
                Some(help) => self.error_with_help(bytes(binary.span), message, help),
                None => self.error(bytes(binary.span), message),
            }
        }
        let (operator, left, right) = (operator?, left?, right?);
        Some(self.push(bytes(binary.span), ExpressionKind::Binary { operator, left, right }))
    }

    fn logical(
        &mut self,
        left: Option<ExpressionId>,
        logical: &ast::LogicalExpression<'_>,
    ) -> Option<ExpressionId> {
        let right = self.expression(&logical.right);
        let operator = match logical.operator {
            operator::LogicalOperator::And => LogicalOperator::And,
            operator::LogicalOperator::Or => LogicalOperator::Or,
            operator::LogicalOperator::Coalesce => {
                self.error(bytes(logical.span), "`??` is not supported");
                return None;
            }
        };
        let (left, right) = (left?, right?);
        Some(self.push(bytes(logical.span), ExpressionKind::Logical { operator, left, right }))
    }

    fn unary(&mut self, unary: &ast::UnaryExpression<'_>) -> Option<ExpressionId> {
        let operand = self.expression(&unary.argument);
        let operator = match unary.operator {
            operator::UnaryOperator::UnaryNegation => UnaryOperator::Negate,
            operator::UnaryOperator::UnaryPlus => UnaryOperator::Plus,
            operator::UnaryOperator::LogicalNot => UnaryOperator::Not,
            other => {
                let message = format!("`{}` is not supported", other.as_str());
                self.error(bytes(unary.span), message);
                return None;
            }
        };
        let operand = operand?;
        Some(self.push(bytes(unary.span), ExpressionKind::Unary { operator, operand }))
    }

    fn assignment(&mut self, assignment: &ast::AssignmentExpression<'_>) -> Option<ExpressionId> {
        let value = self.expression(&assignment.right);
        let target = match &assignment.left {
            ast::AssignmentTarget::AssignmentTargetIdentifier(id) => self.target(id),
            other => {
                self.error(bytes(other.span()), "only variables can be assigned to");
                return None;
            }
        };
        let operator = match assignment.operator.to_binary_operator() {
            _ if assignment.operator.is_assign() => None,
            Some(binary) if binary_operator(binary).is_some() => binary_operator(binary),
            _ => {
                let message = format!("`{}` is not supported", assignment.operator.as_str());
                self.error(bytes(assignment.span), message);
                return None;
            }
        };
        let value = value?;
        Some(self.push(bytes(assignment.span), ExpressionKind::Assign { target, operator, value }))
    }

    fn update(&mut self, update: &ast::UpdateExpression<'_>) -> Option<ExpressionId> {
        let ast::SimpleAssignmentTarget::AssignmentTargetIdentifier(id) = &update.argument else {
            self.error(bytes(update.argument.span()), "only variables can be assigned to");
            return None;
        };
        let target = self.target(id);
        let step = match update.operator {
            operator::UpdateOperator::Increment => Step::Increment,
            operator::UpdateOperator::Decrement => Step::Decrement,
        };
        let position = if update.prefix { Position::Prefix } else { Position::Postfix };
        Some(self.push(bytes(update.span), ExpressionKind::Update { target, step, position }))
    }

    fn target(&mut self, id: &ast::IdentifierReference<'_>) -> Target {
        Target { name: self.name(id.name.as_str()), span: bytes(id.span) }
    }

    fn call(&mut self, call: &ast::CallExpression<'_>) -> Option<ExpressionId> {
        let arguments = self.arguments(call);
        if let Some(type_arguments) = &call.type_arguments {
            self.error(bytes(type_arguments.span), "type arguments are not supported");
        }
        match &call.callee {
            ast::Expression::Identifier(id) => {
                let callee = self.target(id);
                let arguments = arguments?;
                Some(self.push(bytes(call.span), ExpressionKind::Call { callee, arguments }))
            }
            ast::Expression::StaticMemberExpression(member) if is_console(&member.object) => {
                if member.property.name != "log" {
                    let message = format!("`console.{}` is not supported", member.property.name);
                    let help = "`console.log` is the one way to print";
                    self.error_with_help(bytes(member.span), message, help);
                    return None;
                }
                let arguments = arguments?;
                Some(self.push(bytes(call.span), ExpressionKind::Log { arguments }))
            }
            other => {
                let message = "only functions, by their name, and `console.log` can be called";
                self.error(bytes(other.span()), message);
                None
            }
        }
    }

    fn arguments(&mut self, call: &ast::CallExpression<'_>) -> Option<Box<[ExpressionId]>> {
        if call.arguments.len() > ARGUMENTS_AT_MOST {
            let count = call.arguments.len();
            let message = format!("{count} arguments: {ARGUMENTS_AT_MOST} at most");
            self.error(bytes(call.span), message);
        }
        let mut arguments = Vec::with_capacity(call.arguments.len());
        for argument in &call.arguments {
            match argument.as_expression() {
                Some(expression) => arguments.push(self.expression(expression)),
                None => {
                    self.error(bytes(argument.span()), "spread arguments are not supported");
                    arguments.push(None);
                }
            }
        }
        arguments.into_iter().collect()
    }
}

fn is_console(expression: &ast::Expression<'_>) -> bool {
    matches!(expression, ast::Expression::Identifier(id) if id.name == "console")
}

fn binary_operator(operator: operator::BinaryOperator) -> Option<BinaryOperator> {
    Some(match operator {
        operator::BinaryOperator::Addition => BinaryOperator::Add,
        operator::BinaryOperator::Subtraction => BinaryOperator::Subtract,
        operator::BinaryOperator::Multiplication => BinaryOperator::Multiply,
        operator::BinaryOperator::Division => BinaryOperator::Divide,
        operator::BinaryOperator::Remainder => BinaryOperator::Remainder,
        operator::BinaryOperator::Exponential => BinaryOperator::Power,
        operator::BinaryOperator::StrictEquality => BinaryOperator::Equal,
        operator::BinaryOperator::StrictInequality => BinaryOperator::NotEqual,
        operator::BinaryOperator::LessThan => BinaryOperator::Less,
        operator::BinaryOperator::LessEqualThan => BinaryOperator::LessOrEqual,
        operator::BinaryOperator::GreaterThan => BinaryOperator::Greater,
        operator::BinaryOperator::GreaterEqualThan => BinaryOperator::GreaterOrEqual,
        _ => return None,
    })
}
