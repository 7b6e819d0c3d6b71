//! The one address of a `From` or `To`, in the plain form only. Comments, groups, lists, quoted
//! local parts and routes are where one program reads another address than the next.

use crate::section::Field;

/// The address of a field that holds exactly one, in small letters.
pub(crate) fn only(field: &Field<'_>) -> Option<String> {
    let value = field.line()?;
    match value.strip_suffix('>') {
        None => address(&value),
        Some(value) => address(after_name(value)?),
    }
}

/// What stands behind the `<`, if before it there is nothing but a name.
fn after_name(value: &str) -> Option<&str> {
    let mut quoted = false;
    let mut rest = value.char_indices();
    while let Some((at, c)) = rest.next() {
        match c {
            '"' => quoted = !quoted,
            '\\' if quoted => {
                rest.next()?;
            }
            _ if quoted => {}
            '<' => return value.get(at + 1..),
            // Of RFC 5322, 3.2.3: what an atom is made of, and dots and spaces between atoms.
            c if c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~. \t".contains(c) => {}
            _ => return None,
        }
    }
    None
}

/// A plain address, in small letters: the characters that people's addresses have, and a domain of
/// at least two labels.
pub(crate) fn address(text: &str) -> Option<String> {
    let (local, host) = text.split_once('@')?;
    let plain = |c: char| c.is_ascii_alphanumeric() || "._+-'~".contains(c);
    let good = (1..=64).contains(&local.len())
        && local.chars().all(plain)
        && !local.starts_with('.')
        && !local.ends_with('.')
        && !local.contains("..")
        && domain(host).is_some();
    good.then(|| text.to_ascii_lowercase())
}

/// A domain name of at least two labels, in small letters.
pub(crate) fn domain(text: &str) -> Option<String> {
    let labels: Vec<&str> = text.split('.').collect();
    let good = (2..=20).contains(&labels.len())
        && text.len() <= 253
        && labels.iter().all(|label| {
            (1..=63).contains(&label.len())
                && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
                && !label.starts_with('-')
                && !label.ends_with('-')
        })
        && labels
            .last()
            .is_some_and(|last| !last.chars().all(|c| c.is_ascii_digit()));
    good.then(|| text.to_ascii_lowercase())
}
