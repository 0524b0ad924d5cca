//! Base64 and the escapes of URLs.

use super::super::{Builtin, Error, Result, Text, text};
use super::map_text;
use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// The padding may be left out of what is decoded.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// What no URL needs to escape, besides letters and digits.
const PLAIN: &str = "-_.!~*'()";

/// What has a meaning in a whole URL.
const RESERVED: &str = ";/?:@&=+$,#";

/// `$base64encode(string)`: the characters as bytes in Base64.
pub static BASE64ENCODE: Builtin = Builtin::new("base64encode", "<s-:s>", |query, args| {
    map_text(query, args, |text| {
        // One byte for each code unit: what does not fit into it is lost.
        let bytes: Vec<u8> = text.encode_utf16().map(|unit| unit as u8).collect();
        Ok(BASE64.encode(bytes).into())
    })
});

/// `$base64decode(string)`: the bytes as characters.
pub static BASE64DECODE: Builtin = Builtin::new("base64decode", "<s-:s>", |query, args| {
    map_text(query, args, |text| {
        let bytes = BASE64
            .decode(&**text)
            .map_err(|error| Error::internal(error.to_string()))?;
        Ok(bytes.into_iter().map(char::from).collect::<String>().into())
    })
});

/// `$encodeUrlComponent(string)`: a string with escapes for a part of a URL.
pub static ENCODE_URL_COMPONENT: Builtin = Builtin::new("encodeUrlComponent", "<s-:s>", |query, args| {
    map_text(query, args, |text| Ok(encode(text, "")))
});

/// `$encodeUrl(string)`: a URL with escapes.
pub static ENCODE_URL: Builtin = Builtin::new("encodeUrl", "<s-:s>", |query, args| {
    map_text(query, args, |text| Ok(encode(text, RESERVED)))
});

/// `$decodeUrlComponent(string)`: a part of a URL without escapes.
pub static DECODE_URL_COMPONENT: Builtin = Builtin::new("decodeUrlComponent", "<s-:s>", |query, args| {
    map_text(query, args, |text| decode("decodeUrlComponent", text, ""))
});

/// `$decodeUrl(string)`: a URL without escapes but those of characters that mean something in it.
pub static DECODE_URL: Builtin = Builtin::new("decodeUrl", "<s-:s>", |query, args| {
    map_text(query, args, |text| decode("decodeUrl", text, RESERVED))
});

fn encode<'a>(text: &str, kept: &str) -> Text<'a> {
    let mut encoded = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_ascii_alphanumeric() || PLAIN.contains(c) || kept.contains(c) {
            encoded.push(c);
        } else {
            for byte in c.encode_utf8(&mut [0; 4]).bytes() {
                encoded.push_str(&format!("%{byte:02X}"));
            }
        }
    }
    encoded.into()
}

fn decode<'a>(function: &str, text: &Text<'a>, kept: &str) -> Result<Text<'a>> {
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest: &str = text;
    while let Some((before, escape)) = rest.split_once('%') {
        decoded.extend_from_slice(before.as_bytes());
        let digits = escape
            .get(..2)
            .filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()));
        let byte = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        let byte = byte.ok_or_else(|| malformed(function, text))?;
        if kept.contains(char::from(byte)) {
            decoded.extend_from_slice(&rest.as_bytes()[before.len()..before.len() + 3]);
        } else {
            decoded.push(byte);
        }
        rest = &escape[2..];
    }
    decoded.extend_from_slice(rest.as_bytes());
    String::from_utf8(decoded)
        .map(Text::from)
        .map_err(|_| malformed(function, text))
}

fn malformed(function: &str, text: &Text<'_>) -> Error {
    let shown = text::shown(&text.clone().into());
    Error::new("D3140", format!("Malformed URL passed to ${function}(): {shown}"))
}
