//! A stretch of network that behaves badly: a proxy on loopback in front of a server, or of none.
//!
//! It counts who comes, so that a test can say that no one did.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// What becomes of what the server answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Network {
    /// It comes through.
    Good,
    /// Nothing comes, and the connection stays.
    Silent,
    /// So many bytes of a connection come, then it ends.
    Breaks(usize),
    /// Something else comes.
    Garbage,
    /// Something that has no end comes.
    Endless,
    /// So many bytes come at a time, a hundredth of a second after the last.
    Slow(usize),
    /// It ends at once.
    Refuses,
}

/// The proxy; who was connected is cut off with its end.
#[derive(Debug)]
pub struct Proxy {
    address: SocketAddr,
    state: Arc<State>,
}

#[derive(Debug)]
struct State {
    server: Option<SocketAddr>,
    network: Mutex<Network>,
    connections: AtomicUsize,
    /// Of all connections together.
    bytes: AtomicUsize,
    ended: AtomicBool,
}

impl Proxy {
    /// Before a server, all being well.
    ///
    /// # Panics
    /// There is no port to be had.
    #[must_use]
    pub fn before(server: SocketAddr) -> Self {
        Self::start(Some(server), Network::Good)
    }

    /// Before no server at all: whatever is asked, this is what comes.
    ///
    /// # Panics
    /// There is no port to be had.
    #[must_use]
    pub fn alone(network: Network) -> Self {
        Self::start(None, network)
    }

    fn start(server: Option<SocketAddr>, network: Network) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let state = Arc::new(State {
            server,
            network: Mutex::new(network),
            connections: AtomicUsize::new(0),
            bytes: AtomicUsize::new(0),
            ended: AtomicBool::new(false),
        });
        let of_thread = Arc::clone(&state);
        thread::spawn(move || {
            for client in listener.incoming() {
                if of_thread.ended.load(Ordering::SeqCst) {
                    break;
                }
                let Ok(client) = client else { continue };
                of_thread.connections.fetch_add(1, Ordering::SeqCst);
                let state = Arc::clone(&of_thread);
                thread::spawn(move || state.serve(client));
            }
        });
        Self { address, state }
    }

    /// Where it is.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// From now on the network is like this, for those who are connected too.
    ///
    /// # Panics
    /// A thread of it panicked.
    pub fn set(&self, network: Network) {
        *self.state.network.lock().unwrap() = network;
    }

    /// How many connections there were.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.state.connections.load(Ordering::SeqCst)
    }

    /// How many bytes of answers came through.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.state.bytes.load(Ordering::SeqCst)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.state.ended.store(true, Ordering::SeqCst);
        // Wakes the one who waits for connections.
        let _ = TcpStream::connect(self.address);
    }
}

/// An address that no one listens at.
///
/// # Panics
/// There is no port to be had.
#[must_use]
pub fn nowhere() -> SocketAddr {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap()
}

impl State {
    fn network(&self) -> Network {
        *self.network.lock().unwrap()
    }

    fn serve(&self, client: TcpStream) {
        match (self.network(), self.server) {
            (Network::Refuses, _) => {}
            (_, Some(server)) => {
                if let Ok(server) = TcpStream::connect(server) {
                    self.join(&client, &server);
                }
            }
            (_, None) => self.answer(&client),
        }
        let _ = client.shutdown(Shutdown::Both);
    }

    /// Carries both ways until either ends.
    fn join(&self, client: &TcpStream, server: &TcpStream) {
        thread::scope(|scope| {
            scope.spawn(|| {
                carry(client, server);
                let _ = server.shutdown(Shutdown::Write);
            });
            self.answers(server, client);
            let _ = client.shutdown(Shutdown::Both);
            let _ = server.shutdown(Shutdown::Both);
        });
    }

    fn answers(&self, mut server: &TcpStream, mut client: &TcpStream) {
        let mut buffer = vec![0; 64 * 1024];
        let mut came = 0;
        while let Ok(length @ 1..) = server.read(&mut buffer) {
            let mut piece = &mut buffer[..length];
            match self.network() {
                Network::Good => {}
                Network::Refuses => return,
                Network::Silent => return self.wait(),
                Network::Breaks(after) if came + piece.len() > after => {
                    let _ = client.write_all(&piece[..after.saturating_sub(came)]);
                    return;
                }
                Network::Breaks(_) => {}
                Network::Garbage => piece.fill(0x2a),
                Network::Endless => return self.endless(client),
                Network::Slow(bytes) => {
                    while piece.len() > bytes && self.goes_on() {
                        if client.write_all(&piece[..bytes]).is_err() {
                            return;
                        }
                        self.bytes.fetch_add(bytes, Ordering::SeqCst);
                        piece = &mut piece[bytes..];
                        thread::sleep(Duration::from_millis(10));
                    }
                }
            }
            came += piece.len();
            if client.write_all(piece).is_err() {
                return;
            }
            self.bytes.fetch_add(piece.len(), Ordering::SeqCst);
        }
    }

    /// What comes where there is no server: as soon as something is asked.
    fn answer(&self, mut client: &TcpStream) {
        if client.read(&mut [0; 4096]).is_err() {
            return;
        }
        match self.network() {
            Network::Garbage => drop(client.write_all(&[0x2a; 4096])),
            Network::Endless => self.endless(client),
            Network::Good | Network::Breaks(_) | Network::Refuses => {}
            Network::Silent | Network::Slow(_) => self.wait(),
        }
    }

    fn endless(&self, mut client: &TcpStream) {
        while self.goes_on() && client.write_all(&[0x2a; 4096]).is_ok() {}
    }

    fn wait(&self) {
        while self.goes_on() && self.network() == Network::Silent {
            thread::sleep(Duration::from_millis(10));
        }
    }

    fn goes_on(&self) -> bool {
        !self.ended.load(Ordering::SeqCst)
    }
}

fn carry(mut from: &TcpStream, mut to: &TcpStream) {
    let mut buffer = vec![0; 64 * 1024];
    while let Ok(length @ 1..) = from.read(&mut buffer) {
        if to.write_all(&buffer[..length]).is_err() {
            return;
        }
    }
}
