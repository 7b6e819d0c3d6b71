//! What a mail server said, without anything personal in it.

/// The longest text kept, in characters.
const LONGEST: usize = 200;

/// Keeps of a server's words what is safe to store and show: nothing quoted or in angle brackets,
/// no word with an `@` or a link in it (or with nothing but signs), and no word with a piece of one of `addresses`. Cut to 200
/// characters.
pub(crate) fn scrub(said: &str, addresses: &[&str]) -> String {
    let pieces: Vec<String> = addresses
        .iter()
        .flat_map(|a| {
            let (local, domain) = a.rsplit_once('@').unwrap_or((a, ""));
            [local.to_lowercase(), domain.to_lowercase()]
        })
        .filter(|piece| !piece.is_empty())
        .collect();
    let mut out = String::new();
    let mut length = 0;
    for word in without_quotes(said).split_whitespace() {
        let low = word.to_lowercase();
        let bare = low.trim_matches(|c: char| !c.is_alphanumeric());
        let telling = bare.is_empty()
            || low.contains('@')
            || low.contains("%40")
            || low.contains("://")
            || pieces
                .iter()
                .any(|p| bare == p || (p.chars().count() > 2 && low.contains(p.as_str())));
        if telling {
            continue;
        }
        length += word.chars().count() + usize::from(!out.is_empty());
        if length > LONGEST {
            break;
        }
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    out.trim_end_matches([' ', ':', ',', ';', '-', '.'])
        .to_owned()
}

/// Drops quoted stretches, and everything after a quotation that never ends. An apostrophe inside
/// a word is not a quotation mark.
fn without_quotes(said: &str) -> String {
    let mut out = String::with_capacity(said.len());
    let mut before = ' ';
    let mut rest = said.chars().peekable();
    while let Some(c) = rest.next() {
        let end = match c {
            '"' => Some('"'),
            '<' => Some('>'),
            '`' => Some('`'),
            '\u{201c}' | '\u{201e}' => Some('\u{201d}'),
            '\u{ab}' => Some('\u{bb}'),
            '\'' if !before.is_alphanumeric() => Some('\''),
            _ => None,
        };
        before = c;
        let Some(end) = end else {
            out.push(if c.is_alphanumeric() || c.is_ascii_graphic() {
                c
            } else {
                ' '
            });
            continue;
        };
        out.push(' ');
        loop {
            match rest.next() {
                None => return out,
                Some(q) if q == end => {
                    let inside_a_word =
                        q == '\'' && rest.peek().is_some_and(|n| n.is_alphanumeric());
                    if !inside_a_word {
                        break;
                    }
                }
                Some(_) => {}
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::scrub;

    #[test]
    fn plain_words_stay() {
        assert_eq!(scrub("try later", &[]), "try later");
        assert_eq!(scrub("we can't take it now", &[]), "we can't take it now");
    }

    #[test]
    fn addresses_and_quotations_go() {
        let to = "robin.vale@example.org";
        for said in [
            "5.1.1 <robin.vale@example.org>: user unknown",
            "5.1.1 robin.vale@example.org user unknown",
            "5.1.1 user unknown: robin.vale @ example.org",
            "5.1.1 \"Robin Vale\" user unknown",
            "5.1.1 user unknown 'Robin.Vale'",
            "5.1.1 user unknown https://mx.test/?who=robin.vale%40example.org",
            "5.1.1 user unknown (bounce+robin.vale=example.org)",
            "5.1.1 user unknown <robin.vale",
        ] {
            assert_eq!(scrub(said, &[to]), "5.1.1 user unknown", "{said}");
        }
    }

    #[test]
    fn a_short_name_goes_as_a_word_only() {
        assert_eq!(
            scrub("al is not valid here", &["al@example.org"]),
            "is not valid here"
        );
    }

    #[test]
    fn long_words_are_cut() {
        assert!(scrub(&"so on ".repeat(100), &[]).chars().count() <= 200);
    }
}
