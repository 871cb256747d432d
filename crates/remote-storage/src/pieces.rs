//! Bodies in Redis, in pieces.
//!
//! The client that OpenDAL uses gives a command half a second, so a body that goes in one command would have to
//! cross the network in that time; and a value is read whole, however long whoever put it made it. So a body
//! is many small values, and under its name stands only where they are:
//!
//! 1. the pieces are written under names of their own, which nobody knows yet;
//! 2. the head is written, in one command: from here on the name means the new body;
//! 3. the pieces of the body that had the name are removed.
//!
//! Killed before 2, pieces without a head remain, until they expire; between 2 and 3, pieces of a former head.
//! A server that evicts may take a piece and leave the head: then the body is as good as absent, and is put again.

use std::io;

use archive_builder::remote::storage::{Body, Trouble};
use futures_util::TryStreamExt;
use opendal::{Buffer, Operator};
use redis::{AsyncConnectionConfig, Client, IntoConnectionInfo, RedisConnectionInfo};

use crate::bodies::{Source, write_all};
use crate::environment::Variables;
use crate::pace::Pace;
use crate::trouble::Failure;

/// At 512 KiB a second, a piece still takes no longer than a command may.
const PIECE_BYTES: u64 = 256 << 10;

/// Every head has this length, so that no more than that is ever read of whatever has the name.
const HEAD_BYTES: u64 = 64;

const MAGIC: &str = "freshness body 1";

/// Where the pieces of a body are.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Head {
    bytes: u64,
    /// What the names of its pieces have in common, and no other body's.
    generation: u64,
}

impl Head {
    fn encode(&self) -> Vec<u8> {
        let text = format!("{MAGIC} {:020} {:016x}", self.bytes, self.generation);
        format!("{text:<63}\n").into_bytes()
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(bytes).ok()?;
        let (bytes, generation) = text.strip_prefix(MAGIC)?.trim().split_once(' ')?;
        let generation = u64::from_str_radix(generation, 16).ok()?;
        let head = Self { bytes: bytes.parse().ok()?, generation };
        (head.encode() == text.as_bytes()).then_some(head)
    }

    /// The names of its pieces and their lengths, in order.
    fn pieces(&self, name: &str) -> impl Iterator<Item = (String, u64)> + use<> {
        let (bytes, generation, name) = (self.bytes, self.generation, name.to_owned());
        (0..bytes.div_ceil(PIECE_BYTES)).map(move |index| {
            let length = (bytes - index * PIECE_BYTES).min(PIECE_BYTES);
            (format!("{name}.{generation:016x}.{index}"), length)
        })
    }
}

/// Writes a body to `into`, piece by piece; `None` where there is none.
pub(crate) async fn get(
    operator: &Operator,
    pace: &Pace,
    name: &str,
    limit: u64,
    into: &mut dyn io::Write,
) -> Result<Option<u64>, Failure> {
    let Some(head) = head_of(operator, pace, name).await? else { return Ok(None) };
    if head.bytes > limit {
        return Err(Failure::too_large(limit));
    }
    for (piece, length) in head.pieces(name) {
        match read(operator, pace, &piece, length).await? {
            Some(bytes) => write_all(into, bytes)?,
            None => {
                let problem =
                    "a piece of it is gone: it was replaced meanwhile, or the server evicts";
                return Err(Failure::new(Trouble::Answer, problem));
            }
        }
    }
    Ok(Some(head.bytes))
}

/// Puts a body in the place of whatever had the name.
pub(crate) async fn put(
    operator: &Operator,
    pace: &Pace,
    name: &str,
    body: &mut Body<'_>,
) -> Result<(), Failure> {
    let before = match head_of(operator, pace, name).await {
        Err(failure) if failure.trouble == Trouble::Answer => None,
        before => before?,
    };
    let bytes = match body {
        Body::Bytes(bytes) => bytes.len() as u64,
        Body::File(_, bytes) => *bytes,
    };
    let head = Head { bytes, generation: fastrand::u64(..) };
    let written = write(operator, pace, name, &head, body).await;
    let done_with = match &written {
        Ok(()) => before,
        Err(_) => Some(head),
    };
    if let Some(head) = done_with {
        for (piece, _) in head.pieces(name) {
            // Who replaced them did its work; that some may remain is in the head of this file.
            let removed = pace.step(async { operator.delete(&piece).await }).await;
            if removed.is_err() {
                break;
            }
        }
    }
    written
}

async fn write(
    operator: &Operator,
    pace: &Pace,
    name: &str,
    head: &Head,
    body: &mut Body<'_>,
) -> Result<(), Failure> {
    let mut source = Source::of(body)?;
    for (piece, length) in head.pieces(name) {
        if let Some(bytes) = source.next(length as usize)? {
            write_value(operator, pace, &piece, Buffer::from(bytes)).await?;
        }
    }
    write_value(operator, pace, name, Buffer::from(head.encode())).await
}

async fn write_value(
    operator: &Operator,
    pace: &Pace,
    key: &str,
    value: Buffer,
) -> Result<(), Failure> {
    pace.persist(async || pace.step(operator.write(key, value.clone())).await.map(|_| ())).await
}

/// The length of a body all of whose pieces are there.
pub(crate) async fn length(
    operator: &Operator,
    pace: &Pace,
    name: &str,
) -> Result<Option<u64>, Failure> {
    let Some(head) = head_of(operator, pace, name).await? else { return Ok(None) };
    for (piece, _) in head.pieces(name) {
        if read(operator, pace, &piece, 1).await?.is_none() {
            return Ok(None);
        }
    }
    Ok(Some(head.bytes))
}

/// Removes a body: its head first, so that no one finds it without its pieces.
pub(crate) async fn remove(operator: &Operator, pace: &Pace, name: &str) -> Result<(), Failure> {
    let head = head_of(operator, pace, name).await?;
    pace.step(async { operator.delete(name).await }).await?;
    for (piece, _) in head.iter().flat_map(|head| head.pieces(name)) {
        pace.step(async { operator.delete(&piece).await }).await?;
    }
    Ok(())
}

async fn head_of(operator: &Operator, pace: &Pace, name: &str) -> Result<Option<Head>, Failure> {
    let Some(bytes) = read(operator, pace, name, HEAD_BYTES).await? else { return Ok(None) };
    let foreign = || Failure::new(Trouble::Answer, "what has this name was not put by freshness");
    Head::decode(&bytes.to_bytes()).map(Some).ok_or_else(foreign)
}

/// So many bytes from the beginning of a value; `None` where it is not there.
async fn read(
    operator: &Operator,
    pace: &Pace,
    key: &str,
    length: u64,
) -> Result<Option<Buffer>, Failure> {
    pace.persist(async || {
        pace.step(async {
            let mut pieces = operator.reader(key).await?.into_stream(0..length).await?;
            let mut value = Vec::new();
            loop {
                match pieces.try_next().await {
                    Ok(Some(piece)) => value.extend(piece),
                    Ok(None) => return Ok(Some(value.into_iter().collect())),
                    Err(error) if Failure::is_absence(&error) => return Ok(None),
                    // Redis answers a range of what it does not have with nothing, which OpenDAL finds too little.
                    Err(error) if !error.is_temporary() && value.is_empty() => return Ok(None),
                    Err(error) => return Err(Failure::from(error)),
                }
            }
        })
        .await
    })
    .await
}

/// Connects once, to hear at once what is wrong: OpenDAL's own connections try six times whatever it is, and then
/// say that time is over.
pub(crate) async fn reach(
    (endpoint, db): (&str, i64),
    variables: &Variables,
    pace: &Pace,
) -> Result<(), Failure> {
    pace.persist(async || pace.step(ping(endpoint, db, variables)).await).await
}

async fn ping(endpoint: &str, db: i64, variables: &Variables) -> Result<(), redis::RedisError> {
    let mut settings = RedisConnectionInfo::default().set_db(db);
    if let Some(username) = variables.get("REDIS_USERNAME") {
        settings = settings.set_username(username);
    }
    if let Some(password) = variables.get("REDIS_PASSWORD") {
        settings = settings.set_password(password);
    }
    let client = Client::open(endpoint.into_connection_info()?.set_redis_settings(settings))?;
    // Its own, shorter bounds make no difference between slow and silent.
    let config =
        AsyncConnectionConfig::new().set_connection_timeout(None).set_response_timeout(None);
    let mut connection = client.get_multiplexed_async_connection_with_config(&config).await?;
    // A server that wants a password says so only where it is asked for something.
    redis::cmd("PING").query_async::<()>(&mut connection).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_is_read_as_it_was_written_and_nothing_else_is_one() {
        let head = Head { bytes: 3 * PIECE_BYTES + 1, generation: 0xabc };
        let bytes = head.encode();
        assert_eq!(bytes.len() as u64, HEAD_BYTES);
        assert_eq!(Head::decode(&bytes), Some(head));
        for at in 0..bytes.len() {
            let mut other = bytes.clone();
            other[at] = b'~';
            assert_eq!(Head::decode(&other), None, "{at}");
        }
        assert_eq!(Head::decode(&[0xff; 64]), None);
        assert_eq!(Head::decode(b""), None);
    }

    #[test]
    fn pieces_add_up_to_the_body() {
        for bytes in [0, 1, PIECE_BYTES - 1, PIECE_BYTES, PIECE_BYTES + 1, 10 * PIECE_BYTES] {
            let head = Head { bytes, generation: 1 };
            let pieces: Vec<_> = head.pieces("a/b").collect();
            assert_eq!(pieces.iter().map(|(_, length)| length).sum::<u64>(), bytes);
            assert!(pieces.iter().all(|(name, _)| crate::name::problem_of(name).is_none()));
        }
    }
}
