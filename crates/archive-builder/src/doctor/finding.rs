//! One thing that was looked at: how it is, and what to do about it.

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// As it should be.
    Ok,
    /// Worth knowing; nothing needs to be done.
    Note,
    /// Builds work, and something is worse than it could be.
    Warn,
    /// A build would fail, or its answers cannot be trusted.
    Bad,
}

impl Status {
    /// The word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Status::Ok => "ok",
            Status::Note => "note",
            Status::Warn => "warn",
            Status::Bad => "bad",
        }
    }
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What was looked at: a stable code, for scripts.
    pub code: &'static str,
    /// How it is.
    pub status: Status,
    /// What was found, in words; names in it are escaped.
    pub detail: String,
    /// What to do about it; nothing where all is well.
    pub advice: Option<String>,
}

impl Finding {
    /// All is well.
    #[must_use]
    pub fn ok(code: &'static str, detail: impl Into<String>) -> Self {
        Self { code, status: Status::Ok, detail: detail.into(), advice: None }
    }

    /// All is not well, or not as well as could be.
    #[must_use]
    pub fn new(
        code: &'static str,
        status: Status,
        detail: impl Into<String>,
        advice: impl Into<String>,
    ) -> Self {
        Self { code, status, detail: detail.into(), advice: Some(advice.into()) }
    }
}
