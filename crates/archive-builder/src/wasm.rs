//! Whether a file is a whole module of WebAssembly: a header, and sections that end where the file does.
//!
//! After the binary format of the WebAssembly specification ("Modules"): magic, version, and sections of a
//! byte that names them, a length in LEB128, and so many bytes. What is in them is for those who run it.

use std::io::{self, BufReader, Read};

/// The first bytes of every module.
pub(crate) const MAGIC: [u8; 4] = *b"\0asm";

/// The one version there is.
const VERSION: [u8; 4] = [1, 0, 0, 0];

/// The bytes of a length, at most.
const MAX_LENGTH_BYTES: u32 = 5;

/// Checks a module.
///
/// # Errors
/// What is wrong with it, in words.
pub(crate) fn check(module: impl Read) -> Result<(), String> {
    let mut module = BufReader::new(module);
    let mut header = [0; 8];
    module.read_exact(&mut header).map_err(|_| "it ends within its header")?;
    if header[..4] != MAGIC || header[4..] != VERSION {
        return Err("its header is another one".into());
    }
    while byte(&mut module)?.is_some() {
        let length = u64::from(length(&mut module)?);
        let skipped = io::copy(&mut module.by_ref().take(length), &mut io::sink());
        if skipped.map_err(|error| error.to_string())? != length {
            return Err(CUT.into());
        }
    }
    Ok(())
}

const CUT: &str = "it ends within a section";

/// The next byte; nothing at the end.
fn byte(module: &mut impl Read) -> Result<Option<u8>, String> {
    let mut byte = [0];
    match module.read(&mut byte) {
        Ok(0) => Ok(None),
        Ok(_) => Ok(Some(byte[0])),
        Err(error) => Err(error.to_string()),
    }
}

/// A number of 32 bits in LEB128.
fn length(module: &mut impl Read) -> Result<u32, String> {
    let mut length: u32 = 0;
    for at in 0..MAX_LENGTH_BYTES {
        let byte = byte(module)?.ok_or(CUT)?;
        let bits = u32::from(byte & 0x7f);
        let shifted = bits.checked_shl(7 * at).filter(|shifted| shifted >> (7 * at) == bits);
        length |= shifted.ok_or("a section is too long")?;
        if byte & 0x80 == 0 {
            return Ok(length);
        }
    }
    Err("the length of a section has no end".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(sections: &[u8]) -> Result<(), String> {
        check(&[&MAGIC[..], &VERSION, sections].concat()[..])
    }

    #[test]
    fn sections_must_end_where_the_file_does() {
        let long = [&[0, 0x80, 1][..], &[7; 128]].concat();
        assert_eq!(checked(&[]), Ok(()));
        assert_eq!(checked(&[&[1, 2, 9, 9][..], &long].concat()), Ok(()));
        for end in [1, 2, 3, 130] {
            assert_eq!(checked(&long[..end]).unwrap_err(), CUT, "{end}");
        }
        assert_eq!(
            checked(&[0, 0xff, 0xff, 0xff, 0xff, 0xff]).unwrap_err(),
            "a section is too long"
        );
        assert!(checked(&[0, 0xff, 0xff, 0xff, 0xff, 0x8f]).is_err());
    }

    #[test]
    fn another_header_is_none() {
        assert!(check(&b"\0asm\x0d\0\x01\0"[..]).is_err(), "a component is no module");
        assert!(check(&b"\x7fELF\x02\x01\x01\0"[..]).is_err());
        assert!(check(&b"\0asm"[..]).is_err());
    }
}
