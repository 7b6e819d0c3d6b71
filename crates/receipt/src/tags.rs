//! Lists of tags as in signatures and key records (RFC 6376, 3.2), strictly.

/// The tags of a list, in order, with white space gone from the values that may hold it.
#[derive(Debug)]
pub(crate) struct Tags<'t>(Vec<(&'t str, String)>);

impl<'t> Tags<'t> {
    /// Reads a list on one line. Nothing if it is malformed or has a tag twice.
    pub(crate) fn parse(line: &'t str) -> Option<Self> {
        let line = line.trim();
        let mut tags: Vec<(&str, String)> = Vec::new();
        for part in line.strip_suffix(';').unwrap_or(line).split(';') {
            let (name, value) = part.split_once('=')?;
            let name = name.trim();
            let good = name.starts_with(|c: char| c.is_ascii_lowercase())
                && name
                    .chars()
                    .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
            if !good || tags.iter().any(|(known, _)| *known == name) {
                return None;
            }
            let value = value.chars().filter(|c| !matches!(c, ' ' | '\t'));
            tags.push((name, value.collect()));
        }
        Some(Self(tags))
    }

    /// The value of a tag.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, value)| value.as_str())
    }

    /// The name of the first tag.
    pub(crate) fn first(&self) -> Option<&str> {
        self.0.first().map(|(name, _)| *name)
    }

    /// The value of a tag that is a list with colons; empty without the tag.
    pub(crate) fn list(&self, name: &str) -> Vec<&str> {
        self.get(name)
            .map(|value| value.split(':').collect())
            .unwrap_or_default()
    }
}
