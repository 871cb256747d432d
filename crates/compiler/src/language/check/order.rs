//! Who calls whom and uses what: which variables may be met before they have a value, and who recurses.
//!
//! The module's statements run in order, so a variable can be met too early only by a function that is
//! called, directly or not, before its declaration. The first call of each function is the one at which
//! most is still missing; one walk from each such call, which stops at functions already seen, finds all.

use std::collections::HashSet;

use super::{Reference, VariableFacts};
use crate::language::generate::STATEMENTS_AT_ONCE;
use crate::language::interface::Type;
use crate::language::syntax::{FunctionId, Statement, Syntax, VariableId};

pub(super) struct Order {
    /// By function.
    functions: Vec<Uses>,
    /// Calls that the module's own statements make, with the moment: how many of the module's variables
    /// had got their values before.
    calls: Vec<(FunctionId, usize)>,
    moment: usize,
    /// By variable: the moment at which it gets its value, for those of the module.
    values: Vec<Option<usize>>,
    /// By variable.
    seen_by_functions: Vec<bool>,
}

#[derive(Default, Clone)]
struct Uses {
    variables: Vec<VariableId>,
    functions: Vec<FunctionId>,
}

impl Order {
    pub(super) fn new(syntax: &Syntax) -> Self {
        let mut order = Self {
            functions: vec![Uses::default(); syntax.functions.len()],
            calls: Vec::new(),
            moment: 0,
            values: vec![None; syntax.variables.len()],
            seen_by_functions: vec![false; syntax.variables.len()],
        };
        for variable in module_variables(syntax) {
            order.values[variable.0 as usize] = Some(usize::MAX);
        }
        order
    }

    pub(super) fn is_of_module(&self, variable: VariableId) -> bool {
        self.values[variable.0 as usize].is_some()
    }

    /// `by` is none for the module's own statements.
    pub(super) fn call(&mut self, by: Option<FunctionId>, function: FunctionId) {
        match by {
            Some(by) => self.functions[by.0 as usize].functions.push(function),
            None => self.calls.push((function, self.moment)),
        }
    }

    /// A function reads or writes a variable of the module.
    pub(super) fn use_in_function(&mut self, by: FunctionId, variable: VariableId) {
        self.seen_by_functions[variable.0 as usize] = true;
        self.functions[by.0 as usize].variables.push(variable);
    }

    pub(super) fn give_value(&mut self, variable: VariableId) {
        if let Some(moment) = &mut self.values[variable.0 as usize] {
            *moment = self.moment;
            self.moment += 1;
        }
    }

    pub(super) fn variable_facts(
        &self,
        syntax: &Syntax,
        types: &[Option<Type>],
        assigned: &[bool],
    ) -> Vec<VariableFacts> {
        let guarded = self.met_too_early();
        let facts = |index: usize| VariableFacts {
            ty: types[index].unwrap_or(Type::Void),
            global: self.seen_by_functions[index],
            guarded: guarded[index],
            assigned: assigned[index],
        };
        let mut facts: Vec<_> = (0..types.len()).map(facts).collect();
        let in_pieces = syntax.body.len() > STATEMENTS_AT_ONCE;
        let exports = syntax.interface.exports.values();
        let exported: HashSet<&str> = exports.map(|export| export.local.as_str()).collect();
        for id in module_variables(syntax) {
            let name = syntax.names.text(syntax.variable(id).name);
            facts[id.0 as usize].global |= in_pieces || exported.contains(name);
        }
        facts
    }

    fn met_too_early(&self) -> Vec<bool> {
        let mut guarded = vec![false; self.values.len()];
        let mut visited = vec![false; self.functions.len()];
        let mut waiting = Vec::new();
        for (function, moment) in &self.calls {
            waiting.push(*function);
            while let Some(function) = waiting.pop() {
                if std::mem::replace(&mut visited[function.0 as usize], true) {
                    continue;
                }
                let uses = &self.functions[function.0 as usize];
                waiting.extend(&uses.functions);
                for variable in &uses.variables {
                    let index = variable.0 as usize;
                    guarded[index] |= self.values[index].is_some_and(|value| value >= *moment);
                }
            }
        }
        guarded
    }

    /// The functions from which a cycle of calls can be reached. Those that call nothing, or only such as
    /// cannot, are crossed out until no more can be.
    pub(super) fn recursive(&self) -> Vec<bool> {
        let mut callers = vec![Vec::new(); self.functions.len()];
        let mut callees = vec![0_usize; self.functions.len()];
        for (caller, uses) in self.functions.iter().enumerate() {
            callees[caller] = uses.functions.len();
            for callee in &uses.functions {
                callers[callee.0 as usize].push(caller);
            }
        }
        let mut recursive = vec![true; self.functions.len()];
        let mut done: Vec<_> = (0..callees.len()).filter(|index| callees[*index] == 0).collect();
        while let Some(index) = done.pop() {
            recursive[index] = false;
            for caller in &callers[index] {
                callees[*caller] -= 1;
                if callees[*caller] == 0 {
                    done.push(*caller);
                }
            }
        }
        recursive
    }
}

impl super::Checker<'_> {
    /// Notes that the code being checked uses `reference`, as far as the order of things depends on it.
    pub(super) fn note_use(&mut self, reference: Reference) {
        match (reference, self.function) {
            (Reference::Variable(variable), Some(by)) if self.order.is_of_module(variable) => {
                self.order.use_in_function(by, variable);
            }
            (Reference::Function(function), by) => self.order.call(by, function),
            _ => {}
        }
    }
}

/// The variables of the module itself, in order: those of its blocks belong to the blocks.
fn module_variables(syntax: &Syntax) -> impl Iterator<Item = VariableId> {
    let declared = syntax.body.iter().filter_map(|statement| match statement {
        Statement::Declare(variables) => Some(variables),
        _ => None,
    });
    declared.flatten().copied()
}
