//! What a rule's `@source` refers to, in words: the incidents, the rules of the design and the rows of
//! what was asked for have short names there.

/// The short names, and what they stand for.
const NAMES: [(&str, &str); 36] = [
    (
        "springer-1",
        "2015: a shop’s chat support gave out a home address and phone number to someone who knew a name and a wrong address",
    ),
    (
        "springer-2",
        "2015: two months later the same trick worked again, although a note on the account had been promised",
    ),
    (
        "springer-3",
        "2015: the next day it was tried by phone, and nobody knows what was said",
    ),
    (
        "acme-gizmo",
        "the pattern: “I gave a wrong address, what have you got?”, then “just mail me the invoice”",
    ),
    (
        "krebs",
        "2015: a payment account was reset by phone with digits of old numbers, and an email was added that the owner had just removed",
    ),
    (
        "honan",
        "2012: what one help desk let a caller add was taken as a proof by the next call",
    ),
    (
        "hiroshima",
        "2014: the last four digits of a card, given out by phone, were the password to the next company",
    ),
    (
        "1and1",
        "2018: name and birth date were enough to be told a new mobile number",
    ),
    (
        "robinhood",
        "2021: one talked-over support employee, millions of addresses",
    ),
    (
        "mailchimp",
        "2022: tricked staff and a support tool opened customers’ accounts",
    ),
    (
        "twitter",
        "2020: employees phoned by “IT” opened a tool that could take over any account",
    ),
    (
        "mgm",
        "2023: a ten-minute call with facts from a public profile got a second factor reset",
    ),
    (
        "clorox",
        "2023: a password was spoken to a caller who simply said they had none, and the mails that policy required were never sent",
    ),
    (
        "tmobile",
        "2023: a number was moved three times in four days, after “measures were put on”",
    ),
    (
        "okta",
        "2023: session tokens were stolen out of files in a case system",
    ),
    (
        "coinbase",
        "2024: bribed contractors photographed customers’ data from their screens",
    ),
    (
        "drift",
        "2025: texts of cases, with secrets pasted into them, were stolen through an add-on",
    ),
    (
        "discord",
        "2025: one outsourced rep’s account, 58 hours, tens of thousands of identity photos",
    ),
    (
        "meta-ai",
        "2026: a support assistant linked the attacker’s own address, and sent the code there",
    ),
    (
        "shareleak",
        "2026: a form’s text made an assistant mail customer lists out",
    ),
    (
        "lena",
        "2025: a chatbot’s output stole the session of the rep who read it",
    ),
    (
        "relay-spam",
        "2025: tickets in anyone’s name made help desks flood their victims",
    ),
    (
        "locked-out",
        "an honest customer who finds no way in rings whoever answers first",
    ),
    ("rule 1", "rule 1: what a rep can’t see, a rep can’t say"),
    (
        "rule 2",
        "rule 2: answers go to the account, not to the asker",
    ),
    ("rule 3", "rule 3: nothing said is a proof"),
    ("rule 4", "rule 4: new facts prove nothing"),
    ("rule 5", "rule 5: the owner hears of every contact"),
    ("rule 6", "rule 6: persistence doesn’t pay"),
    ("rule 7", "rule 7: the desk watches, and asks"),
    ("rule 8", "rule 8: saying no is the easy path"),
    ("rule 9", "rule 9: practise, fairly"),
    ("M1", "nothing is reset unless the owner confirms it"),
    (
        "M2",
        "it goes only to a registered email or phone, or against a receipt that only the owner has",
    ),
    ("M5", "reps check with the customer whether it was them"),
    (
        "M11",
        "the same trick fails months later too, on any channel",
    ),
];

/// Each thing behind a rule, in words. What has no short name is said as it is written.
pub(crate) fn in_words(source: &str) -> Vec<String> {
    source.split(';').flat_map(part).collect()
}

fn part(text: &str) -> Vec<String> {
    let text = text.trim();
    let (head, tail) = text.split_once(": ").unwrap_or((text, ""));
    let names: Option<Vec<&str>> = tokens(head).iter().map(|name| meaning(name)).collect();
    match names {
        Some(names) if !names.is_empty() => {
            let words = names.into_iter().map(str::to_owned);
            words
                .chain((!tail.is_empty()).then(|| tail.to_owned()))
                .collect()
        }
        _ => vec![text.to_owned()],
    }
}

/// `springer-2 and -3, tmobile`: each name whole.
fn tokens(head: &str) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for name in head.split(", ").flat_map(|some| some.split(" and ")) {
        let stem = out.last().and_then(|last| last.rsplit_once('-'));
        out.push(match (name.strip_prefix('-'), stem) {
            (Some(end), Some((stem, _))) => format!("{stem}-{end}"),
            _ => name.to_owned(),
        });
    }
    out
}

fn meaning(name: &str) -> Option<&'static str> {
    NAMES
        .iter()
        .find_map(|(short, words)| (*short == name).then_some(*words))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_reads_as_words() {
        let said =
            in_words("springer-2 and -3, tmobile: the same trick; rule 6: a hold, not a note");
        assert_eq!(said.len(), 6);
        assert!(said[1].contains("by phone"), "{said:?}");
        assert_eq!(said[3], "the same trick");
        assert_eq!(said[5], "a hold, not a note");
        let clause = "47 CFR 64.2010(c): to the address of record";
        assert_eq!(in_words(clause), [clause]);
        assert_eq!(
            in_words("the boss, and the house"),
            ["the boss, and the house"]
        );
    }

    #[test]
    fn every_short_name_in_the_shipped_set_has_words() {
        for line in crate::SHIPPED.lines() {
            let Some(text) = line.strip_prefix("@source(\"") else {
                continue;
            };
            for words in in_words(text.trim_end_matches("\")")) {
                let bare = words.len() < 14 && !words.contains(' ');
                assert!(!bare, "`{words}` in {line}");
            }
        }
    }
}
