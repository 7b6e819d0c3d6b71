//! Line ends. A signature is over CRLF, files often have LF, and programs that meet a lone CR or a
//! mixture each see other lines; so it is one kind or the other, or nothing.

use std::borrow::Cow;

/// The message with every line ending in CRLF; nothing if its line ends are mixed, or if a zero byte
/// is in it.
pub(crate) fn with_crlf(message: &[u8]) -> Option<Cow<'_, [u8]>> {
    if message.contains(&0) {
        return None;
    }
    if !message.contains(&b'\r') {
        let mut out = Vec::with_capacity(message.len() + message.len() / 32);
        for byte in message {
            if *byte == b'\n' {
                out.push(b'\r');
            }
            out.push(*byte);
        }
        return Some(Cow::Owned(out));
    }
    let mut before = 0;
    for byte in message.iter().chain([&0]) {
        if (before == b'\r') != (*byte == b'\n') {
            return None;
        }
        before = *byte;
    }
    Some(Cow::Borrowed(message))
}
