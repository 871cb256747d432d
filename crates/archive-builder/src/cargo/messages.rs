//! What cargo says of a build on standard output: a JSON object a line.
//!
//! Lines are bounded, because what stands where cargo should (a wrapper, whatever `CARGO` names) may print
//! without end. The longest that cargo prints holds the variables that a build script sets for rustc
//! (`rustc-env`); no system starts a rustc with more than a few MiB of them, and JSON makes at most six
//! bytes of one.

use std::io::{self, BufRead, BufReader, Read};
use std::path::PathBuf;

use serde::Deserialize;

use super::metadata::Requested;
use super::process::News;

/// The longest line that is read.
pub(crate) const MAX_LINE_BYTES: u64 = 16 << 20;

/// The most that all lines may hold together: a hundred thousand targets and more.
const MAX_BYTES: u64 = 512 << 20;

/// What cargo said of one target of one package.
#[derive(Debug, Deserialize)]
pub(crate) struct Artifact {
    pub(crate) package_id: String,
    pub(crate) target: Target,
    pub(crate) filenames: Vec<PathBuf>,
    pub(crate) fresh: bool,
}

/// A target of a package.
#[derive(Debug, Deserialize)]
pub(crate) struct Target {
    pub(crate) kind: Vec<String>,
    pub(crate) crate_types: Vec<String>,
    pub(crate) name: String,
}

/// What cargo said of a whole build.
#[derive(Debug, Default)]
pub(crate) struct Messages {
    /// Each target that took part.
    pub(crate) artifacts: Vec<Artifact>,
    /// The ids of packages whose build script took part.
    pub(crate) build_scripts: Vec<String>,
}

/// Why messages cannot be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unreadable {
    /// Whoever prints this is not cargo.
    #[error("{0}")]
    TooMuch(String),
    /// They end where they should not, or are no messages.
    #[error(transparent)]
    Io(#[from] io::Error),
}

#[derive(Deserialize)]
#[serde(tag = "reason", rename_all = "kebab-case")]
enum Message {
    CompilerArtifact(Artifact),
    BuildScriptExecuted {
        package_id: String,
    },
    #[serde(other)]
    Other,
}

impl Messages {
    /// Reads what cargo says until it says no more.
    ///
    /// # Errors
    /// Those of reading; a line that is no message; more than there may be.
    pub(crate) fn read(stdout: impl Read) -> Result<Self, Unreadable> {
        Self::read_telling(stdout, &|_| {})
    }

    /// The same, and tells of each target as it is read.
    ///
    /// # Errors
    /// Those of [`Messages::read`].
    pub(crate) fn read_telling(stdout: impl Read, tell: &dyn Fn(News)) -> Result<Self, Unreadable> {
        let mut messages = Self::default();
        let mut stdout = BufReader::new(stdout);
        let (mut line, mut bytes) = (Vec::new(), 0);
        loop {
            line.clear();
            bytes += (&mut stdout).take(MAX_LINE_BYTES + 1).read_until(b'\n', &mut line)? as u64;
            if line.is_empty() {
                return Ok(messages);
            }
            if line.len() as u64 > MAX_LINE_BYTES {
                return Err(too_much("one line", MAX_LINE_BYTES));
            }
            if bytes > MAX_BYTES {
                return Err(too_much("all lines together", MAX_BYTES));
            }
            if line.starts_with(b"{") {
                let message = serde_json::from_slice(&line).map_err(io::Error::from)?;
                if let Message::CompilerArtifact(artifact) = &message {
                    let (package_id, is_fresh) = (artifact.package_id.clone(), artifact.fresh);
                    tell(News::Made { package_id, is_fresh });
                }
                messages.add(message);
            }
        }
    }

    fn add(&mut self, message: Message) {
        match message {
            Message::CompilerArtifact(artifact) => self.artifacts.push(artifact),
            Message::BuildScriptExecuted { package_id } => self.build_scripts.push(package_id),
            Message::Other => {}
        }
    }

    /// Whether a package took part in the build.
    pub(crate) fn mentions(&self, package_id: &str) -> bool {
        self.artifacts.iter().any(|a| a.package_id == package_id)
            || self.build_scripts.iter().any(|id| id == package_id)
    }

    /// What cargo said of the targets of a package that was asked for; a build script is none of them.
    pub(crate) fn of<'m>(&'m self, requested: &'m Requested) -> impl Iterator<Item = &'m Artifact> {
        let is_built = |artifact: &&Artifact| {
            artifact.package_id == requested.id
                && !artifact.target.kind.iter().any(|kind| kind == "custom-build")
        };
        self.artifacts.iter().filter(is_built)
    }
}

fn too_much(what: &str, limit: u64) -> Unreadable {
    Unreadable::TooMuch(format!("{what} of standard output is longer than {} MiB", limit >> 20))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCRIPT: &[u8] = b"{\"reason\":\"build-script-executed\",\"package_id\":\"x\"}\n";

    #[test]
    fn other_lines_and_messages_are_passed_over() {
        let said = [b"warning: x\n", SCRIPT, b"{\"reason\":\"build-finished\"}\n"].concat();
        let messages = Messages::read(&said[..]).unwrap();
        assert!(messages.mentions("x") && !messages.mentions("y"));
    }

    #[test]
    fn a_line_or_messages_without_end_are_given_up() {
        for byte in [b'{', b'x'] {
            let error = Messages::read(io::repeat(byte)).unwrap_err();
            let expected = "one line of standard output is longer than 16 MiB";
            assert!(matches!(error, Unreadable::TooMuch(said) if said == expected));
        }
        let mut line = vec![b'x'; 1 << 20];
        line.push(b'\n');
        let error = Messages::read(Again(line, 0)).unwrap_err();
        let expected = "all lines together of standard output is longer than 512 MiB";
        assert!(matches!(error, Unreadable::TooMuch(said) if said == expected));
    }

    #[test]
    fn the_longest_line_that_may_be_is_read() {
        let mut said =
            b"{\"reason\":\"build-script-executed\",\"package_id\":\"x\",\"env\":\"".to_vec();
        said.resize(MAX_LINE_BYTES as usize - 3, b'e');
        said.extend(b"\"}\n");
        assert!(Messages::read(&said[..]).unwrap().mentions("x"));
    }

    /// The same line without end, and how much of it was read.
    struct Again(Vec<u8>, usize);

    impl Read for Again {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let length = (&self.0[self.1..]).read(buffer)?;
            self.1 = (self.1 + length) % self.0.len();
            Ok(length)
        }
    }
}
