//! As for the program `freshness`: the compiler carries the unwinder.

#[path = "../freshness/build.rs"]
mod unwinder;

fn main() {
    unwinder::main();
}
