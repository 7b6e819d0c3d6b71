//! Telephone numbers as the networks want them.

use zeroize::Zeroizing;

/// The number in international form (ITU-T E.164): `+` and 8 to 15 digits. Spaces and the usual
/// signs between digits go; a number without its country's code is nothing, as nobody can tell whose
/// it is.
pub(crate) fn international(text: &str) -> Option<Zeroizing<String>> {
    let mut out = Zeroizing::new(String::with_capacity(16));
    let text = text.trim();
    let rest = text.strip_prefix('+').or_else(|| text.strip_prefix("00"))?;
    out.push('+');
    for c in rest.chars() {
        match c {
            '0'..='9' if out.len() < 16 => out.push(c),
            ' ' | '-' | '.' | '(' | ')' | '/' | '\u{a0}' | '\u{2010}'..='\u{2015}' => {}
            _ => return None,
        }
    }
    let digits = out.len() - 1;
    ((8..=15).contains(&digits) && !out.starts_with("+0")).then_some(out)
}

#[cfg(test)]
mod tests {
    use super::international;

    #[test]
    fn a_number_is_the_same_however_it_was_typed() {
        for text in [
            "+1 (202) 555-0142",
            "+12025550142",
            "001 202 555 0142",
            " +1.202.555.0142 ",
        ] {
            assert_eq!(
                international(text).as_deref().map(String::as_str),
                Some("+12025550142")
            );
        }
        assert!(international("+44 7700 900123").is_some());
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for text in [
            "",
            "+",
            "2025550142",
            "+0202555014",
            "+1202",
            "+1234567890123456",
            "+1 202 555 0142 x3",
            "+1 202 555 0142,+447700900123",
            "+١٢٠٢٥٥٥٠١٤٢",
            "whatsapp:+12025550142",
        ] {
            assert!(international(text).is_none(), "{text}");
        }
    }
}
