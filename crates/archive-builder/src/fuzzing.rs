//! The decoders of what others wrote, for the fuzz targets in `fuzz/` and the test below: no part of the API.
//!
//! Each takes any bytes, and neither panics nor needs more memory than a fixed multiple of them.

use cargo_metadata::MetadataCommand;

use crate::Profile;
use crate::cargo::build_script::parse_output;
use crate::cargo::dep_info::{parse_cargo, parse_rustc};
use crate::cargo::messages::Messages;
use crate::cargo::metadata::requests;
use crate::remote;
use crate::saw::CargoSaw;

/// Dep-info, as cargo and as rustc write it.
pub fn dep_info(bytes: &[u8]) {
    let _ = parse_cargo(bytes);
    let _ = parse_rustc(bytes);
}

/// The recorded output of a build script.
pub fn build_output(bytes: &[u8]) {
    let _ = parse_output(bytes).is_whole_package();
}

/// cargo's messages of a build, a line each.
pub fn cargo_messages(bytes: &[u8]) {
    let Ok(messages) = Messages::read(bytes) else { return };
    let _ = messages.mentions("x");
}

/// What `cargo metadata` answers.
pub fn cargo_metadata(bytes: &[u8]) {
    let Ok(metadata) = MetadataCommand::parse(String::from_utf8_lossy(bytes)) else { return };
    let mut profile = Profile::release(["a"]);
    profile.features = ["f".to_owned(), "a/f".to_owned()].into();
    let _ = requests(&metadata, &profile).map_err(|error| (error.to_string(), error.hint()));
}

/// The record of what cargo last saw.
pub fn cargo_saw(bytes: &[u8]) {
    let _ = CargoSaw::decode(bytes);
}

/// What a storage gives: a signed body, and each kind of body as it is behind its signature.
pub fn remote(bytes: &[u8]) {
    remote::decode_anything(bytes);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const DECODERS: [fn(&[u8]); 6] =
        [dep_info, build_output, cargo_messages, cargo_metadata, cargo_saw, remote];

    /// Beginnings and pieces that decoders look for, so that more than the first check is reached.
    const PIECES: [&[u8]; 13] = [
        b"{\"reason\":\"compiler-artifact\",\"package_id\":\"x\",",
        b"{\"packages\":[],\"workspace_members\":[],\"resolve\":null,\"version\":1}",
        b"cargo::rerun-if-changed=",
        b"a.d: b.rs \\\n",
        b"# env-dep:A=b\\n\n",
        b"\x01\x00\x00\x00\xff",
        b"\xff\xff\xff\xff\xff\xff\xff\xff",
        b"freshsaw\x02\x00\x00\x00",
        b"freshcls\x01\x00\x00\x00",
        b"freshshp\x01\x00\x00\x00",
        b"freshent\x01\x00\x00\x00",
        b"\n",
        b"}",
    ];

    proptest! {
        #[test]
        fn no_bytes_make_a_decoder_panic(
            parts in prop::collection::vec(
                prop_oneof![
                    prop::collection::vec(any::<u8>(), 0..32),
                    prop::sample::select(&PIECES[..]).prop_map(<[u8]>::to_vec),
                ],
                0..12,
            ),
        ) {
            let bytes = parts.concat();
            for decode in DECODERS {
                decode(&bytes);
            }
        }
    }
}
