//! The answers as JSON: one object, whose fields may grow in number and never change their names.

use std::collections::BTreeMap;
use std::time::Duration;

use freshness::Escaped;
use serde::Serialize;

use crate::archives::shown_reason;
use crate::diagnostics::Located;
use crate::fingerprint::hex;
use crate::outcome::Outcome;
use crate::session::Request;

/// A program that is current.
pub(super) fn outcome<'o>(
    command: &'o str,
    took: Duration,
    request: &Request,
    outcome: &'o Outcome,
) -> JsonOutcome<'o> {
    let counts = outcome.counts;
    let base = outcome.archives.outcomes.first();
    let mut duration_ms: BTreeMap<&str, f64> =
        outcome.phases.iter().map(|(name, took)| (*name, milliseconds(*took))).collect();
    duration_ms.insert("total", milliseconds(took));
    JsonOutcome {
        schema: 1,
        command,
        success: true,
        output: outcome.output.as_ref().map(|path| Escaped::path(path).to_string()),
        checksum: outcome.checksum.map(|checksum| hex(&checksum)),
        native_modules: outcome.modules,
        build_cache: JsonBuildCache {
            hit: outcome.miss.is_none(),
            miss_reason: outcome.miss.map(|reason| reason.as_str()),
            changed: &outcome.changed,
        },
        codegen_cache: JsonCodegenCache {
            hits: counts.hits,
            misses: counts.misses,
            stores: counts.stores,
            object_cache_paths_reused: counts.hits,
            object_cache_paths_stored: counts.stores,
        },
        link_cache: JsonLinkCache {
            linked: outcome.linked,
            skipped: !outcome.linked && outcome.output.is_some(),
            object_fingerprints_used: counts.fingerprints_used,
            object_files_hashed: counts.objects_hashed,
            external_inputs_hashed: outcome.archives.hashed,
        },
        archive_cache: outcome.output.as_ref().map(|_| JsonArchiveCache {
            hit: outcome.archives.hit(),
            strategy: request.archives.strategy.word(),
            key: base.map(|base| base.key.as_str()),
            prebuilt: outcome.archives.outcomes.iter().any(|outcome| outcome.prebuilt),
            packages: outcome.archives.archives.iter().map(|a| a.package.as_str()).collect(),
            paths: (outcome.archives.archives.iter())
                .map(|archive| Escaped::path(&archive.path).to_string())
                .collect(),
            reasons: (outcome.archives.outcomes.iter())
                .flat_map(|o| o.verdict.reasons.iter().map(|r| shown_reason(r, &o.root)))
                .collect(),
            processes_spawned: (outcome.archives.outcomes.iter())
                .map(|outcome| outcome.work.processes_spawned)
                .sum(),
        }),
        sources: JsonSources {
            stats: counts.stats,
            files_read: counts.files_read,
            parsed: counts.parsed,
        },
        linker: outcome.linker,
        notes: outcome.notes.iter().map(|note| Escaped::text(note).to_string()).collect(),
        duration_ms,
    }
}

/// Milliseconds, as reports show them.
pub(super) fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}

#[derive(Serialize)]
pub(super) struct JsonOutcome<'a> {
    schema: u32,
    command: &'a str,
    success: bool,
    output: Option<String>,
    checksum: Option<String>,
    native_modules: usize,
    build_cache: JsonBuildCache<'a>,
    codegen_cache: JsonCodegenCache,
    link_cache: JsonLinkCache,
    archive_cache: Option<JsonArchiveCache<'a>>,
    sources: JsonSources,
    linker: Option<&'static str>,
    notes: Vec<String>,
    duration_ms: BTreeMap<&'a str, f64>,
}

#[derive(Serialize)]
struct JsonBuildCache<'a> {
    hit: bool,
    miss_reason: Option<&'static str>,
    changed: &'a [String],
}

#[derive(Serialize)]
struct JsonCodegenCache {
    hits: usize,
    misses: usize,
    stores: usize,
    object_cache_paths_reused: usize,
    object_cache_paths_stored: usize,
}

#[derive(Serialize)]
struct JsonLinkCache {
    linked: bool,
    skipped: bool,
    object_fingerprints_used: usize,
    object_files_hashed: usize,
    external_inputs_hashed: usize,
}

#[derive(Serialize)]
struct JsonArchiveCache<'a> {
    hit: bool,
    strategy: &'static str,
    key: Option<&'a str>,
    prebuilt: bool,
    packages: Vec<&'a str>,
    paths: Vec<String>,
    reasons: Vec<String>,
    processes_spawned: u64,
}

#[derive(Serialize)]
struct JsonSources {
    stats: u64,
    files_read: u64,
    parsed: usize,
}

#[derive(Serialize)]
pub(super) struct JsonWrong<'a> {
    pub(super) schema: u32,
    pub(super) command: &'a str,
    pub(super) success: bool,
    pub(super) diagnostics: Vec<JsonDiagnostic<'a>>,
}

#[derive(Serialize)]
pub(super) struct JsonDiagnostic<'a> {
    file: String,
    line: Option<usize>,
    column: Option<usize>,
    message: &'a str,
    help: Option<&'a str>,
}

impl<'a> JsonDiagnostic<'a> {
    pub(super) fn new(located: &'a Located) -> Self {
        Self {
            file: Escaped::path(&located.path).to_string(),
            line: located.line,
            column: located.column,
            message: &located.message,
            help: located.help.as_deref(),
        }
    }
}

#[derive(Serialize)]
pub(super) struct JsonTrouble<'a> {
    pub(super) schema: u32,
    pub(super) success: bool,
    pub(super) error: JsonError<'a>,
}

#[derive(Serialize)]
pub(super) struct JsonError<'a> {
    pub(super) code: &'a str,
    pub(super) message: String,
    pub(super) path: Option<String>,
    pub(super) hint: String,
}
