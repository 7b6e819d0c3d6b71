//! Letters as they are meant: one form for all the ways in which they can be written.

use unicode_normalization::char::{decompose_compatible, is_combining_mark};

/// A letter of the normal form and the bytes of the text that it stands for.
#[derive(Clone, Copy)]
pub(crate) struct Letter {
    pub(crate) ch: char,
    pub(crate) upper: bool,
    pub(crate) start: usize,
    pub(crate) end: usize,
}

/// The letters of a text in NFKC, in small letters and without marks; digits of any script are
/// ASCII, letters that look like Latin ones are these, and what can't be seen is gone.
///
/// Composition makes no difference to what follows (marks go), so decomposition is enough.
pub(crate) fn fold(text: &str) -> Vec<Letter> {
    let mut out = Vec::with_capacity(text.len());
    for (start, c) in text.char_indices() {
        let end = start + c.len_utf8();
        if c.is_ascii() {
            out.push(Letter {
                ch: c.to_ascii_lowercase(),
                upper: c.is_ascii_uppercase(),
                start,
                end,
            });
            continue;
        }
        if unseen(c) {
            continue;
        }
        decompose_compatible(c, |part| {
            if is_combining_mark(part) || unseen(part) {
                return;
            }
            let upper = part.is_uppercase();
            let mut push = |ch| {
                out.push(Letter {
                    ch,
                    upper,
                    start,
                    end,
                });
            };
            for small in part.to_lowercase().filter(|c| !is_combining_mark(*c)) {
                match (digit(small), spelled_out(small)) {
                    (Some(digit), _) => push(digit),
                    (_, Some([first, second])) => {
                        push(first);
                        push(second);
                    }
                    _ => push(lookalike(small)),
                }
            }
        });
    }
    out
}

/// Letters that take no room and change no meaning (Unicode's default ignorables).
fn unseen(c: char) -> bool {
    matches!(
        c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
            | '\u{ffa0}' | '\u{e0000}'..='\u{e0fff}'
    )
}

/// Where the ten digits of each script begin (Unicode's general category Nd).
const ZEROS: [u32; 41] = [
    0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xde6,
    0xe50, 0xed0, 0xf20, 0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90, 0x1b50,
    0x1bb0, 0x1c40, 0x1c50, 0xa620, 0xa8d0, 0xa900, 0xa9d0, 0xa9f0, 0xaa50, 0xabf0, 0x104a0,
    0x11066, 0x110f0, 0x11136, 0x111d0, 0x1e950,
];

fn digit(c: char) -> Option<char> {
    let code = u32::from(c);
    let zero = ZEROS[..ZEROS.partition_point(|zero| *zero <= code)].last()?;
    char::from_digit(code - zero, 10)
}

fn spelled_out(c: char) -> Option<[char; 2]> {
    Some(match c {
        'ß' => ['s', 's'],
        'æ' => ['a', 'e'],
        'œ' => ['o', 'e'],
        'þ' => ['t', 'h'],
        _ => return None,
    })
}

/// The Latin letter that a Cyrillic or Greek one looks like.
fn lookalike(c: char) -> char {
    match c {
        'а' | 'α' => 'a',
        'в' | 'β' => 'b',
        'с' => 'c',
        'ԁ' | 'đ' | 'ð' => 'd',
        'е' | 'ε' => 'e',
        'һ' | 'н' | 'η' => 'h',
        'і' | 'ι' | 'ı' => 'i',
        'ј' => 'j',
        'к' | 'κ' => 'k',
        'ӏ' | 'ł' => 'l',
        'м' | 'μ' => 'm',
        'ν' => 'v',
        'о' | 'ο' | 'ø' => 'o',
        'р' | 'ρ' => 'p',
        'ԛ' => 'q',
        'ѕ' => 's',
        'т' | 'τ' => 't',
        'υ' => 'u',
        'ԝ' => 'w',
        'х' | 'χ' => 'x',
        'у' => 'y',
        'ζ' => 'z',
        _ => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folded(text: &str) -> String {
        fold(text).iter().map(|letter| letter.ch).collect()
    }

    #[test]
    fn a_letter_is_the_same_however_it_is_written() {
        for (written, meant) in [
            ("４２４２", "4242"),
            ("①②③", "123"),
            ("٤٢٤٢", "4242"),
            ("4\u{fe0f}\u{20e3}2\u{fe0f}\u{20e3}", "42"),
            ("𝟒𝟐", "42"),
            ("42\u{200b}4\u{2060}2\u{ad}", "4242"),
            ("Straße", "strasse"),
            ("Mühlenweg", "muhlenweg"),
            ("Mu\u{308}hle", "muhle"),
            ("ＲＯＢＩＮ＠mail", "robin@mail"),
            ("Ѕаlе", "sale"),
            ("Łódź", "lodz"),
        ] {
            assert_eq!(folded(written), meant);
        }
    }

    #[test]
    fn every_letter_knows_the_bytes_it_came_from() {
        let text = "a\u{200b}ß４é";
        for letter in fold(text) {
            assert!(text.get(letter.start..letter.end).is_some());
        }
    }

    #[test]
    fn the_digits_of_the_scripts_are_in_order() {
        assert!(ZEROS.is_sorted());
    }
}
