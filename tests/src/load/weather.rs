//! What goes wrong between clients and their storage, at random and all the time.

use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use fastrand::Rng;

use crate::access::Access;
use crate::servers::Redis;
use crate::share::{self, Share};
use crate::storage_faults::{Network, Proxy};

/// The storage, and what can be done to it.
#[derive(Debug)]
pub enum Ground {
    /// A directory, in which someone tampers.
    Share(Share),
    /// A server behind a network that breaks.
    Network {
        /// The network.
        proxy: Proxy,
        /// On which terms it is used, through that network.
        access: Box<Access>,
    },
}

/// As a build would have them that waits for another machine rather than for a compiler.
const BOUNDS: &str =
    "timeout = \"5s\"\ntransfer-timeout = \"30s\"\nretries = 1\nupload-wait = \"20s\"\n";

impl Ground {
    /// A Redis behind a network that breaks.
    #[must_use]
    pub fn redis(redis: &Redis) -> Self {
        let proxy = Proxy::before(redis.address());
        let access = Box::new(Access::to_redis(proxy.address()));
        Ground::Network { proxy, access }
    }

    /// Terms for who writes.
    pub(super) fn access(&self) -> Access {
        match self {
            Ground::Share(share) => share.writing().with_lines(BOUNDS),
            Ground::Network { access, .. } => Access::clone(access).with_lines(BOUNDS),
        }
    }

    /// Bad weather while this is done, and calm afterwards.
    pub(super) fn storm(&self, seed: u64, meanwhile: impl FnOnce()) {
        let over = AtomicBool::new(false);
        thread::scope(|scope| {
            scope.spawn(|| {
                let mut random = Rng::with_seed(seed);
                while !over.load(Ordering::SeqCst) {
                    self.blow(&mut random);
                    thread::sleep(Duration::from_millis(random.u64(20..200)));
                }
                if let Ground::Network { proxy, .. } = self {
                    proxy.set(Network::Good);
                }
            });
            // Also where this panics: the one who blows would blow for ever.
            let _calm = Calm(&over);
            meanwhile();
        });
    }

    fn blow(&self, random: &mut Rng) {
        match self {
            Ground::Network { proxy, .. } => proxy.set(match random.u8(..12) {
                0 => Network::Silent,
                1 => Network::Breaks(random.usize(..400_000)),
                2 => Network::Garbage,
                3 => Network::Refuses,
                4 => Network::Slow(random.usize(1_000..20_000)),
                _ => Network::Good,
            }),
            Ground::Share(share) => tamper(share, random),
        }
    }
}

struct Calm<'a>(&'a AtomicBool);

impl Drop for Calm<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

/// Does something to one body, or to none; it may be gone by then.
fn tamper(share: &Share, random: &mut Rng) {
    let files = share.files();
    let Some(body) = random.choice(&files) else { return };
    let Ok(length) = fs::metadata(body).map(|m| m.len()) else { return };
    let done = match random.u8(..12) {
        0 if length > 0 => share::try_flip(body, random.u64(..length)),
        1 if length > 0 => share::try_resize(body, random.u64(..length)),
        2 => fs::remove_file(body),
        3 => {
            let other = random.choice(&files).expect("there is one at least");
            fs::read(other).and_then(|bytes| fs::write(body, bytes))
        }
        _ => Ok(()),
    };
    // A body that was replaced or removed meanwhile is let go.
    drop(done);
}
