//! Words that tell nobody apart: what replies are made of, in English and German.

/// Folded, in order.
const WORDS: &str = include_str!("everyday.txt");

/// Words that name what a number counts or numbers, not a person's fact: `order 4242`.
const NAMES_A_NUMBER: [&str; 49] = [
    "account",
    "article",
    "artikel",
    "auftrag",
    "auftragsnummer",
    "batch",
    "belegnummer",
    "bestellnummer",
    "bestellung",
    "build",
    "case",
    "claim",
    "clause",
    "error",
    "fall",
    "fehler",
    "firmware",
    "hotline",
    "invoice",
    "invoices",
    "item",
    "job",
    "konto",
    "kundennummer",
    "model",
    "modell",
    "order",
    "orders",
    "page",
    "paket",
    "parcel",
    "parcels",
    "part",
    "product",
    "rechnung",
    "rechnungsnummer",
    "ref",
    "reference",
    "release",
    "rma",
    "sendung",
    "serial",
    "shipment",
    "ticket",
    "tracking",
    "version",
    "voucher",
    "vorgang",
    "vorgangsnummer",
];

/// Whether a folded word is one of those.
pub(crate) fn is_everyday(word: &str) -> bool {
    word.chars().count() < 3 || set().binary_search(&word).is_ok()
}

/// Whether the number after this word is an order's, an invoice's, a ticket's…
pub(crate) fn names_a_number(word: &str) -> bool {
    NAMES_A_NUMBER.contains(&word)
}

/// Whether a name follows this word.
pub(crate) fn greets(word: &str) -> bool {
    matches!(
        word,
        "dear"
            | "frau"
            | "hallo"
            | "hello"
            | "herr"
            | "hey"
            | "hi"
            | "liebe"
            | "lieber"
            | "miss"
            | "mr"
            | "mrs"
            | "ms"
            | "thanks"
            | "you"
            | "danke"
            | "tag"
            | "morgen"
            | "morning"
            | "afternoon"
            | "evening"
    )
}

fn set() -> &'static [&'static str] {
    static SET: std::sync::OnceLock<Vec<&'static str>> = std::sync::OnceLock::new();
    SET.get_or_init(|| {
        let mut words: Vec<&str> = WORDS.split_whitespace().collect();
        words.sort_unstable();
        words.dedup();
        words
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_everyday_words_are_in_the_form_they_are_compared_by() {
        for word in set() {
            let folded: String = crate::fold::fold(word)
                .iter()
                .map(|letter| letter.ch)
                .collect();
            assert_eq!(folded, *word);
        }
    }
}
