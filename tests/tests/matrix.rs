//! The detection matrix: every row of it as the table says, and the published page as the table.

use tests::matrix::{FAMILIES, published_page, run};

fn holds(name: &str) {
    let family = FAMILIES.iter().find(|family| family.name == name);
    let findings = run(family.expect("there is such a family"));
    assert!(findings.is_empty(), "{}", findings.join("\n"));
}

macro_rules! families {
    ($($test:ident: $name:literal,)*) => {
        $(#[test] fn $test() { holds($name); })*

        #[test]
        fn every_family_is_run() {
            let tested = [$($name),*];
            let names: Vec<&str> = FAMILIES.iter().map(|family| family.name).collect();
            assert_eq!(names, tested);
        }
    };
}

families! {
    content: "Content",
    shared_mappings: "Shared mappings",
    times: "Times",
    file_set: "File set",
    version_control: "Version control",
    copying_tools: "Copying tools",
    graph: "Graph",
    key: "Key",
    outputs: "Outputs",
    third_of_three_outputs: "The third of three outputs",
    stamp: "Stamp",
    process: "Process",
}

#[test]
fn the_published_page_is_current() {
    let (published, table) = published_page();
    assert!(published == table, "docs/DETECTION.md is out of date: cargo xtask matrix");
}
