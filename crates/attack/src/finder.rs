//! Finding any of a great many texts in one pass.

use std::collections::HashMap;

use crate::canary::{by_chance, small, stands_alone};

/// Texts to be found, each with the mark it stands for.
#[derive(Clone, Default)]
pub struct Finder {
    texts: Vec<(String, usize, bool)>,
    /// By the first four bytes.
    heads: HashMap<u32, Vec<usize>>,
    /// Whether any begins so, to pass the rest by quickly.
    maybe: Vec<bool>,
}

/// Bytes before and after what was found.
const AROUND: usize = 40;

fn slot(head: u32) -> usize {
    usize::try_from(head.wrapping_mul(0x9E37_79B1) >> 16).unwrap_or(0)
}

impl Finder {
    /// Adds a text of at least four bytes, in small letters. `alone`: only where it stands alone.
    pub fn add(&mut self, text: &str, mark: usize, alone: bool) {
        let Some(&[a, b, c, d]) = text.as_bytes().get(..4) else {
            debug_assert!(false, "a text of {} bytes would never be found", text.len());
            return;
        };
        let head = u32::from_le_bytes([a, b, c, d]);
        if self.maybe.is_empty() {
            self.maybe = vec![false; 1 << 16];
        }
        self.maybe[slot(head)] = true;
        self.heads.entry(head).or_default().push(self.texts.len());
        self.texts.push((text.to_owned(), mark, alone));
    }

    /// The marks of what stands in a text, each once.
    pub fn find(&self, text: &str) -> Vec<usize> {
        self.places(text)
            .into_iter()
            .map(|(mark, _)| mark)
            .collect()
    }

    /// The same, each with what stands around it, in small letters.
    pub fn places(&self, text: &str) -> Vec<(usize, String)> {
        let text = small(text);
        let mut found = Vec::new();
        if self.maybe.is_empty() {
            return found;
        }
        let bytes = text.as_bytes();
        for (at, window) in bytes.windows(4).enumerate() {
            let head = u32::from_le_bytes([window[0], window[1], window[2], window[3]]);
            if !self.maybe[slot(head)] {
                continue;
            }
            for &n in self.heads.get(&head).into_iter().flatten() {
                let (needle, mark, alone) = &self.texts[n];
                if bytes[at..].starts_with(needle.as_bytes())
                    && (!alone || stands_alone(&text, needle))
                    && (*alone || !by_chance(&text, at, needle))
                    && !found.iter().any(|(known, _)| known == mark)
                {
                    let from = text.floor_char_boundary(at.saturating_sub(AROUND));
                    let to = text.ceil_char_boundary(at + needle.len() + AROUND);
                    found.push((*mark, text[from..to].to_owned()));
                }
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::Finder;

    #[test]
    fn it_finds_every_text_wherever_it_stands() {
        let mut finder = Finder::default();
        finder.add("quill lane", 1, false);
        finder.add("0429", 2, true);
        assert_eq!(finder.find("at 7 QUILL Lane, card 0429."), [1, 2]);
        assert!(finder.find("quill street 60429").is_empty());
        assert_eq!(finder.places("at 7 QUILL Lane")[0].1, "at 7 quill lane");
    }
}
