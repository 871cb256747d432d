//! Work on all cores, where there is enough of it: waking other threads for a single piece takes longer than
//! most pieces do.

use rayon::prelude::*;

/// One value of each item, in their order.
pub(crate) fn each<I: Send, T: Send>(items: Vec<I>, make: impl Fn(I) -> T + Sync + Send) -> Vec<T> {
    match items.len() {
        0 | 1 => items.into_iter().map(make).collect(),
        _ => items.into_par_iter().map(make).collect(),
    }
}

/// The values that are known, and in the places where none is, one that is made for it.
pub(crate) fn complete<T: Send>(known: Vec<Option<T>>, make: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let missing = known.iter().filter(|value| value.is_none()).count();
    let value = |(index, known): (usize, Option<T>)| known.unwrap_or_else(|| make(index));
    match missing {
        0 | 1 => known.into_iter().enumerate().map(value).collect(),
        _ => known.into_par_iter().enumerate().map(value).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_made_in_its_place() {
        for missing in [vec![], vec![3], vec![0, 3, 4]] {
            let known = (0..5).map(|index| (!missing.contains(&index)).then_some(index * 10));
            let complete = complete(known.collect(), |index| index * 10 + 1);
            let expected: Vec<usize> =
                (0..5).map(|index| index * 10 + usize::from(missing.contains(&index))).collect();
            assert_eq!(complete, expected);
        }
    }
}
