//! A country, as its two-letter code.

use crate::names::NAMES;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// A country: two letters as in ISO 3166-1, kept in upper case. A code that is in no list yet is
/// taken all the same, so that a new country doesn't need a new release.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Country([u8; 2]);

/// The text is not a country code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a country code; write two letters as in ISO 3166-1, such as NG")]
pub struct CountryError;

impl Country {
    /// Reads a code in upper or lower case.
    ///
    /// # Errors
    /// [`CountryError`] when the text is not two letters, or is `XX` or `ZZ`, which stand for
    /// "unknown".
    pub fn parse(code: &str) -> Result<Self, CountryError> {
        let &[a, b] = code.as_bytes() else {
            return Err(CountryError);
        };
        let code = [a.to_ascii_uppercase(), b.to_ascii_uppercase()];
        if !code.iter().all(u8::is_ascii_uppercase) || is_unknown(code) {
            return Err(CountryError);
        }
        Ok(Self(code))
    }

    /// The code, such as `NG`.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// What it is called in an English sentence, after "from": "Nigeria", "the Netherlands". For
    /// a code without a name, the code.
    pub fn name(&self) -> &str {
        NAMES
            .binary_search_by_key(&self.as_str(), |(code, _)| code)
            .map_or(self.as_str(), |at| NAMES[at].1)
    }
}

/// Whether these are the letters that say "I don't know".
const fn is_unknown(code: [u8; 2]) -> bool {
    matches!(&code, b"XX" | b"ZZ")
}

impl fmt::Display for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Country {
    type Err = CountryError;
    fn from_str(code: &str) -> Result<Self, CountryError> {
        Self::parse(code)
    }
}

impl TryFrom<String> for Country {
    type Error = CountryError;
    fn try_from(code: String) -> Result<Self, CountryError> {
        Self::parse(&code)
    }
}

impl From<Country> for String {
    fn from(country: Country) -> Self {
        country.as_str().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_of_the_standard_has_a_name_once() {
        assert_eq!(NAMES.len(), 249 + 1, "249 in ISO 3166-1, and Kosovo");
        assert!(NAMES.windows(2).all(|pair| pair[0].0 < pair[1].0));
        for (code, name) in NAMES {
            let country = Country::parse(code).expect("a code");
            assert_eq!(country.name(), *name);
        }
    }

    #[test]
    fn a_country_has_its_article_and_a_code_without_a_name_is_its_own_name() {
        let name = |code| Country::parse(code).expect("a code").name().to_owned();
        assert_eq!(name("ng"), "Nigeria");
        assert_eq!(name("NL"), "the Netherlands");
        assert_eq!(name("QQ"), "QQ");
    }

    #[test]
    fn what_is_not_two_letters_or_means_unknown_is_refused() {
        for code in ["", "N", "NGA", "N1", "É", "XX", "zz", "T1"] {
            assert_eq!(Country::parse(code), Err(CountryError), "{code}");
        }
    }
}
