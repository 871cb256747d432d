//! A small load: the whole of it is `cargo xtask load`.

use tests::Share;
use tests::load::{Ground, Plan, run};

const SMALL: Plan = Plan { clients: 12, identities: 4, at_once: 6, seed: 1 };

#[test]
fn many_clients_of_a_share_in_bad_weather_are_told_nothing_false() {
    let tally = run(SMALL, &Ground::Share(Share::new()));
    tally.assert_nothing_false_or_lost();
    assert!(tally.hits > 0 && tally.uploaded > 0, "{tally}");
}
