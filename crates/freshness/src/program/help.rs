//! What `--help` and the manual pages say below the options: exit status and examples of every command.

/// Below the list of commands.
pub(super) const PROGRAM: &str = "\
Exit status: 0 fresh, archives ready, or done; 1 stale (check, explain), or something bad (doctor); 2 trouble;
run passes on the command's own.
FRESHNESS_STRATEGY names a strategy where --strategy does not; FRESHNESS_TRUST lists directories (as PATH does)
whose freshness.toml is followed though another user's; FRESHNESS_REMOTE_MODE, _NAMESPACE, _KEY and _TRUST say how
the storage of [remote] is used here: see `freshness remote --help`.";

pub(super) const CHECK: &str = "\
Where no freshness.toml is found, the question is whether `cargo build` would do anything here; --package and
--release ask as they do with cargo.

Exit status: 0 fresh; 1 stale, with the reasons; 2 trouble.

Examples:
  freshness check
  freshness check --profile both --format json
  freshness check --package my-tool --release
  freshness check --strategy mtime || echo 'a build would change something'";

pub(super) const BUILD: &str = "\
Standard output holds one path a line, in the order asked for, and nothing else.
What is stale here and in the storage of [remote] is fetched from there. What was built is put there after the
answer, where that is allowed: for as long as `upload-wait` says, or with --wait-upload until it is done.

Exit status: 0 archives ready; 2 trouble, and the archives of the last good build are as they were;
130, 143 or 129 where an interrupt, a request to terminate or the end of the terminal stopped it.

Examples:
  freshness build
  cc main.c $(freshness build) -o main
  freshness build --prebuilt --build-missing";

pub(super) const EXPLAIN: &str = "\
Exit status: 0 fresh; 1 stale, with the reasons; 2 trouble.

What differs from the newest build is shown package by package, with the strategies that see it and those that
miss it, and what a build would do about it. Nothing is started or locked to find out, and nothing written but
the page that --html asks for: one file, which needs no other and no network.

Examples:
  freshness explain
  freshness explain --inputs
  freshness explain --why-not-fresh src/lib.rs
  freshness explain --html why.html";

pub(super) const INIT: &str = "\
Asks cargo what the workspace makes and writes freshness.toml at its root, with every setting and what it means.
Without one, `check`, `build` and `explain` ask for whatever `cargo build` would make where they stand.

Exit status: 0 written; 2 trouble, a freshness.toml that is there say.

Examples:
  freshness init && freshness build
  freshness init --force --format json";

pub(super) const RUN: &str = "\
GLOB is relative to the working directory: `*` matches within a directory, `**` across directories, a directory
stands for all that it holds, `!` leaves out what an earlier one took. What git ignores is no input, unless it
is named in full; nor is an output. The command gets an empty standard input.

Exit status: that of the command, 128 and the signal where one killed it; 0 where it did not have to run;
2 trouble. With --dry-run: 0 fresh; 1 stale, with the reasons; 2 trouble.

Examples:
  freshness run --input 'proto/**/*.proto' --output src/api.rs -- ./generate.sh
  freshness run --input src Makefile '!src/*.tmp' --output libfoo.a --env CC CFLAGS -- make -B libfoo.a
  freshness run --dry-run --input wit --output pkg/app.wasm -- wasm-pack build";

pub(super) const COMPLETIONS: &str = "\
Exit status: 0 printed; 2 trouble.

Examples:
  freshness completions bash > ~/.local/share/bash-completion/completions/freshness
  freshness completions zsh > ~/.zfunc/_freshness
  freshness completions fish > ~/.config/fish/completions/freshness.fish";

pub(super) const MAN: &str = "\
Exit status: 0 printed; 2 trouble.

Examples:
  freshness man > freshness.1
  freshness man build > freshness-build.1";

pub(super) const LIST: &str = "\
Of each slot: its key, profile, tool, workspace, generations, and what it takes on disk. `used` is when its
newest stamp was written or its lock last taken; a check leaves no trace. Slots that cannot serve are listed
with why, and so is what is no slot.

Exit status: 0 listed, whatever was found; 2 trouble.

Examples:
  freshness list
  freshness list --format json";

pub(super) const GC: &str = "\
Without limits: what killed processes left, and archives that no stamp names. With --max-age also slots that
were not used for longer, whole. With --max-size also target directories, the least recently used first (the
slot's next build compiles everything, its archives still serve), then whole slots; the archives of the slot
that was used last stay. A slot that is in use is left alone, and what cannot be read stays until it is old.

Exit status: 0 done, or planned; 2 trouble.

Examples:
  freshness gc
  freshness gc --max-age 30d --max-size 2GiB --dry-run";

pub(super) const CLEAN: &str = "\
Removes the slots that were built for this workspace, whichever tool asked, and no others; with --profile the
one that this program builds for that profile. Where one of them is in use nothing is removed.

Exit status: 0 removed, or there was nothing; 2 trouble, a slot in use say.

Examples:
  freshness clean
  freshness clean --profile default";

pub(super) const DOCTOR: &str = "\
Looks at the configuration, cargo, the compiler, the linker, the store and the file systems: one line a
finding, `ok`, `note`, `warn` or `bad`, with a stable code. Starts `cargo --version` and `rustc -vV`. Makes
the store where it is missing, and for a moment files in it; never writes beside sources.

Exit status: 0 nothing bad; 1 something bad: builds would fail, or could not be trusted; 2 trouble.

Examples:
  freshness doctor
  freshness doctor --format json";

pub(super) const REMOTE: &str = "\
Archives that many machines share, on the storage that [remote] in freshness.toml names. `build` asks it by
itself; this is for the rest. The environment says what this machine may do:
  FRESHNESS_REMOTE_MODE       off, read or read-write, in the place of `mode`
  FRESHNESS_REMOTE_NAMESPACE  what is written, and read first, in the place of `namespace`
  FRESHNESS_REMOTE_KEY        the secret key that signs; believed in the namespace that is written
  FRESHNESS_REMOTE_TRUST      who is believed besides: `namespace=publickey`, separated by spaces or commas
Credentials are the service's own variables, AWS_ACCESS_KEY_ID say.

Exit status: that of the errand.

Examples:
  freshness remote key
  freshness remote status
  freshness remote get || freshness build";

pub(super) const REMOTE_STATUS: &str = "\
Asks the storage, and says whether it has the archives of a profile that are fresh here, and by which identity.
Changes nothing.

Exit status: 0 the storage can be reached; 2 trouble.

Examples:
  freshness remote status
  freshness remote status --profile both --format json";

pub(super) const REMOTE_GET: &str = "\
As `build`, but cargo is never started. Standard output holds one path a line.

Exit status: 0 archives ready; 1 not in the storage; 2 trouble.

Examples:
  freshness remote get
  freshness remote get --profile both --format json";

pub(super) const REMOTE_PUT: &str = "\
Needs the mode `read-write` and a key to sign with; what is stale here is not put.

Exit status: 0 put, or there already; 1 stale here: build first; 2 trouble.

Examples:
  freshness build && freshness remote put
  FRESHNESS_REMOTE_MODE=read-write freshness remote put";

pub(super) const REMOTE_PRUNE: &str = "\
Without limits: entries that are not believed here, and archives that no entry names. With limits also entries,
those put longest ago first. Needs the mode `read-write`, a key, and a service that can list what it has.

Exit status: 0 done, or planned; 2 trouble.

Examples:
  freshness remote prune --max-age 30d --dry-run
  freshness remote prune --max-size 20GiB";

pub(super) const REMOTE_KEY: &str = "\
The first line is for the environment of who writes, and secret; the second for FRESHNESS_REMOTE_TRUST of who
reads. Nothing is stored.

Exit status: 0 printed; 2 trouble.

Examples:
  freshness remote key";
