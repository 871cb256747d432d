//! What an archive was made from, in 32 bytes that are the same on every machine.
//!
//! Into it go the closure (profile, tool, lock file), the shape (which paths and variables are read), the
//! compilers and settings, each variable's value as a keyed digest, and every input: its name as everywhere, its
//! kind, what a link says, its content. Times, owners, inodes and directories do not.

use freshness_core::{Digest, EnvFact, InputPath, InputSet, Pattern};

use crate::contents::{ABSENT, Contents};
use crate::key::write_bytes;

use super::closure::Closure;
use super::places::Places;
use super::shape::Shape;
use super::surroundings::Surroundings;

/// The identity of what would be built here, by this shape.
///
/// # Errors
/// In words, what keeps it from having one.
pub(crate) fn identity(
    closure: &Closure,
    shape: &Shape,
    surroundings: &Surroundings,
    environment: &[EnvFact],
    (inputs, contents, places): (&InputSet, &Contents, &Places),
) -> Result<Digest, String> {
    let mut hasher = blake3::Hasher::new_derive_key("freshness 1 identity of archives");
    let mut put = |bytes: &[u8]| write_bytes(&mut hasher, bytes);
    put(&closure.digest);
    put(&shape.digest().map_err(|error| error.to_string())?);
    put(&surroundings.rest);
    for fact in environment {
        put(fact.name.as_bytes());
        put(fact.digest.as_ref().map_or(&[], |digest| &digest[..]));
    }
    let root = &inputs.root;
    let told =
        |path: &InputPath| contents.told(path).ok_or_else(|| format!("{path} cannot be read"));
    let mut named = Vec::with_capacity(inputs.paths.len());
    for path in inputs.paths.keys() {
        let (what, text, digest) = told(path)?;
        let name = places.name(path.as_path()).into_os_string();
        named.push((name.into_encoded_bytes(), what, text, digest));
    }
    // A manifest above the root counts where there is one, however deep that lies.
    for spec in shape.specs_above(places) {
        let Pattern::Path(path) = &spec.pattern else { continue };
        let above = InputPath::new(root, path);
        let (what, text, digest) = told(&above)?;
        if what != ABSENT {
            named.push((b"above".to_vec(), what, text, digest));
        }
    }
    // Their order here may follow from where they are.
    named.sort_unstable();
    for (name, what, text, digest) in named {
        put(&name);
        put(what.as_bytes());
        put(&text);
        put(digest.as_ref().map_or(&[], |digest| &digest[..]));
    }
    Ok(*hasher.finalize().as_bytes())
}
