//! The MIME message of a letter.

use std::time::{Duration, SystemTime};

use desk::letter::{Content, Envelope, Letter};
use lettre::{
    Address, Message,
    message::{
        Attachment, Body, Mailbox, MultiPart,
        header::{ContentTransferEncoding, ContentType, Date, HeaderName, HeaderValue, MessageId},
    },
};
use words::Time;

use crate::render::{file_label, line, render};

/// Who letters come from.
#[derive(Clone, Debug)]
pub struct Sender {
    /// The address in `From`.
    pub address: Address,
    /// The name beside it; without one, the company's name and "customer support".
    pub name: Option<String>,
    /// Where answers go, if not to `address`.
    pub reply_to: Option<Address>,
}

/// The letter can't be made into a message. None of these holds an address.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum ComposeError {
    /// The destination is not an email address.
    #[error("the address on the account is not a usable email address")]
    To,
    /// The message id has characters that don't belong in one.
    #[error("the letter's message id is not usable")]
    MessageId,
    /// The parts couldn't be put together.
    #[error("the letter could not be put together")]
    Parts,
}

/// Builds the message: `To` is the one address of the envelope, the text and HTML parts are
/// alternatives, and a document is attached. `now` goes into `Date`.
///
/// # Errors
/// [`ComposeError`]; trying again doesn't help.
pub fn compose(envelope: &Envelope, sender: &Sender, now: Time) -> Result<Message, ComposeError> {
    let to: Address = envelope.to.parse().map_err(|_| ComposeError::To)?;
    let id = &envelope.message_id;
    let well_formed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if id.is_empty() || id.len() > 120 || !id.chars().all(well_formed) {
        return Err(ComposeError::MessageId);
    }
    let letter = render(&envelope.letter, &envelope.company).map_err(|_| ComposeError::Parts)?;

    let name = match &sender.name {
        Some(name) => line(name),
        None => format!("{} customer support", line(&envelope.company)),
    };
    let submitted = match envelope.letter {
        Letter::Reply { .. } => "auto-replied",
        _ => "auto-generated",
    };
    let mut builder = Message::builder()
        .header(Date::new(
            SystemTime::UNIX_EPOCH + Duration::from_millis(now.millis()),
        ))
        .header(MessageId::from(format!(
            "<{id}@{}>",
            sender.address.domain()
        )))
        .from(Mailbox::new(Some(name), sender.address.clone()))
        .to(Mailbox::new(None, to))
        .subject(letter.subject)
        .raw_header(raw("Auto-Submitted", submitted))
        .raw_header(raw("X-Auto-Response-Suppress", "All"));
    if let Some(address) = &sender.reply_to {
        builder = builder.reply_to(Mailbox::new(None, address.clone()));
    }

    let both = MultiPart::alternative_plain_html(
        String::from(letter.text.as_str()),
        String::from(letter.html.as_str()),
    );
    let parts = match &envelope.letter {
        Letter::Delivery {
            content:
                Content::Document {
                    file_name,
                    media_type,
                    bytes,
                },
            ..
        } => {
            let body = Body::new_with_encoding(bytes.to_vec(), ContentTransferEncoding::Base64)
                .map_err(|_| ComposeError::Parts)?;
            MultiPart::mixed()
                .multipart(both)
                .singlepart(Attachment::new(file_label(file_name)).body(body, kind(media_type)?))
        }
        Letter::Delivery {
            content: Content::Copy { files, .. },
            ..
        } => {
            let mut parts = MultiPart::mixed().multipart(both);
            for file in files {
                let body =
                    Body::new_with_encoding(file.bytes.to_vec(), ContentTransferEncoding::Base64)
                        .map_err(|_| ComposeError::Parts)?;
                let name = file_label(&file.file_name);
                parts = parts.singlepart(Attachment::new(name).body(body, kind(&file.media_type)?));
            }
            parts
        }
        _ => both,
    };
    builder.multipart(parts).map_err(|_| ComposeError::Parts)
}

fn raw(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.into())
}

/// The attachment's media type; anything that isn't plainly a type of a single file is sent as
/// bytes.
fn kind(media_type: &str) -> Result<ContentType, ComposeError> {
    let token = |t: &str| {
        !t.is_empty()
            && t.chars()
                .all(|c| c.is_ascii_alphanumeric() || "-+._".contains(c))
    };
    let plain = media_type.split_once('/').is_some_and(|(top, sub)| {
        token(top)
            && token(sub)
            && !matches!(top.to_ascii_lowercase().as_str(), "multipart" | "message")
    });
    let name = if plain {
        media_type
    } else {
        "application/octet-stream"
    };
    ContentType::parse(name).map_err(|_| ComposeError::Parts)
}
