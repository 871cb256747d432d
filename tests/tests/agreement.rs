//! The agreement test, a few edits of it: `cargo xtask agreement` runs thousands.

use tests::agreement::{SUBJECTS, run};

fn agrees(name: &str, seed: u64, edits: u32) {
    let subject = SUBJECTS.iter().find(|subject| subject.name == name);
    let tally = run(subject.expect("there is such a workspace"), seed, edits);
    let tally = tally.unwrap_or_else(|problem| panic!("{problem}"));
    assert_eq!(tally.steps, edits);
    assert!(tally.changed > 0, "no edit mattered: {tally:?}");
}

#[test]
fn in_a_generated_workspace() {
    agrees("generated", 7, 30);
}

#[test]
fn in_a_workspace_of_published_crates() {
    agrees("numbers", 7, 10);
}
