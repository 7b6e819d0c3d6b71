//! How long a text message is for the networks (3GPP TS 23.038 and 23.040).

/// Characters of the GSM 7-bit default alphabet, which count as one.
const SINGLE: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
/// Characters of its extension, which count as two.
const DOUBLE: &str = "\u{c}^{}\\[~]|€";

/// How many units the text has in the 7-bit alphabet; nothing if it holds any other character.
pub(crate) fn units(text: &str) -> Option<usize> {
    text.chars()
        .map(|c| {
            if SINGLE.contains(c) {
                Some(1)
            } else if DOUBLE.contains(c) {
                Some(2)
            } else {
                None
            }
        })
        .sum()
}

/// How many messages the networks make of the text: 160 units in one, or 153 in each of several; in
/// any other alphabet 70, or 67.
pub(crate) fn segments(text: &str) -> usize {
    let (length, one, several) = match units(text) {
        Some(length) => (length, 160, 153),
        None => (text.encode_utf16().count(), 70, 67),
    };
    if length <= one {
        1
    } else {
        length.div_ceil(several)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_letters_count_one_and_brackets_two() {
        assert_eq!(units("Acme's 10%_@"), Some(12));
        assert_eq!(units("[~]€"), Some(8));
        assert_eq!(units("a — b"), None);
        assert_eq!(units("ő"), None);
    }

    #[test]
    fn long_texts_are_cut_at_the_networks_borders() {
        for (text, count) in [
            ("a".repeat(160), 1),
            ("a".repeat(161), 2),
            ("a".repeat(306), 2),
            ("a".repeat(307), 3),
            ("я".repeat(70), 1),
            ("я".repeat(71), 2),
        ] {
            assert_eq!(segments(&text), count);
        }
    }
}
