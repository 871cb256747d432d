//! A server that does what servers should not.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// What it does with whoever connects.
#[derive(Clone, Debug)]
pub enum Does {
    /// Takes the connection and reads nothing, says nothing.
    Nothing,
    /// Reads the request and ends.
    HangsUp,
    /// Answers what is no HTTP and no RESP.
    Garbage,
    /// Begins a body of so many bytes and ends after so many others.
    DiesAfter {
        /// What it promises.
        promised: usize,
        /// What it gives.
        given: usize,
    },
    /// Gives half of a body and ends; asked for the rest, gives that.
    ContinuesLater,
    /// Gives half of a body and ends; asked for the rest, begins anew.
    BeginsAnew,
    /// A body that does not end, under this status.
    Endless(&'static str),
    /// A byte of a body after each such time.
    Trickles(Duration),
    /// Parts of an upload, some of it after each such time; where there is none, never.
    Takes(Option<Duration>),
    /// This, whole.
    Answers(String),
}

/// The body that [`Does::ContinuesLater`] has.
pub const BODY: &[u8] = b"the first half|the other half";

/// A server under way.
#[derive(Debug)]
pub struct Faulty {
    port: u16,
    stop: Arc<AtomicBool>,
    /// Heads of requests so far.
    requests: Arc<Mutex<Vec<String>>>,
}

impl Faulty {
    /// Starts one.
    pub fn start(does: Does) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let (stop, requests) = (Arc::<AtomicBool>::default(), Arc::default());
        let server = Self { port, stop: Arc::clone(&stop), requests: Arc::clone(&requests) };
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if stop.load(Ordering::Relaxed) {
                    return;
                }
                let (does, stop) = (does.clone(), Arc::clone(&stop));
                let requests = Arc::clone(&requests);
                // An error is the other side that has enough, which is what is wanted.
                thread::spawn(move || serve(&does, &stream, &stop, &requests).ok());
            }
        });
        server
    }

    /// Where it is asked.
    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// How often it was asked.
    pub fn requests(&self) -> usize {
        self.heads().len()
    }

    /// What it was asked, without bodies.
    pub fn heads(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

impl Drop for Faulty {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        // Wakes it, to see that.
        let _ = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port));
    }
}

/// A port at which no one listens.
pub fn nobody() -> String {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    format!("127.0.0.1:{}", listener.local_addr().unwrap().port())
}

fn serve(
    does: &Does,
    mut stream: &TcpStream,
    stop: &AtomicBool,
    requests: &Mutex<Vec<String>>,
) -> std::io::Result<()> {
    let pause = |time| {
        thread::sleep(time);
        !stop.load(Ordering::Relaxed)
    };
    if matches!(does, Does::Nothing) {
        while pause(Duration::from_millis(20)) {}
        return Ok(());
    }
    if let Does::Takes(pace) = does {
        return take(stream, *pace, pause);
    }
    let (head, from) = read_request(stream)?;
    requests.lock().unwrap().push(head);
    let half = BODY.len() / 2;
    match does {
        Does::Nothing | Does::Takes(_) | Does::HangsUp => {}
        Does::Garbage => stream.write_all(b"+?!\x00garbage\r\n\r\n")?,
        Does::DiesAfter { promised, given } => {
            write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: {promised}\r\n\r\n")?;
            stream.write_all(&vec![b'a'; *given])?;
        }
        Does::ContinuesLater if from > 0 => {
            let rest = &BODY[from..];
            let (length, whole) = (rest.len(), BODY.len());
            write!(stream, "HTTP/1.1 206 Partial Content\r\nContent-Length: {length}\r\n")?;
            write!(stream, "Content-Range: bytes {from}-{}/{whole}\r\n\r\n", whole - 1)?;
            stream.write_all(rest)?;
        }
        Does::ContinuesLater | Does::BeginsAnew => {
            write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", BODY.len())?;
            stream.write_all(&BODY[..half])?;
        }
        Does::Endless(status) => {
            write!(stream, "HTTP/1.1 {status}\r\nTransfer-Encoding: chunked\r\n\r\n")?;
            while !stop.load(Ordering::Relaxed) {
                stream.write_all(b"4000\r\n")?;
                stream.write_all(&[b'a'; 0x4000])?;
                stream.write_all(b"\r\n")?;
            }
        }
        Does::Trickles(time) => {
            write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")?;
            while pause(*time) {
                stream.write_all(b"a")?;
            }
        }
        Does::Answers(answer) => stream.write_all(answer.as_bytes())?,
    }
    stream.shutdown(Shutdown::Write)?;
    // Until the other side ends too, so that what was written arrives.
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    std::io::copy(&mut stream, &mut std::io::sink())?;
    Ok(())
}

/// Bytes that are taken at once.
const TAKEN_BYTES: u64 = 256 << 10;

/// Answers requests of an upload in parts, and takes the parts slowly.
fn take(
    mut stream: &TcpStream,
    pace: Option<Duration>,
    pause: impl Fn(Duration) -> bool,
) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream);
    loop {
        let (mut method, mut length) = (String::new(), 0);
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line)? == 0 {
                return Ok(());
            }
            let line = line.trim().to_ascii_lowercase();
            if line.is_empty() {
                break;
            }
            if method.is_empty() {
                line.clone_into(&mut method);
            }
            if let Some(value) = line.strip_prefix("content-length: ") {
                length = value.parse().unwrap();
            }
        }
        while length > 0 {
            if method.starts_with("put ") && !pause(pace.unwrap_or(Duration::from_millis(20))) {
                return Ok(());
            }
            if method.starts_with("put ") && pace.is_none() {
                continue;
            }
            let taken = length.min(TAKEN_BYTES);
            std::io::copy(&mut reader.by_ref().take(taken), &mut std::io::sink())?;
            length -= taken;
        }
        let body = match method.contains("uploads") {
            true => {
                "<InitiateMultipartUploadResult><UploadId>1</UploadId></InitiateMultipartUploadResult>"
            }
            false => "<CompleteMultipartUploadResult></CompleteMultipartUploadResult>",
        };
        write!(
            stream,
            "HTTP/1.1 200 OK\r\nETag: \"1\"\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )?;
    }
}

/// Reads a request with its body, as far as it says how long that is; its head, and from where it wants a body.
fn read_request(stream: &TcpStream) -> std::io::Result<(String, usize)> {
    let mut reader = BufReader::new(stream);
    let (mut head, mut length, mut from) = (String::new(), 0, 0);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 || line.starts_with('*') {
            return Ok((head, from));
        }
        head.push_str(&line);
        let line = line.trim().to_ascii_lowercase();
        if let Some(value) = line.strip_prefix("content-length: ") {
            length = value.parse().unwrap();
        }
        if let Some(range) = line.strip_prefix("range: bytes=") {
            from = range.split('-').next().unwrap().parse().unwrap();
        }
        if line.is_empty() {
            std::io::copy(&mut reader.take(length), &mut std::io::sink())?;
            return Ok((head, from));
        }
    }
}

/// An answer with this status and body.
pub fn answer(status: &str, headers: &str, body: &str) -> Does {
    let length = body.len();
    Does::Answers(format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\n{headers}\r\n{body}"))
}
