//! The original mail in what was handed in.

use std::borrow::Cow;

use crate::{ReceiptError, lines::with_crlf, mime};

/// What was handed in, taken apart.
#[derive(Debug)]
pub(crate) struct Original<'m> {
    /// The mail, its lines ending in CRLF.
    pub mail: Cow<'m, [u8]>,
    /// Whether it was attached to another.
    pub attached: bool,
}

/// The one mail attached to what was handed in, or that itself if none is attached. An attached
/// mail is not opened further: a forwarded forward is not the original.
pub(crate) fn original(upload: &[u8]) -> Result<Original<'_>, ReceiptError> {
    let leaves = mime::leaves(upload)?;
    let mut mails = leaves.iter().filter(|leaf| leaf.is_mail());
    let Some(mail) = mails.next() else {
        return Ok(Original {
            mail: Cow::Borrowed(upload),
            attached: false,
        });
    };
    if mails.next().is_some() {
        return Err(ReceiptError::Several);
    }
    let mail = match mail.bytes()? {
        Cow::Borrowed(bytes) => with_crlf(bytes),
        Cow::Owned(bytes) => with_crlf(&bytes).map(|mail| Cow::Owned(mail.into_owned())),
    };
    Ok(Original {
        mail: mail.ok_or(ReceiptError::LineEnds)?,
        attached: true,
    })
}
