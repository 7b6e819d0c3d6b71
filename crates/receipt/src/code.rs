//! Codes that are printed on receipts, or saved by an owner for the day they lose everything else.

use std::fmt;

use words::Entropy;
use zeroize::Zeroizing;

/// Crockford's base 32: no I, L, O and U, so that no two characters look alike.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Characters of a code, the check character at the end included.
const LENGTH: usize = 16;
/// Characters that stand together when a code is printed.
const GROUP: usize = 4;
/// The longest text that is looked at, in bytes; a code with any spacing is far shorter.
const LONGEST: usize = 200;

/// A code of 75 random bits (NIST SP 800-63B-4 4.2.1 asks saved codes for 64) and a check character.
///
/// It is compared by a keyed hash only, so it has no `PartialEq`, no `Display` and no content in
/// its `Debug`, and it is wiped when dropped.
pub struct Code(Zeroizing<[u8; LENGTH]>);

/// The text is not a whole code. It is found by the check character alone, without looking at any
/// account, so it says nothing about which codes exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "that isn't a whole code; it has 16 letters and digits in four groups, as printed, please compare them"
)]
pub struct CodeError;

impl Code {
    /// A fresh code.
    pub fn new(entropy: &dyn Entropy) -> Self {
        let mut random = Zeroizing::new([0_u8; LENGTH - 1]);
        entropy.fill(random.as_mut());
        let mut code = Zeroizing::new([0; LENGTH]);
        for (place, byte) in code.iter_mut().zip(random.iter()) {
            *place = byte & 31;
        }
        code[LENGTH - 1] = weigh(&code[..LENGTH - 1]);
        for place in code.iter_mut() {
            *place = ALPHABET[usize::from(*place)];
        }
        Self(code)
    }

    /// Reads a code as a person types it: in any case, with any spaces and dashes, I or L for 1 and
    /// O for 0.
    ///
    /// # Errors
    /// [`CodeError`] if characters are missing, too many, impossible or mistyped. Any one wrong
    /// character and any two that changed places are found; of other texts one in 32 passes.
    pub fn parse(text: &str) -> Result<Self, CodeError> {
        if text.len() > LONGEST {
            return Err(CodeError);
        }
        let mut values = Zeroizing::new([0_u8; LENGTH]);
        let mut count = 0;
        for typed in text.chars().filter(|c| !between(*c)) {
            let place = values.get_mut(count).ok_or(CodeError)?;
            *place = value(typed).ok_or(CodeError)?;
            count += 1;
        }
        let (random, check) = values.split_at(LENGTH - 1);
        if count != LENGTH || check != [weigh(random)] {
            return Err(CodeError);
        }
        for place in values.iter_mut() {
            *place = ALPHABET[usize::from(*place)];
        }
        Ok(Self(values))
    }

    /// The code as it is printed: `XXXX-XXXX-XXXX-XXXX`.
    pub fn printed(&self) -> Zeroizing<String> {
        let mut out = Zeroizing::new(String::with_capacity(LENGTH + LENGTH / GROUP));
        for (at, letter) in self.0.iter().enumerate() {
            if at > 0 && at % GROUP == 0 {
                out.push('-');
            }
            out.push(char::from(*letter));
        }
        out
    }

    /// The bytes to put into the vault's keyed hash: the same for every way of typing the code.
    pub fn digest_input(&self) -> &[u8] {
        self.0.as_ref()
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Code")
    }
}

/// The check value: a sum over the field of 32 elements in which each place weighs differently, so
/// that one wrong value, or two that changed places, never weigh the same.
fn weigh(values: &[u8]) -> u8 {
    let mut sum = 0;
    let mut weight = 2;
    for value in values {
        sum ^= times(*value, weight);
        weight = times(weight, 2);
    }
    sum
}

/// Multiplies in GF(2^5) with the polynomial x^5 + x^2 + 1, in which 2 generates all weights.
fn times(mut a: u8, mut b: u8) -> u8 {
    let mut product = 0;
    while b != 0 {
        if b & 1 != 0 {
            product ^= a;
        }
        a <<= 1;
        if a & 32 != 0 {
            a ^= 0b10_0101;
        }
        b >>= 1;
    }
    product
}

fn between(c: char) -> bool {
    c.is_whitespace() || matches!(c, '-' | '_' | '.' | '\u{2010}'..='\u{2015}' | '\u{2212}')
}

fn value(typed: char) -> Option<u8> {
    let letter = match typed.to_ascii_uppercase() {
        'I' | 'L' => '1',
        'O' => '0',
        letter => letter,
    };
    let at = ALPHABET.iter().position(|a| char::from(*a) == letter)?;
    u8::try_from(at).ok()
}
