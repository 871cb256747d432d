//! A small load: the whole of it is `cargo xtask load`.

use tests::Share;
use tests::load::{Ground, Plan, run};
use tests::servers::Redis;

const SMALL: Plan = Plan { clients: 12, identities: 4, at_once: 6, seed: 1 };

#[test]
fn many_clients_of_a_server_behind_a_bad_network_are_told_nothing_false() {
    let Some(redis) = Redis::start(&[]) else { return };
    let tally = run(SMALL, &Ground::redis(&redis));
    tally.assert_nothing_false_or_lost();
    assert!(tally.hits > 0 && tally.uploaded > 0, "{tally}");
}

#[test]
fn many_clients_of_a_share_in_bad_weather_are_told_nothing_false() {
    let tally = run(SMALL, &Ground::Share(Share::new()));
    tally.assert_nothing_false_or_lost();
    assert!(tally.hits > 0 && tally.uploaded > 0, "{tally}");
}
