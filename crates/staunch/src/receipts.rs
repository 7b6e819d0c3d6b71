//! Receipt mails, as the settings describe them.

use anyhow::{Context as _, Result};
use desk::recover::ReceiptMails;
use receipt::{ReceiptError, ReceiptMail, ReceiptSettings, Verifier};
use std::sync::Arc;
use words::Time;

struct Checked(Verifier);

#[async_trait::async_trait]
impl ReceiptMails for Checked {
    async fn check(&self, raw: &[u8], now: Time) -> Result<ReceiptMail, ReceiptError> {
        self.0.check(raw, now).await
    }
}

/// What checks receipt mails, if they are described. Nothing is looked up yet.
pub(crate) fn mails(settings: Option<&ReceiptSettings>) -> Result<Option<Arc<dyn ReceiptMails>>> {
    let Some(settings) = settings else {
        return Ok(None);
    };
    let verifier = settings
        .keys()
        .and_then(|keys| Verifier::new(settings, keys))
        .context("`receipts`")?;
    Ok(Some(Arc::new(Checked(verifier))))
}
