//! Many clients of one storage at once, in bad weather: nothing false, nothing lost, and figures.
//!
//! Each client is a machine of its own that wants the archive of one identity: half of them can build and put, the
//! others have no toolchain and depend on the storage. Meanwhile the network breaks in turns, or someone tampers
//! with the share, and clients are killed. Every archive that a client is given is read, and holds the mark of
//! its identity, which no other has.
//!
//! Then the weather is calm. Two clients that can build look after each identity, one after the other, and put
//! right what was tampered with: the first may find nothing because the way to an archive is damaged, and mends
//! that; only who then fetches the archive sees whether it is damaged too. From then on each identity is there for
//! a machine that has nothing.

mod client;
mod tally;
mod weather;

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use fastrand::Rng;

use crate::access::Access;
use client::{Client, Tools};
pub use tally::Tally;
pub use weather::Ground;

/// How many, and of what.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// Clients, each a process at a time.
    pub clients: usize,
    /// Different archives that they want.
    pub identities: usize,
    /// How many clients are at work at once.
    pub at_once: usize,
    /// What is random follows from it.
    pub seed: u64,
}

/// Lets them all loose.
///
/// # Panics
/// Something cannot be started.
#[must_use]
pub fn run(plan: Plan, ground: &Ground) -> Tally {
    let mut random = Rng::with_seed(plan.seed);
    let tally = Mutex::new(Tally::default());
    let writer = ground.access();
    let mut clients = clients(plan, &writer);
    random.shuffle(&mut clients);
    let start = Instant::now();
    ground.storm(random.u64(..), || {
        in_parallel(plan, &mut clients, |client, random| {
            client.work(random, &tally);
        });
    });
    tally.lock().unwrap().storm = start.elapsed();
    in_parallel(plan, &mut clients, |client, _| client.settle(&tally));
    let new = |tools: Tools, access: &Access| -> Vec<Client> {
        (0..plan.identities).map(|n| Client::new(n, tools, access)).collect()
    };
    for _ in 0..2 {
        let mut healers = new(Tools::All, &writer);
        in_parallel(plan, &mut healers, |client, _| client.settle(&tally));
        clients.append(&mut healers);
    }
    let mut readers = new(Tools::None, &writer.reading());
    in_parallel(plan, &mut readers, |client, _| client.must_be_served(&tally));
    for client in clients.iter().chain(&readers) {
        client.must_have_kept(&tally);
    }
    let mut tally = tally.into_inner().unwrap();
    tally.whole = start.elapsed();
    tally
}

fn clients(plan: Plan, writer: &Access) -> Vec<Client> {
    let client = |number: usize| {
        let (tools, access) = match number < plan.clients / 2 {
            true => (Tools::All, writer.clone()),
            false => (Tools::None, writer.reading()),
        };
        Client::new(number % plan.identities, tools, &access)
    };
    (0..plan.clients).map(client).collect()
}

/// Does something for each, so many at once.
fn in_parallel(plan: Plan, clients: &mut [Client], work: impl Fn(&mut Client, &mut Rng) + Sync) {
    let next = AtomicUsize::new(0);
    let clients: Vec<Mutex<&mut Client>> = clients.iter_mut().map(Mutex::new).collect();
    thread::scope(|scope| {
        for _ in 0..plan.at_once {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::SeqCst);
                    let Some(client) = clients.get(number) else { return };
                    let mut random = Rng::with_seed(plan.seed + number as u64);
                    work(&mut client.lock().unwrap(), &mut random);
                }
            });
        }
    });
}

/// Between two tries of a client that was not served.
const PAUSE: Duration = Duration::from_millis(100);
