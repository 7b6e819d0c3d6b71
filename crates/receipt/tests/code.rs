//! Codes: every way of typing one, and every single slip.

use std::sync::atomic::{AtomicU64, Ordering};

use proptest::prelude::*;
use receipt::{Code, CodeError, RecoveryCodes, SET};
use words::Entropy;

const ALPHABET: &str = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// A small generator (splitmix64), so that a seed gives the same codes.
struct Seeded(AtomicU64);

impl Entropy for Seeded {
    fn fill(&self, into: &mut [u8]) {
        for byte in into {
            let mut z = self.0.fetch_add(0x9E37_79B9_7F4A_7C15, Ordering::Relaxed);
            z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            *byte = (z >> 33).to_le_bytes()[0];
        }
    }
}

fn code(seed: u64) -> Code {
    Code::new(&Seeded(AtomicU64::new(seed)))
}

proptest! {
    #[test]
    fn a_code_reads_back_however_it_is_typed(
        seed: u64,
        low in proptest::collection::vec(any::<bool>(), 16),
        between in proptest::collection::vec("[ \\-_.\u{2013}\u{a0}]{0,3}", 16),
        soft: bool,
    ) {
        let code = code(seed);
        let printed = code.printed();
        let mut typed = String::new();
        for (at, c) in printed.chars().filter(|c| *c != '-').enumerate() {
            typed.push_str(&between[at]);
            let c = match c {
                '1' if soft => 'l',
                '0' if soft => 'O',
                c => c,
            };
            typed.push(if low[at] { c.to_ascii_lowercase() } else { c });
        }
        let read = Code::parse(&typed).expect("the code");
        prop_assert_eq!(read.digest_input(), code.digest_input());
        prop_assert_eq!(read.printed(), printed);
    }

    #[test]
    fn one_wrong_character_is_always_found(seed: u64, at in 0_usize..16, to in 0_usize..32) {
        let mut letters: Vec<char> = code(seed).printed().replace('-', "").chars().collect();
        let to = ALPHABET.chars().nth(to).expect("a letter");
        prop_assume!(letters[at] != to);
        letters[at] = to;
        prop_assert!(Code::parse(&letters.iter().collect::<String>()).is_err());
    }

    #[test]
    fn two_characters_that_changed_places_are_always_found(
        seed: u64, a in 0_usize..16, b in 0_usize..16,
    ) {
        let mut letters: Vec<char> = code(seed).printed().replace('-', "").chars().collect();
        prop_assume!(letters[a] != letters[b]);
        letters.swap(a, b);
        prop_assert!(Code::parse(&letters.iter().collect::<String>()).is_err());
    }

    #[test]
    fn a_part_of_a_code_or_a_longer_one_is_no_code(seed: u64, keep in 0_usize..16, more in "[0-9A-Z]{1,4}") {
        let letters = code(seed).printed().replace('-', "");
        prop_assert!(Code::parse(&letters[..keep]).is_err());
        let longer = letters + &more;
        prop_assert!(Code::parse(&longer).is_err());
    }

    #[test]
    fn no_text_at_all_makes_it_stumble(text in any::<String>()) {
        if let Ok(code) = Code::parse(&text) {
            prop_assert_eq!(code.digest_input().len(), 16);
        }
    }
}

#[test]
fn a_code_prints_in_four_groups_of_four() {
    let printed = code(7).printed();
    let groups: Vec<&str> = printed.split('-').collect();
    assert_eq!(groups.len(), 4, "{groups:?}");
    assert!(
        groups
            .iter()
            .all(|g| g.len() == 4 && g.chars().all(|c| ALPHABET.contains(c)))
    );
}

#[test]
fn a_code_has_75_random_bits_and_each_matters() {
    // Each of the fifteen free characters takes every value of the alphabet.
    let mut seen = vec![std::collections::BTreeSet::new(); 15];
    for seed in 0..4000 {
        let printed = code(seed * 1_000_003).printed().replace('-', "");
        for (at, c) in printed.chars().take(15).enumerate() {
            seen[at].insert(c);
        }
    }
    assert!(seen.iter().all(|values| values.len() == 32));
}

#[test]
fn what_is_wrong_with_a_text_is_never_told() {
    let letters = code(7).printed().replace('-', "");
    let mut wrong = letters.clone().into_bytes();
    wrong[3] = if wrong[3] == b'7' { b'8' } else { b'7' };
    let wrong = String::from_utf8(wrong).expect("letters");
    let slips = [
        "",
        "U",
        &letters[1..],
        &wrong,
        &"0".repeat(1000),
        "7K2P-99XX-4D3M-QWU!",
    ];
    for slip in slips {
        let error = Code::parse(slip).expect_err("not a code");
        assert_eq!(error, CodeError);
        assert!(error.to_string().starts_with("that isn't a whole code"));
    }
}

#[test]
fn a_code_shows_nothing_of_itself() {
    assert_eq!(format!("{:?}", code(7)), "Code");
    let codes = RecoveryCodes::new(&Seeded(AtomicU64::new(1)));
    let shown = format!("{codes:?}");
    for code in &codes {
        assert!(!shown.contains(&*code.printed().replace('-', "")));
    }
}

#[test]
fn a_set_has_ten_different_codes() {
    let codes = RecoveryCodes::new(&Seeded(AtomicU64::new(1)));
    let inputs: std::collections::BTreeSet<&[u8]> = codes.iter().map(Code::digest_input).collect();
    assert_eq!(inputs.len(), SET);
    assert_eq!(SET, 10);
}
