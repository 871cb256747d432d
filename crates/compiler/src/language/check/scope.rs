//! Which name means what, where.
//!
//! One table, indexed by name, says what is visible now; entering a scope remembers how long the list of
//! shadowed meanings is, and leaving restores them. So a lookup is one load.

use super::{Checker, Reference};
use crate::language::syntax::{Name, Span, Statement, VariableId};

pub(super) struct Scopes {
    /// By name.
    visible: Vec<Option<Meaning>>,
    shadowed: Vec<(Name, Option<Meaning>)>,
    /// For each scope but the outermost: the length of `shadowed` when it was entered.
    entered: Vec<usize>,
    /// By variable; grows as variables are declared. Its declaration has been passed.
    initialised: Vec<bool>,
}

#[derive(Clone, Copy)]
struct Meaning {
    reference: Reference,
    depth: usize,
}

impl Scopes {
    pub(super) fn new(names: usize) -> Self {
        Self {
            visible: vec![None; names],
            shadowed: Vec::new(),
            entered: Vec::new(),
            initialised: Vec::new(),
        }
    }

    pub(super) fn enter(&mut self) {
        self.entered.push(self.shadowed.len());
    }

    pub(super) fn leave(&mut self) {
        let length = self.entered.pop().unwrap_or_default();
        for (name, meaning) in self.shadowed.drain(length..).rev() {
            self.visible[name.0 as usize] = meaning;
        }
    }

    pub(super) fn find(&self, name: Name) -> Option<Reference> {
        self.visible[name.0 as usize].map(|meaning| meaning.reference)
    }

    /// Fails where this very scope has the name already.
    fn declare(&mut self, name: Name, reference: Reference) -> Result<(), ()> {
        let depth = self.entered.len();
        let visible = &mut self.visible[name.0 as usize];
        if visible.is_some_and(|meaning| meaning.depth == depth) {
            return Err(());
        }
        self.shadowed.push((name, *visible));
        *visible = Some(Meaning { reference, depth });
        Ok(())
    }

    pub(super) fn initialise(&mut self, variable: VariableId) {
        let index = variable.0 as usize;
        if self.initialised.len() <= index {
            self.initialised.resize(index + 1, false);
        }
        self.initialised[index] = true;
    }

    pub(super) fn is_initialised(&self, variable: VariableId) -> bool {
        self.initialised.get(variable.0 as usize).copied().unwrap_or_default()
    }

    /// Every visible name.
    pub(super) fn names(&self) -> impl Iterator<Item = Name> {
        let visible = self.visible.iter().enumerate();
        visible.filter(|(_, meaning)| meaning.is_some()).map(|(index, _)| Name(index as u32))
    }
}

impl Checker<'_> {
    pub(super) fn declare(&mut self, name: Name, span: &Span, reference: Reference) {
        if self.scopes.declare(name, reference).is_err() {
            let message = format!("`{}` is declared twice in the same scope", self.text(name));
            self.error_with_help(span, message, "give one of them another name");
        }
    }

    /// The variables that these statements declare, all visible from the beginning of their block: a use
    /// before its declaration means the inner variable, and is wrong.
    pub(super) fn declare_all(&mut self, statements: &[Statement]) {
        for statement in statements {
            if let Statement::Declare(variables) = statement {
                self.declare_variables(variables);
            }
        }
    }

    pub(super) fn declare_variables(&mut self, variables: &[VariableId]) {
        for id in variables {
            let variable = self.syntax.variable(*id);
            self.declare(variable.name, &variable.span, Reference::Variable(*id));
        }
    }

    /// Something visible that is spelled nearly like `name`.
    pub(super) fn similar(&self, name: &str) -> Option<&str> {
        let builtin = ["console", "NaN", "Infinity"];
        let names = self.scopes.names().map(|name| self.text(name)).chain(builtin);
        closest(name, names)
    }
}

/// The candidate with the fewest edits, where they are few; of equals the first in the alphabet.
pub(super) fn closest<'a>(
    name: &str,
    candidates: impl Iterator<Item = &'a str>,
) -> Option<&'a str> {
    let few = name.chars().count().div_ceil(3).min(3);
    let near = |candidate: &&str| candidate.len().abs_diff(name.len()) <= few * 2;
    let distances = candidates.filter(near).take(2_000).filter_map(|candidate| {
        let distance = edits(name, candidate);
        (0 < distance && distance <= few).then_some((distance, candidate))
    });
    distances.min().map(|(_, candidate)| candidate)
}

/// Levenshtein's distance.
fn edits(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (i, c) in one.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, d) in other.iter().enumerate() {
            let replaced = diagonal + usize::from(c != *d);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[other.len()]
}

#[cfg(test)]
mod tests {
    use super::{closest, edits};

    #[test]
    fn edits_are_counted() {
        for (one, other, count) in
            [("", "", 0), ("a", "", 1), ("kitten", "sitting", 3), ("ab", "ba", 2), ("ä", "a", 1)]
        {
            assert_eq!(edits(one, other), count, "{one} {other}");
            assert_eq!(edits(other, one), count, "{other} {one}");
        }
    }

    #[test]
    fn only_what_is_near_is_suggested() {
        let names = ["total", "count", "counter", "x"];
        assert_eq!(closest("cuont", names.into_iter()), Some("count"));
        assert_eq!(closest("totals", names.into_iter()), Some("total"));
        assert_eq!(closest("nothing", names.into_iter()), None);
        assert_eq!(closest("total", names.into_iter()), None);
    }
}
