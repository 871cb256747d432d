//! The order in which modules are initialised, and the cycles that allow none.
//!
//! A module runs after everything that it imports, imports in the order of its text: depth first, without
//! recursion, because a chain of imports may be thousands long.

use super::Graph;

/// Modules that import each other in a circle.
#[derive(Debug, PartialEq, Eq)]
pub struct Cycle {
    /// The modules, each importing the next and the last the first.
    pub modules: Vec<usize>,
}

#[derive(Clone, Copy, PartialEq)]
enum Mark {
    Unseen,
    Open,
    Done,
}

/// Every module after those that it imports, the entry last.
///
/// # Errors
/// The first circle that is met.
pub fn initialisation_order(graph: &Graph) -> Result<Vec<usize>, Cycle> {
    let mut marks = vec![Mark::Unseen; graph.modules.len()];
    let mut order = Vec::with_capacity(graph.modules.len());
    if graph.modules.is_empty() {
        return Ok(order);
    }
    let dependencies =
        |module: usize| graph.modules[module].dependencies().collect::<Vec<_>>().into_iter();
    marks[0] = Mark::Open;
    let mut open = vec![(0, dependencies(0))];
    while let Some((module, rest)) = open.last_mut() {
        let Some(next) = rest.next() else {
            marks[*module] = Mark::Done;
            order.push(*module);
            open.pop();
            continue;
        };
        match marks[next] {
            Mark::Done => {}
            Mark::Unseen => {
                marks[next] = Mark::Open;
                open.push((next, dependencies(next)));
            }
            Mark::Open => {
                let path = open.iter().map(|(module, _)| *module);
                return Err(Cycle { modules: path.skip_while(|module| *module != next).collect() });
            }
        }
    }
    Ok(order)
}

#[cfg(test)]
mod tests {
    use super::super::{Edge, EdgeTarget, InterfaceOf, Module, Source};
    use super::*;
    use crate::record::ModuleRecord;

    fn graph(edges: &[&[usize]]) -> Graph {
        let edge = |index: &usize| Edge {
            specifier: String::new(),
            span: None,
            target: EdgeTarget::Module { index: *index, candidate: 0 },
        };
        let record = || ModuleRecord {
            id: String::new(),
            text: [0; 32],
            imports: Vec::new(),
            interface: [0; 32],
            interface_encoded: Vec::new(),
            object: None,
        };
        let module = |imports: &&[usize]| Module {
            id: String::new(),
            path: "/".into(),
            source: Source::Recorded(std::sync::Arc::new(record())),
            text: [0; 32],
            imports: imports.iter().map(edge).collect(),
            interface: InterfaceOf::parsed(crate::language::Interface::default()),
        };
        Graph { modules: edges.iter().map(module).collect() }
    }

    #[test]
    fn modules_come_after_what_they_import_in_the_order_of_the_text() {
        let diamond = graph(&[&[2, 1], &[3], &[3], &[]]);
        assert_eq!(initialisation_order(&diamond), Ok(vec![3, 2, 1, 0]));
        let repeated = graph(&[&[1, 1], &[]]);
        assert_eq!(initialisation_order(&repeated), Ok(vec![1, 0]));
    }

    #[test]
    fn a_circle_names_its_members_and_not_the_way_there() {
        let cycle = |edges: &[&[usize]]| initialisation_order(&graph(edges)).unwrap_err().modules;
        assert_eq!(cycle(&[&[1], &[2], &[3], &[1]]), [1, 2, 3]);
        assert_eq!(cycle(&[&[0]]), [0]);
        assert_eq!(cycle(&[&[1], &[0]]), [0, 1]);
    }

    #[test]
    fn a_chain_of_a_hundred_thousand_needs_no_stack() {
        let links: Vec<[usize; 1]> = (1..100_000).map(|next| [next]).collect();
        let mut edges: Vec<&[usize]> = links.iter().map(|link| &link[..]).collect();
        edges.push(&[]);
        assert_eq!(initialisation_order(&graph(&edges)).unwrap()[0], 99_999);
    }
}
