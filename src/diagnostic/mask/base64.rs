//! What Base64 says.

/// The printable text that a Base64 run encodes, in either alphabet. It ends at the first
/// unprintable byte, which is usually the first byte of all.
pub(super) fn decoded(run: &str) -> Option<String> {
    let run = run.trim_end_matches('=');
    let mut said = String::with_capacity(run.len() / 4 * 3);
    let (mut held, mut bits) = (0_u32, 0);
    for byte in run.bytes() {
        held = ((held << 6) | value(byte)?) & 0xffff;
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            let next = u8::try_from((held >> bits) & 0xff).ok()?;
            if !(next.is_ascii_graphic() || matches!(next, b' ' | b'\n' | b'\t' | b'\r')) {
                return None;
            }
            said.push(char::from(next));
        }
    }
    Some(said)
}

pub(super) fn value(byte: u8) -> Option<u32> {
    let from = |first: u8, base: u32| Some(u32::from(byte - first) + base);
    match byte {
        b'A'..=b'Z' => from(b'A', 0),
        b'a'..=b'z' => from(b'a', 26),
        b'0'..=b'9' => from(b'0', 52),
        b'+' | b'-' => Some(62),
        b'/' | b'_' => Some(63),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_base64_says_is_read_whatever_its_alphabet_and_padding() {
        assert_eq!(decoded("YXBwOmh1bnRlcg==").as_deref(), Some("app:hunter"));
        assert_eq!(decoded("YXBwOmh1bnRlcg").as_deref(), Some("app:hunter"));
        assert_eq!(decoded("PDw_Pz8-Pg").as_deref(), Some("<<???>>"));
        assert_eq!(decoded("AAAA"), None);
        assert_eq!(decoded("a.b"), None);
    }
}
