//! Who may say what an archive is: namespaces, keys, signatures.
//!
//! Everything that is read from a storage was signed for its namespace with ed25519 (RFC 8032), and is believed
//! only if a key signed it that is trusted *for that namespace*. So a build that holds another key, or may write
//! another namespace only, cannot put anything where a release build looks, whatever the storage lets it write.

use std::fmt;
use std::str::FromStr;

use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};

use crate::key::write_bytes;

/// Bytes that a signature and the key that made it take, at the end of what is signed.
pub(crate) const SEAL_BYTES: usize = 64 + 32;

/// A part of a storage whose writers are trusted alike.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Namespace(String);

impl Namespace {
    /// Its name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Namespace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Why a text is no namespace or no key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NotOne(&'static str);

impl FromStr for Namespace {
    type Err = NotOne;

    fn from_str(text: &str) -> Result<Self, NotOne> {
        let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "._-".contains(c);
        let is_one = (1..=64).contains(&text.len()) && text.chars().all(allowed);
        if !is_one || text.starts_with('.') {
            return Err(NotOne(
                "a namespace has 1 to 64 of a-z, 0-9, `.`, `_` and `-`, and no `.` in front",
            ));
        }
        Ok(Self(text.to_owned()))
    }
}

/// A key that signs: 64 hexadecimal digits, the seed of RFC 8032. Never shown.
#[derive(Clone)]
pub struct SecretKey(SigningKey);

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecretKey of {}", self.public())
    }
}

impl SecretKey {
    /// A key of these bytes, which whoever makes one takes from a source that no one can guess.
    #[must_use]
    pub fn of_seed(seed: &[u8; 32]) -> Self {
        Self(SigningKey::from_bytes(seed))
    }

    /// The key that tells what this one signed.
    #[must_use]
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key())
    }

    /// `body` followed by its seal for `namespace`.
    pub(crate) fn seal(&self, kind: &str, namespace: &Namespace, mut body: Vec<u8>) -> Vec<u8> {
        let signature = self.0.sign(&digest(kind, namespace, &body));
        body.extend_from_slice(&signature.to_bytes());
        body.extend_from_slice(self.0.verifying_key().as_bytes());
        body
    }
}

impl FromStr for SecretKey {
    type Err = NotOne;

    fn from_str(text: &str) -> Result<Self, NotOne> {
        let seed = hex32(text).ok_or(NotOne("a secret key has 64 hexadecimal digits"))?;
        Ok(Self::of_seed(&seed))
    }
}

/// A key that verifies: 64 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PublicKey(VerifyingKey);

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(blake3::Hash::from_bytes(*self.0.as_bytes()).to_hex().as_str())
    }
}

impl FromStr for PublicKey {
    type Err = NotOne;

    fn from_str(text: &str) -> Result<Self, NotOne> {
        let bytes = hex32(text).ok_or(NotOne("a public key has 64 hexadecimal digits"))?;
        let key = VerifyingKey::from_bytes(&bytes);
        let key = key.map_err(|_| NotOne("these digits are no ed25519 key"))?;
        // Of a weak key anything is a signature.
        if key.is_weak() {
            return Err(NotOne("this key is weak: anyone could sign for it"));
        }
        Ok(Self(key))
    }
}

/// Who signs, and who is believed.
#[derive(Clone, Debug, Default)]
pub struct Keys {
    /// What this machine signs with; it is believed in the namespace that this machine writes.
    pub secret: Option<SecretKey>,
    /// Further keys that are believed, each in one namespace.
    pub trusted: Vec<(Namespace, PublicKey)>,
}

impl Keys {
    /// The body of what was sealed for `namespace`, and who sealed it. `own` is the namespace that this machine
    /// writes.
    ///
    /// # Errors
    /// In words, why it is not believed.
    pub(crate) fn open<'b>(
        &self,
        kind: &str,
        (namespace, own): (&Namespace, &Namespace),
        sealed: &'b [u8],
    ) -> Result<(&'b [u8], PublicKey), String> {
        let torn = || "it is too short to be signed".to_owned();
        let (body, seal) =
            sealed.split_at_checked(sealed.len().wrapping_sub(SEAL_BYTES)).ok_or_else(torn)?;
        let (signature, key) = seal.split_first_chunk::<64>().ok_or_else(torn)?;
        let key: &[u8; 32] = key.try_into().map_err(|_| torn())?;
        let is_own = |secret: &SecretKey| namespace == own && secret.public().0.as_bytes() == key;
        let known = self.trusted.iter().find(|(of, k)| of == namespace && k.0.as_bytes() == key);
        let known = match (known, &self.secret) {
            (Some((_, key)), _) => *key,
            (None, Some(secret)) if is_own(secret) => secret.public(),
            _ => {
                let signer = blake3::Hash::from_bytes(*key).to_hex();
                return Err(format!("{signer} signed it, who is not trusted in `{namespace}`"));
            }
        };
        let signature = Signature::from_bytes(signature);
        let said = digest(kind, namespace, body);
        let is_good = known.0.verify_strict(&said, &signature).is_ok();
        is_good.then_some((body, known)).ok_or_else(|| "its signature does not match".to_owned())
    }

    /// Whether anyone's word is believed in `namespace`, `own` being what this machine writes.
    #[must_use]
    pub fn knows(&self, namespace: &Namespace, own: &Namespace) -> bool {
        self.trusted.iter().any(|(of, _)| of == namespace)
            || namespace == own && self.secret.is_some()
    }
}

/// What is signed: the body, bound to what it is and to whom it is for.
fn digest(kind: &str, namespace: &Namespace, body: &[u8]) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new_derive_key("freshness 1 signed for a remote storage");
    for part in [kind.as_bytes(), namespace.as_str().as_bytes(), body] {
        write_bytes(&mut hasher, part);
    }
    *hasher.finalize().as_bytes()
}

fn hex32(text: &str) -> Option<[u8; 32]> {
    let hash = blake3::Hash::from_hex(text.trim()).ok()?;
    Some(*hash.as_bytes())
}
