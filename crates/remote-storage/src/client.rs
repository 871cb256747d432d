//! The HTTP client that OpenDAL speaks through: bounded in time and in length, and led nowhere else.
//!
//! OpenDAL reads answers other than bodies whole, and has no notion of a silence while something is sent. So the
//! bounds are here: bytes that go out and bytes that come in are both signs of life, and an answer that is no body
//! ends where it is longer than any answer has reason to be. Redirects are refused, for they would take
//! signed requests to another's server.

use std::convert::Infallible;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use archive_builder::remote::storage::Trouble;
use bytes::Bytes;
use futures_util::stream::{Stream, StreamExt};
use http::{Request, Response, StatusCode};
use http_body::{Frame, SizeHint};
use opendal::raw::{HttpBody, HttpFetch};
use opendal::{Buffer, Error, ErrorKind};
use tokio::time::Sleep;

use crate::OpenError;
use crate::environment::Variables;
use crate::trouble::{self, Failure, Found};

/// An answer that is no body: a page of a listing, an error, a token.
const MAX_ANSWER_BYTES: u64 = 8 << 20;

/// As much of a refusal is read for its words.
const MAX_REFUSAL_BYTES: usize = 4096;

/// What is sent at once: small enough for a slow line to show life within a silence.
const SENT_BYTES: usize = 64 << 10;

/// What the system took of a body may still be on its way, as slowly as this, before silence begins.
const ON_THE_WAY_BYTES_PER_SECOND: u32 = 1 << 20;

tokio::task_local! {
    /// The longest body that whoever is asking takes, in bytes; without it, [`MAX_ANSWER_BYTES`].
    pub(crate) static BODY_LIMIT: u64;
}

/// A client with bounds.
pub(crate) struct Client {
    inner: reqwest::Client,
    silence: Duration,
}

impl Client {
    /// A client that uses the proxies that these variables name.
    pub(crate) fn new(silence: Duration, variables: &Variables) -> Result<Self, OpenError> {
        let failed =
            |error: reqwest::Error| OpenError(format!("start HTTP: {}", innermost(&error)));
        let mut builder = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(silence)
            .user_agent("freshness");
        for (name, proxy) in proxies(variables) {
            let proxy = proxy.map_err(|_| OpenError(format!("use {name}: it is no url")))?;
            let except = variables.in_either_case("NO_PROXY").unwrap_or_default();
            builder = builder.proxy(proxy.no_proxy(reqwest::NoProxy::from_string(except)));
        }
        Ok(Self { inner: builder.build().map_err(failed)?, silence })
    }

    async fn send(&self, request: Request<Buffer>) -> Result<reqwest::Response, Error> {
        let (parts, body) = request.into_parts();
        let url: reqwest::Url = (parts.uri.to_string().parse())
            .map_err(|_| Error::new(ErrorKind::ConfigInvalid, "the address is no url"))?;
        let mut request = self.inner.request(parts.method, url).headers(parts.headers);
        let length = body.len() as u64;
        let taken = Arc::new(AtomicU64::new(0));
        if length > 0 {
            request = request.body(reqwest::Body::wrap(Sent { body, taken: Arc::clone(&taken) }));
        }
        let on_the_way = Duration::from_secs(length) / ON_THE_WAY_BYTES_PER_SECOND;
        let mut answer = pin!(request.send());
        loop {
            let before = taken.load(Ordering::Relaxed);
            let wait = if before == length { self.silence + on_the_way } else { self.silence };
            match tokio::time::timeout(wait, &mut answer).await {
                Ok(answer) => {
                    return answer.map_err(|error| unanswered(&error, self.silence).into());
                }
                Err(_) if taken.load(Ordering::Relaxed) != before => {}
                Err(_) => return Err(silent(self.silence).into()),
            }
        }
    }
}

impl HttpFetch for Client {
    async fn fetch(&self, request: Request<Buffer>) -> Result<Response<HttpBody>, Error> {
        let is_head = request.method() == http::Method::HEAD;
        let uri = request.uri().clone();
        let continues = request.headers().get(http::header::RANGE).is_some_and(is_of_the_rest);
        let mut answer = refused(self.send(request).await?, self.silence).await?;
        let status = answer.status();
        if continues && status == StatusCode::OK {
            let problem = "it begins anew where it should continue";
            let trouble = Trouble::Answer;
            return Err(Found { trouble, problem: problem.into(), may_pass: false }.into());
        }
        let length = if is_head { None } else { content_length(&answer) };
        let mut response = Response::builder().status(status).version(answer.version());
        if let Some(headers) = response.headers_mut() {
            std::mem::swap(headers, answer.headers_mut());
        }
        let limit = match status.is_success() {
            true => BODY_LIMIT.try_with(|limit| *limit).unwrap_or(MAX_ANSWER_BYTES),
            false => MAX_ANSWER_BYTES,
        };
        let body = HttpBody::new(Received::of(answer, self.silence, limit), length);
        // OpenDAL finds the address of a request here.
        let response = response.extension(uri).body(body);
        response.map_err(|_| Error::new(ErrorKind::Unexpected, "it answers what is no HTTP"))
    }
}

fn proxies(
    variables: &Variables,
) -> impl Iterator<Item = (&'static str, reqwest::Result<reqwest::Proxy>)> {
    let https = variables.in_either_case("HTTPS_PROXY").map(reqwest::Proxy::https);
    let http = variables.in_either_case("HTTP_PROXY").map(reqwest::Proxy::http);
    let all = variables.in_either_case("ALL_PROXY").map(reqwest::Proxy::all);
    let named = [("HTTPS_PROXY", https), ("HTTP_PROXY", http), ("ALL_PROXY", all)];
    named.into_iter().filter_map(|(name, proxy)| Some((name, proxy?)))
}

/// The body of an answer as it comes.
struct Received {
    pieces: Pin<Box<dyn Stream<Item = reqwest::Result<Bytes>> + Send + Sync>>,
    silence: Duration,
    /// When the silence that lasts now has lasted too long.
    alarm: Option<Pin<Box<Sleep>>>,
    so_far: u64,
    limit: u64,
    ended: bool,
}

impl Stream for Received {
    type Item = Result<Buffer, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.ended {
            return Poll::Ready(None);
        }
        let failure = loop {
            match self.pieces.as_mut().poll_next(context) {
                Poll::Ready(Some(Ok(piece))) if piece.is_empty() => {}
                Poll::Ready(Some(Ok(piece))) => {
                    self.alarm = None;
                    self.so_far += piece.len() as u64;
                    if self.so_far > self.limit {
                        break Found {
                            trouble: Trouble::TooLarge,
                            problem: "its answer does not end".into(),
                            may_pass: false,
                        };
                    }
                    return Poll::Ready(Some(Ok(Buffer::from(piece))));
                }
                Poll::Ready(Some(Err(error))) => break broken_off(&error),
                Poll::Ready(None) => {
                    self.ended = true;
                    return Poll::Ready(None);
                }
                Poll::Pending => {
                    let silence = self.silence;
                    let alarm =
                        self.alarm.get_or_insert_with(|| Box::pin(tokio::time::sleep(silence)));
                    match alarm.as_mut().poll(context) {
                        Poll::Pending => return Poll::Pending,
                        Poll::Ready(()) => break silent(silence),
                    }
                }
            }
        };
        self.ended = true;
        Poll::Ready(Some(Err(failure.into())))
    }
}

/// What is sent, in pieces that are counted as the connection takes them.
struct Sent {
    body: Buffer,
    taken: Arc<AtomicU64>,
}

impl http_body::Body for Sent {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if self.body.is_empty() {
            return Poll::Ready(None);
        }
        let length = self.body.len().min(SENT_BYTES);
        let piece = self.body.slice(..length);
        self.body = self.body.slice(length..);
        self.taken.fetch_add(length as u64, Ordering::Relaxed);
        Poll::Ready(Some(Ok(Frame::data(piece.to_bytes()))))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.body.len() as u64)
    }
}

/// Whether a range is of something that has begun already.
fn is_of_the_rest(range: &http::HeaderValue) -> bool {
    let range = range.to_str().unwrap_or_default();
    range.starts_with("bytes=") && !range.starts_with("bytes=0-")
}

fn content_length(answer: &reqwest::Response) -> Option<u64> {
    let headers = answer.headers();
    if headers.contains_key(http::header::CONTENT_ENCODING) {
        return None;
    }
    headers.get(http::header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// What a status means, of those that are refusals whoever answers. The others are for the services of OpenDAL, some of
/// which make something of them.
fn refusal(status: StatusCode, is_elsewhere: bool) -> Option<(Trouble, MayPass)> {
    match status.as_u16() {
        401 | 403 | 407 => Some((Trouble::Denied, MayPass::No)),
        413 => Some((Trouble::TooLarge, MayPass::No)),
        507 => Some((Trouble::Full, MayPass::No)),
        408 | 423 | 425 | 429 | 500 | 502..=504 => Some((Trouble::Answer, MayPass::Yes)),
        501 | 505.. => Some((Trouble::Answer, MayPass::No)),
        _ if is_elsewhere => Some((Trouble::Answer, MayPass::No)),
        _ => None,
    }
}

/// Whether a refusal may be none a moment later.
#[derive(Clone, Copy, PartialEq)]
enum MayPass {
    Yes,
    No,
}

/// The refusal that an answer is, with as much of its words as there is reason to read.
async fn refused(answer: reqwest::Response, silence: Duration) -> Result<reqwest::Response, Found> {
    let status = answer.status();
    let to = answer.headers().get(http::header::LOCATION).filter(|_| status.is_redirection());
    let to = to.and_then(|to| to.to_str().ok()).map(str::to_owned);
    let Some((trouble, may_pass)) = refusal(status, to.is_some()) else { return Ok(answer) };
    let may_pass = may_pass == MayPass::Yes;
    if let Some(to) = to {
        let problem = format!("it leads on to {to} and is not followed: name the right place");
        return Err(Found { trouble, problem, may_pass });
    }
    let mut words = Vec::new();
    let mut pieces = Received::of(answer, silence, MAX_ANSWER_BYTES);
    while let Some(Ok(piece)) = pieces.next().await {
        words.extend_from_slice(&piece.to_bytes());
        if words.len() >= MAX_REFUSAL_BYTES {
            break;
        }
    }
    let words = trouble::sentence_in(&String::from_utf8_lossy(&words));
    let trouble = if trouble::says_it_is_full(&words) { Trouble::Full } else { trouble };
    let problem = match words.is_empty() {
        true => format!("it answers {status}"),
        false => format!("it answers {status}: {words}"),
    };
    Err(Found { trouble, problem, may_pass })
}

impl Received {
    fn of(answer: reqwest::Response, silence: Duration, limit: u64) -> Self {
        let pieces = Box::pin(answer.bytes_stream());
        Self { pieces, silence, alarm: None, so_far: 0, limit, ended: false }
    }
}

fn silent(silence: Duration) -> Found {
    let Failure { trouble, problem, may_pass } = Failure::silent(silence);
    Found { trouble, problem, may_pass }
}

fn unanswered(error: &reqwest::Error, silence: Duration) -> Found {
    if error.is_timeout() {
        return silent(silence);
    }
    let what = if error.is_connect() { "cannot connect" } else { "no answer" };
    let cause = innermost(error);
    // So hyper words everything that is no HTTP.
    let (trouble, may_pass) = match cause.as_str() {
        cause if cause.contains("parsed") || cause.contains("too large") => {
            (Trouble::Answer, false)
        }
        // Nor does a certificate become better.
        cause => (Trouble::Unreachable, !cause.contains("certificate")),
    };
    Found { trouble, problem: format!("{what}: {cause}"), may_pass }
}

fn broken_off(error: &reqwest::Error) -> Found {
    let problem = format!("it broke off: {}", innermost(error));
    Found { trouble: Trouble::Unreachable, problem, may_pass: true }
}

/// The cause of an error; what is around it repeats the address.
fn innermost(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.last().map(ToString::to_string).unwrap_or_default()
}
