//! Bodies as they are: streamed piece by piece, counted while they come, and sent in parts.
//!
//! A body that breaks off is asked for again from where it broke off. Should it have been replaced meanwhile, the two
//! halves do not fit, which whoever asked finds out by digest or signature; nothing here believes anything.

use std::io::{self, Read, Seek};

use archive_builder::remote::storage::{Body, Trouble};
use bytes::Bytes;
use futures_util::TryStreamExt;
use opendal::{Buffer, Operator};

use crate::client::BODY_LIMIT;
use crate::pace::Pace;
use crate::trouble::Failure;

/// Bytes of a part where a service takes bodies in parts. Amazon's least is 5 MiB.
const PART_BYTES: usize = 8 << 20;

/// Bytes that are read from a file at once.
const READ_BYTES: usize = 1 << 20;

/// Writes a body to `into` as it comes; `None` where there is none.
pub(crate) async fn get(
    operator: &Operator,
    pace: &Pace,
    name: &str,
    limit: u64,
    into: &mut dyn io::Write,
) -> Result<Option<u64>, Failure> {
    let mut received = 0;
    let is_there =
        pace.persist(async || receive(operator, pace, name, limit, into, &mut received).await);
    // Its length is judged here, byte by byte.
    let is_there = BODY_LIMIT.scope(u64::MAX, is_there).await?;
    Ok(is_there.then_some(received))
}

async fn receive(
    operator: &Operator,
    pace: &Pace,
    name: &str,
    limit: u64,
    into: &mut dyn io::Write,
    received: &mut u64,
) -> Result<bool, Failure> {
    let reader = operator.reader(name).await?;
    let mut pieces = pace.step(reader.into_stream(*received..)).await?;
    loop {
        let next = pace.step(async {
            match pieces.try_next().await {
                Err(error) if Failure::is_absence(&error) && *received == 0 => Ok(None),
                Err(error) => Err(Failure::from(error)),
                Ok(piece) => Ok(Some(piece)),
            }
        });
        let Some(piece) = next.await? else { return Ok(false) };
        let Some(piece) = piece else { return Ok(true) };
        *received += piece.len() as u64;
        if *received > limit {
            return Err(Failure::too_large(limit));
        }
        write_all(into, piece)?;
    }
}

/// Writes all of what came.
pub(crate) fn write_all(into: &mut dyn io::Write, pieces: Buffer) -> Result<(), Failure> {
    for piece in pieces {
        into.write_all(&piece).map_err(|error| Failure::local(&error))?;
    }
    Ok(())
}

/// Puts a body, in parts where the service takes it in parts.
pub(crate) async fn put(
    operator: &Operator,
    pace: &Pace,
    name: &str,
    body: &mut Body<'_>,
) -> Result<(), Failure> {
    let in_parts = operator.info().full_capability().write_can_multi;
    pace.persist(async || {
        let mut source = Source::of(body)?;
        if !in_parts {
            let mut whole = Vec::new();
            while let Some(piece) = source.next(READ_BYTES)? {
                whole.push(piece);
            }
            let write = async { operator.write(name, Buffer::from(whole)).await };
            return pace.step(write).await.map(|_| ());
        }
        let mut writer =
            pace.step(operator.writer_with(name).chunk(PART_BYTES).into_future()).await?;
        let sent = async {
            while let Some(piece) = source.next(READ_BYTES)? {
                pace.step(writer.write(piece)).await?;
            }
            pace.step(writer.close()).await
        };
        match sent.await {
            Ok(_) => Ok(()),
            Err(failure) => {
                // What was begun is taken back if that can be done at once; it has no name yet either way.
                let _ = tokio::time::timeout(pace.silence, writer.abort()).await;
                Err(failure)
            }
        }
    })
    .await
}

/// What is to be put, from its beginning.
pub(crate) enum Source<'b> {
    Bytes(&'b [u8]),
    File(io::Take<&'b mut std::fs::File>),
}

impl<'b> Source<'b> {
    pub(crate) fn of(body: &'b mut Body<'_>) -> Result<Self, Failure> {
        match body {
            Body::Bytes(bytes) => Ok(Self::Bytes(bytes)),
            Body::File(file, length) => {
                file.rewind().map_err(|error| Failure::local(&error))?;
                Ok(Self::File((&mut **file).take(*length)))
            }
        }
    }

    /// The next bytes, so many if there are; `None` at the end.
    pub(crate) fn next(&mut self, bytes: usize) -> Result<Option<Bytes>, Failure> {
        match self {
            Self::Bytes([]) => Ok(None),
            Self::Bytes(left) => {
                let (next, rest) = left.split_at(bytes.min(left.len()));
                *left = rest;
                Ok(Some(Bytes::copy_from_slice(next)))
            }
            Self::File(file) if file.limit() == 0 => Ok(None),
            Self::File(file) => {
                let mut next = vec![0; file.limit().min(bytes as u64) as usize];
                file.read_exact(&mut next).map_err(|error| match error.kind() {
                    io::ErrorKind::UnexpectedEof => {
                        Failure::new(Trouble::Local, "the file became shorter meanwhile")
                    }
                    _ => Failure::local(&error),
                })?;
                Ok(Some(Bytes::from(next)))
            }
        }
    }
}
