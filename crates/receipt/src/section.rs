//! A header section after RFC 5322, strictly: no obsolete forms, nothing that two programs could
//! split into other fields.

use crate::ReceiptError;

/// The longest header section, in bytes.
const LONGEST: usize = 64 * 1024;
/// The most fields.
const MOST: usize = 200;

/// One field, as it stands there.
#[derive(Debug)]
pub(crate) struct Field<'m> {
    /// Its name, letters as they are.
    pub name: &'m str,
    /// Everything behind the colon, folds included, without the CRLF at the end.
    pub value: &'m [u8],
}

/// The fields of a message or a part, and what follows them.
#[derive(Debug)]
pub(crate) struct Section<'m> {
    /// In order.
    pub fields: Vec<Field<'m>>,
    /// Behind the empty line; empty without one.
    pub body: &'m [u8],
}

impl<'m> Section<'m> {
    /// Splits a message whose lines end in CRLF.
    pub(crate) fn parse(message: &'m [u8]) -> Result<Self, ReceiptError> {
        let mut fields: Vec<Field<'m>> = Vec::new();
        let mut rest = message;
        let mut value_at = 0;
        while !rest.is_empty() {
            let at = message.len() - rest.len();
            let end = line_end(rest);
            if at + end > LONGEST {
                return Err(ReceiptError::Malformed);
            }
            let line = &rest[..end];
            rest = rest.get(end + 2..).unwrap_or_default();
            if line.is_empty() {
                break;
            }
            if matches!(line[0], b' ' | b'\t') {
                // A fold belongs to the field before it, and holds more than white space: a line
                // of spaces is the end of the header to some programs and a fold to others.
                let last = fields.last_mut().ok_or(ReceiptError::Malformed)?;
                if line.iter().all(|c| matches!(c, b' ' | b'\t')) {
                    return Err(ReceiptError::Malformed);
                }
                last.value = &message[value_at..at + end];
                continue;
            }
            let colon = line
                .iter()
                .position(|c| *c == b':')
                .ok_or(ReceiptError::Malformed)?;
            let name = std::str::from_utf8(&line[..colon])
                .ok()
                .filter(|name| !name.is_empty() && name.bytes().all(|c| c.is_ascii_graphic()))
                .ok_or(ReceiptError::Malformed)?;
            if fields.len() == MOST {
                return Err(ReceiptError::Malformed);
            }
            value_at = at + colon + 1;
            fields.push(Field {
                name,
                value: &message[value_at..at + end],
            });
        }
        Ok(Self { fields, body: rest })
    }

    /// Every field of the name.
    pub(crate) fn all(&self, name: &str) -> impl Iterator<Item = &Field<'m>> {
        self.fields
            .iter()
            .filter(move |field| field.name.eq_ignore_ascii_case(name))
    }

    /// The one field of the name, if there is one.
    ///
    /// # Errors
    /// [`ReceiptError::Repeated`] if there are several.
    pub(crate) fn at_most_one(
        &self,
        name: &'static str,
    ) -> Result<Option<&Field<'m>>, ReceiptError> {
        let mut all = self.all(name);
        let first = all.next();
        match all.next() {
            None => Ok(first),
            Some(_) => Err(ReceiptError::Repeated(name)),
        }
    }

    /// The one field of the name.
    pub(crate) fn only(&self, name: &'static str) -> Result<&Field<'m>, ReceiptError> {
        self.at_most_one(name)?.ok_or(ReceiptError::Missing(name))
    }
}

impl Field<'_> {
    /// The value on one line, in ASCII; nothing if there is any other character in it.
    pub(crate) fn line(&self) -> Option<String> {
        let mut out = String::with_capacity(self.value.len());
        let mut rest = self.value.iter();
        while let Some(byte) = rest.next() {
            match byte {
                b'\r' => {
                    rest.next();
                }
                b'\t' | b' '..=b'~' => out.push(char::from(*byte)),
                _ => return None,
            }
        }
        Some(out.trim().to_owned())
    }
}

/// Where the line that `text` begins with ends: before its CRLF, or at the end.
pub(crate) fn line_end(text: &[u8]) -> usize {
    text.windows(2)
        .position(|pair| pair == b"\r\n")
        .unwrap_or(text.len())
}
