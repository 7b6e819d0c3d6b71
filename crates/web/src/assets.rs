//! The files that the browser loads, made by the build script and carried in the binary. Each is
//! named by its content, so it may be kept for ever.

/// One file.
#[derive(Clone, Copy)]
pub struct Asset {
    /// What is in it.
    pub bytes: &'static [u8],
    /// What it is, for the `content-type`.
    pub media_type: &'static str,
}

include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// The file of that name, without the `/assets/` before it.
pub fn find(name: &str) -> Option<Asset> {
    FILES
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, asset)| *asset)
}

/// All files, by name.
pub fn all() -> impl Iterator<Item = (&'static str, Asset)> {
    FILES.iter().copied()
}

/// Where network addresses are, by country: from the regional registries' own records, by way of
/// the npm package `@ip-location-db/geo-whois-asn-country-mmdb` (see NOTICE for its licence).
pub static COUNTRIES: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/countries.mmdb"));
