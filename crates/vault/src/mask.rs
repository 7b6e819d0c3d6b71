//! Masks and normal forms.

use words::FieldKind;

/// What stands on every screen in the place of a protected value: the same for each, so that it
/// tells nothing, not even a length.
pub const MASK: &str = "●●●●●●";

/// The normal form of a value for comparing and looking up: what a person means, whichever way
/// it was typed.
pub fn normalise(kind: FieldKind, value: &str) -> String {
    match kind {
        FieldKind::Phone => {
            let digits: String = value.chars().filter(char::is_ascii_digit).collect();
            match digits.strip_prefix("00") {
                Some(rest) => rest.to_owned(),
                None => digits,
            }
        }
        FieldKind::Number | FieldKind::Receipt | FieldKind::Card => value
            .chars()
            .filter(|c| c.is_alphanumeric())
            .flat_map(char::to_uppercase)
            .collect(),
        _ => value
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
            .to_lowercase(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phone_number_is_the_same_however_it_is_spaced() {
        assert_eq!(
            normalise(FieldKind::Phone, "+1 (202) 555-0142"),
            "12025550142"
        );
        assert_eq!(
            normalise(FieldKind::Phone, "001 202 555 0142"),
            "12025550142"
        );
    }

    #[test]
    fn an_email_is_the_same_in_any_case() {
        assert_eq!(
            normalise(FieldKind::Email, " Robin@Mail.Example.NET "),
            "robin@mail.example.net"
        );
    }

    #[test]
    fn a_receipt_code_is_the_same_with_or_without_dashes() {
        assert_eq!(
            normalise(FieldKind::Receipt, "7k2p-99xx"),
            normalise(FieldKind::Receipt, "7K2P 99XX")
        );
    }
}
