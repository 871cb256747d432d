//! The original proof, as `cargo xtask demo` performs it.

use tests::{Project, Run, nativets, xtask};

#[test]
fn the_five_steps_of_the_proof() {
    let project = Project::empty();
    let scratch = project.path("demo");
    let run = project.compile().with_program(xtask()).args([
        "demo".as_ref(),
        "--compiler".as_ref(),
        nativets().as_os_str(),
    ]);
    let run: Run = run.args(["--scratch".as_ref(), scratch.as_os_str()]);
    let ran = run.run().expect(0);
    let rows: Vec<Vec<&str>> =
        ran.stdout.lines().skip(1).map(|l| l.split_whitespace().collect()).collect();
    let steps: Vec<&str> = rows.iter().map(|row| row[0]).collect();
    assert_eq!(steps, ["1", "2", "3", "4", "5.1", "5.2", "5.3", "5.4"], "{}", ran.stdout);
    for (row, printed) in rows.iter().zip(["42", "43", "43", "43!"].into_iter().cycle()) {
        assert!(row.contains(&printed), "{row:?}");
    }
}
