//! Which country an address belongs to.

use crate::country::Country;
use maxminddb::{MaxMindDbError, PathElement, Reader};
use std::{borrow::Cow, fmt, net::IpAddr};
use words::Time;

/// A country file in memory. Opening it reads a few hundred records, not all of them, so that it
/// costs well under a millisecond.
pub struct Places {
    reader: Reader<Cow<'static, [u8]>>,
}

/// Why a country file can't be used.
#[derive(Debug, thiserror::Error)]
pub enum PlaceError {
    /// It can't be read at all.
    #[error("not a country file in MaxMind's format (.mmdb); use one with whole countries in it")]
    NotMmdb(#[source] MaxMindDbError),
    /// It can be read, but its records have no country.
    #[error(
        "the file has no countries; use one whose records have `country_code` or `country.iso_code`"
    )]
    NoCountries,
}

/// Where the code stands in a record, by maker of the file.
const PATHS: [&[PathElement<'static>]; 3] = [
    &[PathElement::Key("country_code")],
    &[PathElement::Key("country"), PathElement::Key("iso_code")],
    &[PathElement::Key("country")],
];

/// How many records are looked at for a country before the file is turned down.
const LOOKED_AT: usize = 1000;

impl Places {
    /// Opens a file in `MaxMind`'s format whose records hold `country_code`, `country.iso_code` or
    /// `country`.
    ///
    /// # Errors
    /// [`PlaceError`] when it is not such a file, or none of its first records has a country.
    pub fn from_mmdb(bytes: impl Into<Cow<'static, [u8]>>) -> Result<Self, PlaceError> {
        let reader = Reader::from_source(bytes.into()).map_err(PlaceError::NotMmdb)?;
        let places = Self { reader };
        let mut records = places
            .reader
            .networks(maxminddb::WithinOptions::default())
            .map_err(PlaceError::NotMmdb)?
            .take(LOOKED_AT);
        if !records.any(|record| record.is_ok_and(|record| country(&record).is_some())) {
            return Err(PlaceError::NoCountries);
        }
        drop(records);
        Ok(places)
    }

    /// The country of an address, if the file knows it. Private addresses have none.
    pub fn country(&self, address: IpAddr) -> Option<Country> {
        country(&self.reader.lookup(address.to_canonical()).ok()?)
    }

    /// When the file was made.
    pub fn built(&self) -> Time {
        let seconds = i64::try_from(self.reader.metadata().build_epoch).unwrap_or(0);
        Time(seconds.saturating_mul(1_000_000))
    }
}

impl fmt::Debug for Places {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let about = self.reader.metadata();
        f.debug_struct("Places")
            .field("kind", &about.database_type)
            .field("built", &self.built().to_string())
            .finish_non_exhaustive()
    }
}

/// The country of a record.
fn country<S: AsRef<[u8]>>(record: &maxminddb::LookupResult<'_, S>) -> Option<Country> {
    PATHS.iter().find_map(|path| {
        let code: &str = record.decode_path(path).ok().flatten()?;
        Country::parse(code).ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Instant;

    /// A file for IPv4 with one node: the lower half of all addresses has this record.
    fn file(record: &[u8]) -> Vec<u8> {
        let text = |text: &str| {
            let length = u8::try_from(text.len()).expect("short");
            let head = if length < 29 {
                vec![0x40 | length]
            } else {
                vec![0x5d, length - 29]
            };
            [head, text.as_bytes().to_vec()].concat()
        };
        let mut out = vec![0, 0, 17, 0, 0, 1]; // lower half: data at 0; upper half: nothing
        out.extend([0; 16]);
        out.extend(record);
        out.extend(b"\xab\xcd\xefMaxMind.com\xe9");
        for (key, value) in [
            ("binary_format_major_version", vec![0xa1, 2]),
            ("binary_format_minor_version", vec![0xa1, 0]),
            ("build_epoch", vec![0x04, 0x02, 0x6a, 0, 0, 0]),
            ("database_type", text("test")),
            ("description", vec![0xe0]),
            ("ip_version", vec![0xa1, 4]),
            ("languages", vec![0x00, 0x04]),
            ("node_count", vec![0xc1, 1]),
            ("record_size", vec![0xa1, 24]),
        ] {
            out.extend(text(key));
            out.extend(value);
        }
        out
    }

    #[test]
    fn a_flat_and_a_nested_record_both_give_the_country() {
        for record in [
            &b"\xe1\x4ccountry_code\x42NG"[..],
            b"\xe1\x47country\xe1\x48iso_code\x42NG",
            b"\xe1\x47country\x42NG",
        ] {
            let places = Places::from_mmdb(file(record)).expect("a country file");
            let found = places.country([41, 58, 0, 1].into());
            assert_eq!(found.map(|c| c.name().to_owned()), Some("Nigeria".into()));
            assert_eq!(places.country([203, 0, 113, 7].into()), None);
            assert_eq!(places.country("::1".parse().expect("an address")), None);
            assert_eq!(places.built().year(), 2026);
        }
    }

    #[test]
    fn a_file_without_countries_and_a_broken_one_are_refused() {
        let numbers = file(b"\xe1\x43asn\xa1\x07");
        assert!(matches!(
            Places::from_mmdb(numbers),
            Err(PlaceError::NoCountries)
        ));
        let mut cut = file(b"\xe1\x4ccountry_code\x42NG");
        cut.truncate(60);
        assert!(matches!(
            Places::from_mmdb(cut),
            Err(PlaceError::NotMmdb(_))
        ));
        assert!(Places::from_mmdb(&b""[..]).is_err());
    }

    #[test]
    fn the_shipped_file_opens_at_once_and_knows_addresses() {
        let Some(path) = std::env::var_os("STAUNCH_COUNTRY_MMDB") else {
            println!("skipped: set STAUNCH_COUNTRY_MMDB to the path of a country file");
            return;
        };
        let bytes = std::fs::read(path).expect("the file");
        let start = Instant::now();
        let places = Places::from_mmdb(bytes).expect("a country file");
        let took = start.elapsed();
        println!("opened in {took:?}: {places:?}");
        assert!(took.as_millis() < 100, "{took:?}");
        let code = |address: &str| {
            let address = address.parse().expect("an address");
            places.country(address).map(String::from)
        };
        assert_eq!(code("102.89.0.1").as_deref(), Some("NG"));
        assert_eq!(code("193.0.6.139").as_deref(), Some("NL"));
        assert_eq!(code("::ffff:193.0.6.139").as_deref(), Some("NL"));
        assert_eq!(code("2001:67c:2e8:22::c100:68b").as_deref(), Some("NL"));
        assert_eq!(code("10.0.0.1"), None);
        assert_eq!(code("127.0.0.1"), None);
    }
}
