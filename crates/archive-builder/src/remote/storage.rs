//! A storage that many machines share, as far as the builder needs one: named bodies, read and written whole.
//!
//! Whoever implements it speaks the network and keeps its own time: every call ends within bounds that its
//! maker chose, with an answer or an error. Nothing that it returns is believed before a signature or a
//! digest was compared.

use std::fmt;
use std::fs::File;
use std::io;
use std::time::SystemTime;

/// Named bodies on other machines. Names are made of `a-z`, `0-9`, `.`, `_`, `-` and `/`, never begin or end
/// with `/`, and hold no empty part and no `..`.
pub trait Storage: Send + Sync + fmt::Debug {
    /// What it is, for people, without credentials: `s3 bucket/prefix`.
    fn describe(&self) -> String;

    /// Writes a body to `into` as it arrives; `None` where there is none of this name.
    ///
    /// # Errors
    /// [`Trouble::TooLarge`] once more than `limit` bytes came, [`Trouble::Local`] where `into` fails; the
    /// network's.
    fn get(
        &self,
        name: &str,
        limit: u64,
        into: &mut dyn io::Write,
    ) -> Result<Option<u64>, StorageError>;

    /// Puts a body in the place of whatever had the name. Who reads meanwhile gets the old one, the new one or an
    /// error.
    ///
    /// # Errors
    /// The network's; [`Trouble::Full`] and [`Trouble::Denied`] where the storage says so.
    fn put(&self, name: &str, body: Body<'_>) -> Result<(), StorageError>;

    /// The length of a body, without reading it; `None` where there is none.
    ///
    /// # Errors
    /// The network's.
    fn length(&self, name: &str) -> Result<Option<u64>, StorageError>;

    /// Names every body whose name begins with `prefix`, which ends with `/`.
    ///
    /// # Errors
    /// [`Trouble::Unsupported`] where the storage cannot list; the network's.
    fn list(&self, prefix: &str, each: &mut dyn FnMut(Stored)) -> Result<(), StorageError>;

    /// Removes a body; that there is none is no error.
    ///
    /// # Errors
    /// The network's.
    fn remove(&self, name: &str) -> Result<(), StorageError>;
}

/// What to put.
#[derive(Debug)]
pub enum Body<'a> {
    /// These bytes.
    Bytes(&'a [u8]),
    /// So many bytes from the beginning of a file.
    File(&'a mut File, u64),
}

/// A body as a listing names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// Its name.
    pub name: String,
    /// Its length in bytes.
    pub bytes: u64,
    /// When it was put, where the storage says so.
    pub modified: Option<SystemTime>,
}

/// Why a storage has no answer.
#[derive(Debug, thiserror::Error)]
#[error("{operation} {name} {place}: {problem}", place = preposition(operation, storage))]
pub struct StorageError {
    /// What was tried: `read`, `write`, `look at`, `list`, `remove`.
    pub operation: &'static str,
    /// The name of the body.
    pub name: String,
    /// [`Storage::describe`].
    pub storage: String,
    /// What sort of trouble it is.
    pub trouble: Trouble,
    /// The service's or the system's words, without credentials.
    pub problem: String,
}

fn preposition(operation: &str, storage: &str) -> String {
    let word = match operation {
        "write" => "to",
        "look at" | "list" => "in",
        _ => "from",
    };
    format!("{word} {storage}")
}

/// Sorts of trouble, as far as something different is to be done about them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Trouble {
    /// It cannot be reached, or broke off.
    Unreachable,
    /// It took longer than it may.
    TimedOut,
    /// It does not let us: missing or wrong credentials, no permission.
    Denied,
    /// It takes no more.
    Full,
    /// The body is longer than what may be read.
    TooLarge,
    /// The service cannot do this at all.
    Unsupported,
    /// What was read could not be kept here.
    Local,
    /// Anything else that it answers.
    Answer,
}

impl Trouble {
    /// What to do next.
    #[must_use]
    pub fn hint(self) -> &'static str {
        match self {
            Trouble::Unreachable => {
                "see whether the service runs, and whether `url` and `options` name it"
            }
            Trouble::TimedOut => {
                "try again; `timeout` and `transfer-timeout` set how long is waited"
            }
            Trouble::Denied => {
                "set the credentials that the service wants, or ask for the permission"
            }
            Trouble::Full => "make room: `freshness remote prune`, or a larger quota",
            Trouble::TooLarge => "`max-archive-size` sets what is fetched and put",
            Trouble::Unsupported => {
                "let the service do that by itself: an expiry, a lifecycle rule"
            }
            Trouble::Local => "see the system's message",
            Trouble::Answer => "see the service's words",
        }
    }
}
