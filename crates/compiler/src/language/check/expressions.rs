//! Expressions: one loop over the table, because operands lie before their operators.

use super::{Checker, Effects, Reference};
use crate::language::interface::{ExportKind, Type};
use crate::language::syntax::{
    Expression, ExpressionId, ExpressionKind, Name, Span, Target, Tree, VariableId,
};

impl Checker<'_> {
    /// The type of the whole; nothing where there was an error.
    pub(super) fn tree(&mut self, tree: Tree) -> Option<Type> {
        for index in tree.first.0..=tree.root.0 {
            let id = ExpressionId(index);
            let ty = self.expression(id);
            self.found.types[index as usize] = ty;
        }
        self.type_of(tree.root)
    }

    pub(super) fn type_of(&self, id: ExpressionId) -> Option<Type> {
        self.found.types[id.0 as usize]
    }

    fn expression(&mut self, id: ExpressionId) -> Option<Type> {
        let syntax = self.syntax;
        let Expression { span, kind } = syntax.expression(id);
        match kind {
            ExpressionKind::Number(_) => Some(Type::Number),
            ExpressionKind::Text(_) => Some(Type::String),
            ExpressionKind::Boolean(_) => Some(Type::Boolean),
            ExpressionKind::Name(name) => self.read(id, *name, span),
            ExpressionKind::Unary { operator, operand } => {
                self.combine(id, &[*operand]);
                self.unary(*operator, *operand, span)
            }
            ExpressionKind::Binary { operator, left, right } => {
                self.combine(id, &[*left, *right]);
                self.binary(*operator, self.type_of(*left)?, self.type_of(*right)?, span)
            }
            ExpressionKind::Logical { operator, left, right } => {
                self.combine(id, &[*left, *right]);
                self.logical(*operator, *left, *right, span)
            }
            ExpressionKind::Conditional { test, then, otherwise } => {
                self.combine(id, &[*test, *then, *otherwise]);
                self.conditional(*test, *then, *otherwise, span)
            }
            ExpressionKind::Assign { target, operator, value } => {
                self.combine(id, &[*value]);
                self.found.effects[id.0 as usize].assigns = true;
                let held = self.assigned(id, target, operator.is_some())?;
                let found = self.type_of(*value)?;
                let result = match operator {
                    Some(operator) => self.binary(*operator, held, found, span)?,
                    None => found,
                };
                self.expect_assignable(target, held, result, *value)
            }
            ExpressionKind::Update { target, .. } => {
                self.found.effects[id.0 as usize].assigns = true;
                let held = self.assigned(id, target, true)?;
                if held != Type::Number {
                    let name = self.text(target.name);
                    let message = format!("`{name}` is a `{held}`: only numbers can be counted");
                    self.error(span, message);
                    return None;
                }
                Some(Type::Number)
            }
            ExpressionKind::Call { callee, arguments } => {
                self.combine(id, arguments);
                self.call(id, callee, arguments, span)
            }
            ExpressionKind::Log { arguments } => {
                self.combine(id, arguments);
                self.log(arguments, span)
            }
            ExpressionKind::Template { parts, .. } => {
                self.combine(id, parts);
                parts.iter().for_each(|part| {
                    self.expect_value(*part);
                });
                Some(Type::String)
            }
        }
    }

    /// The effects of the parts are effects of the whole.
    fn combine(&mut self, id: ExpressionId, parts: &[ExpressionId]) {
        let effects = parts.iter().map(|part| self.found.effects[part.0 as usize]);
        self.found.effects[id.0 as usize] = effects.fold(Effects::default(), Effects::and);
    }

    /// What a name stands for, which is noted; an error where it is nothing.
    fn resolve(&mut self, id: ExpressionId, name: Name, span: &Span) -> Option<Reference> {
        let text = self.text(name);
        let reference = self.scopes.find(name).or(match text {
            "NaN" => Some(Reference::NotANumber),
            "Infinity" => Some(Reference::Infinity),
            _ => None,
        });
        let Some(reference) = reference else {
            self.undefined(text, span);
            return None;
        };
        self.found.references[id.0 as usize] = Some(reference);
        self.note_use(reference);
        Some(reference)
    }

    fn undefined(&mut self, text: &str, span: &Span) {
        let help = match text {
            "console" => Some("only `console.log(…)` can be written".to_owned()),
            "undefined" => Some("every variable has a value of its type".to_owned()),
            // To search all names for each of many errors would take its time.
            _ if self.diagnostics.is_long() => None,
            _ => self.similar(text).map(|similar| format!("did you mean `{similar}`?")),
        };
        let message = format!("`{text}` is not defined");
        match help {
            Some(help) => self.error_with_help(span, message, help),
            None => self.error(span, message),
        }
    }

    fn read(&mut self, id: ExpressionId, name: Name, span: &Span) -> Option<Type> {
        match self.resolve(id, name, span)? {
            Reference::Variable(variable) => self.read_variable(variable, name, span),
            Reference::NotANumber | Reference::Infinity => Some(Type::Number),
            Reference::Imported(index) => match self.imported[index as usize].kind {
                ExportKind::Constant(ty) => Some(ty),
                ExportKind::Function(_) => self.function_as_value(name, span),
            },
            Reference::Function(_) | Reference::Builtin(_) => self.function_as_value(name, span),
        }
    }

    fn function_as_value(&mut self, name: Name, span: &Span) -> Option<Type> {
        let text = self.text(name);
        let message = format!("`{text}` is a function, and functions are not values");
        self.error_with_help(span, message, format!("call it: `{text}(…)`"));
        None
    }

    fn read_variable(&mut self, id: VariableId, name: Name, span: &Span) -> Option<Type> {
        self.declared_before(id, name, span)?;
        if self.flow.unassigned.contains(&id) {
            let text = self.text(name);
            let message = format!("`{text}` may not have a value yet");
            let help = format!("give it one where it is declared: `let {text} = …`");
            self.error_with_help(span, message, help);
            return None;
        }
        if self.function.is_some() && self.order.is_of_module(id) {
            self.has_initial_value(id, name, span)?;
        }
        self.found.variables[id.0 as usize]
    }

    /// A function may run at any time, so what it uses must have a value from its declaration on.
    fn has_initial_value(&mut self, id: VariableId, name: Name, span: &Span) -> Option<()> {
        let variable = self.syntax.variable(id);
        if variable.initial.is_some() {
            return Some(());
        }
        let text = self.text(name);
        let message = format!("`{text}` is used by a function, so it needs an initial value");
        let help = format!("write `let {text} = …` where it is declared");
        self.error_with_help(span, message, help);
        None
    }

    /// Inside of one function the order of the text decides; there is nothing that could run earlier.
    fn declared_before(&mut self, id: VariableId, name: Name, span: &Span) -> Option<()> {
        let elsewhere = self.function.is_some() && self.order.is_of_module(id);
        if elsewhere || self.scopes.is_initialised(id) {
            return Some(());
        }
        let message = format!("`{}` is used before its declaration", self.text(name));
        self.error(span, message);
        None
    }

    /// The type that an assigned variable holds. `reads` where the old value counts.
    fn assigned(&mut self, id: ExpressionId, target: &Target, reads: bool) -> Option<Type> {
        let reference = self.resolve(id, target.name, &target.span)?;
        if !self.assignable(target, reference) {
            return None;
        }
        let Reference::Variable(variable) = reference else { return None };
        self.found.assigned[variable.0 as usize] = true;
        if reads {
            return self.read_variable(variable, target.name, &target.span);
        }
        self.declared_before(variable, target.name, &target.span)?;
        self.found.variables[variable.0 as usize]
    }

    fn expect_assignable(
        &mut self,
        target: &Target,
        held: Type,
        found: Type,
        value: ExpressionId,
    ) -> Option<Type> {
        if held == found {
            return Some(held);
        }
        let name = self.text(target.name);
        let message = format!("`{name}` is a `{held}`, and cannot be assigned a `{found}`");
        let span = &self.syntax.expression(value).span;
        self.error(span, message);
        None
    }

    fn call(
        &mut self,
        id: ExpressionId,
        callee: &Target,
        arguments: &[ExpressionId],
        span: &Span,
    ) -> Option<Type> {
        let reference = self.resolve(id, callee.name, &callee.span)?;
        let name = self.text(callee.name);
        let (parameters, result) = match reference {
            Reference::Function(function) => {
                self.found.effects[id.0 as usize].calls = true;
                let function = &self.syntax.functions[function.0 as usize];
                let ty = |id: &VariableId| self.syntax.variable(*id).annotation;
                (function.parameters.iter().map(ty).collect(), function.result)
            }
            Reference::Builtin(function) => {
                (function.parameters.iter().copied().map(Some).collect::<Vec<_>>(), function.result)
            }
            Reference::Imported(index) => match &self.imported[index as usize].kind {
                ExportKind::Function(signature) => {
                    let parameters = signature.parameters.iter().copied().map(Some).collect();
                    (parameters, signature.result)
                }
                ExportKind::Constant(ty) => return self.not_a_function(callee, *ty),
            },
            Reference::Variable(variable) => {
                let ty = self.found.variables[variable.0 as usize]?;
                return self.not_a_function(callee, ty);
            }
            Reference::NotANumber | Reference::Infinity => {
                return self.not_a_function(callee, Type::Number);
            }
        };
        if parameters.len() != arguments.len() {
            let takes = counted(parameters.len());
            let message = format!("`{name}` takes {takes}, found {}", arguments.len());
            let types: Vec<_> = parameters.iter().flatten().map(|ty| ty.as_str()).collect();
            let help = format!("it is `{name}({}): {result}`", types.join(", "));
            self.error_with_help(span, message, help);
            return Some(result);
        }
        for (position, (expected, argument)) in parameters.iter().zip(arguments).enumerate() {
            if let (Some(expected), Some(found)) = (*expected, self.type_of(*argument))
                && expected != found
            {
                let position = position + 1;
                let message = format!(
                    "argument {position} of `{name}` must be a `{expected}`, found `{found}`"
                );
                let span = &self.syntax.expression(*argument).span;
                self.error(span, message);
            }
        }
        Some(result)
    }

    fn not_a_function(&mut self, callee: &Target, ty: Type) -> Option<Type> {
        let message = format!("`{}` is a `{ty}`, not a function", self.text(callee.name));
        self.error(&callee.span, message);
        None
    }

    fn log(&mut self, arguments: &[ExpressionId], span: &Span) -> Option<Type> {
        if let Some(console) = self.syntax.names.find("console")
            && self.scopes.find(console).is_some()
        {
            let message = "`console` is a variable here, and variables have no methods";
            self.error(span, message);
        }
        for argument in arguments {
            self.expect_value(*argument);
        }
        Some(Type::Void)
    }
}

fn counted(arguments: usize) -> String {
    match arguments {
        0 => "no arguments".to_owned(),
        1 => "1 argument".to_owned(),
        count => format!("{count} arguments"),
    }
}
