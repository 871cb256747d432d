//! Which operators take what, and what they give.

use super::Checker;
use crate::language::interface::Type;
use crate::language::syntax::{BinaryOperator, ExpressionId, LogicalOperator, Span, UnaryOperator};

impl Checker<'_> {
    /// The type of a part that must have a value.
    pub(super) fn expect_value(&mut self, id: ExpressionId) -> Option<Type> {
        let ty = self.type_of(id)?;
        if ty == Type::Void {
            let span = &self.syntax.expression(id).span;
            self.error(span, "a value is needed here, and this gives none");
            return None;
        }
        Some(ty)
    }

    pub(super) fn unary(
        &mut self,
        operator: UnaryOperator,
        operand: ExpressionId,
        span: &Span,
    ) -> Option<Type> {
        let ty = self.expect_value(operand)?;
        let sign = match operator {
            UnaryOperator::Not => return Some(Type::Boolean),
            UnaryOperator::Negate => "-",
            UnaryOperator::Plus => "+",
        };
        if ty != Type::Number {
            self.error(span, format!("`{sign}` takes a `number`, found `{ty}`"));
            return None;
        }
        Some(Type::Number)
    }

    pub(super) fn binary(
        &mut self,
        operator: BinaryOperator,
        left: Type,
        right: Type,
        span: &Span,
    ) -> Option<Type> {
        use BinaryOperator::{
            Add, Divide, Equal, Greater, GreaterOrEqual, Less, LessOrEqual, Multiply, NotEqual,
            Power, Remainder, Subtract,
        };
        use Type::{Boolean, Number, String, Void};
        let takes = match (operator, left, right) {
            (Add, Number, Number) => return Some(Number),
            (Add, String, Number | String | Boolean) | (Add, Number | Boolean, String) => {
                return Some(String);
            }
            (Subtract | Multiply | Divide | Remainder | Power, Number, Number) => {
                return Some(Number);
            }
            (Less | LessOrEqual | Greater | GreaterOrEqual, Number, Number)
            | (Less | LessOrEqual | Greater | GreaterOrEqual, String, String) => {
                return Some(Boolean);
            }
            (Equal | NotEqual, _, _) if left == right && left != Void => return Some(Boolean),
            (Add, _, _) => "two numbers, or a string and any value",
            (Subtract | Multiply | Divide | Remainder | Power, _, _) => "two numbers",
            (Less | LessOrEqual | Greater | GreaterOrEqual, _, _) => "two numbers or two strings",
            (Equal | NotEqual, _, _) => "two values of the same type",
        };
        let operator = operator.as_str();
        self.error(span, format!("`{operator}` takes {takes}, found `{left}` and `{right}`"));
        None
    }

    /// `a && b` is one of both, so they must be alike.
    pub(super) fn logical(
        &mut self,
        operator: LogicalOperator,
        left: ExpressionId,
        right: ExpressionId,
        span: &Span,
    ) -> Option<Type> {
        let (left, right) = (self.expect_value(left), self.expect_value(right));
        let (left, right) = (left?, right?);
        if left != right {
            let operator = match operator {
                LogicalOperator::And => "&&",
                LogicalOperator::Or => "||",
            };
            let message = format!(
                "`{operator}` takes two values of the same type, found `{left}` and `{right}`"
            );
            self.error(span, message);
            return None;
        }
        Some(left)
    }

    pub(super) fn conditional(
        &mut self,
        test: ExpressionId,
        then: ExpressionId,
        otherwise: ExpressionId,
        span: &Span,
    ) -> Option<Type> {
        self.expect_value(test);
        let (then, otherwise) = (self.type_of(then)?, self.type_of(otherwise)?);
        if then != otherwise {
            let message = format!(
                "both values of `?:` must be of one type, found `{then}` and `{otherwise}`"
            );
            self.error(span, message);
            return None;
        }
        Some(then)
    }
}
