//! A key record (RFC 6376, 3.6.1), and what we ask of it.

use mail_auth::common::{parse::TxtRecordParser as _, verify::DomainKey};

use crate::{
    ReceiptError,
    signature::{Algorithm, Signature},
    tags::Tags,
};

/// The key of the signature, if the records hold exactly one and it may sign this.
pub(crate) fn key(
    records: &[String],
    signature: &Signature,
    min_bits: usize,
) -> Result<DomainKey, ReceiptError> {
    let [record] = records else {
        return Err(ReceiptError::Key);
    };
    let tags = Tags::parse(record).ok_or(ReceiptError::Key)?;
    let kind = match tags.get("k") {
        None | Some("rsa") => Algorithm::Rsa,
        Some("ed25519") => Algorithm::Ed25519,
        Some(_) => return Err(ReceiptError::Key),
    };
    let version = match tags.get("v") {
        None => true,
        Some(version) => version == "DKIM1" && tags.first() == Some("v"),
    };
    let hashes = tags.list("h");
    let services = tags.list("s");
    let flags = tags.list("t");
    let good = version
        && kind == signature.algorithm
        && tags.get("p").is_some_and(|p| !p.is_empty())
        && (hashes.is_empty() || hashes.contains(&"sha256"))
        && (services.is_empty() || services.contains(&"*") || services.contains(&"email"))
        // A domain that is trying DKIM out asks for its mail to be treated as unsigned.
        && !flags.contains(&"y")
        && !(flags.contains(&"s") && signature.below);
    if !good {
        return Err(ReceiptError::Key);
    }
    let key = DomainKey::parse(record.as_bytes()).map_err(|_| ReceiptError::Key)?;
    if kind == Algorithm::Rsa && key.p.public_key_bits() < min_bits {
        return Err(ReceiptError::WeakKey);
    }
    Ok(key)
}
