//! A copy of everything that is kept about an owner (GDPR Art. 15 and 20): put together at the moment of
//! sending, for one mail to the registered email. Nobody at the desk sees it, and it is kept nowhere.
//!
//! Each value is opened with a permit of its own, which the gate gives for this account, this field and
//! this destination. Secrets are never opened: their names are listed, and that they can't be shown.

mod page;

use gate::{Action, Actor, Outcome, Permit};
use serde::Serialize;
use store::{AccountRow, ContactPointRow, FieldRow, TicketRow, Tx};
use vault::{AccountKey, Address, Sealed};
use words::{FieldClass, FieldKind, MessageKind, RequestKind, RequestState};
use zeroize::Zeroizing;

use crate::{
    desk::{Desk, field_facts},
    error::DeskError,
    letter::{Attached, Content},
    mailroom::{Withheld, open},
};

/// Bytes that a copy may have in one mail. On its way each three become four, and few mail servers take
/// more than 25 MB.
const LIMIT: usize = 15 * 1024 * 1024;
/// Tickets that a copy has at the most, the newest.
const TICKETS: i64 = 1_000;

/// What becomes of a copy that is too large even without its documents.
pub(crate) const TOO_LARGE: Withheld<'static> = Withheld {
    rule: "too-large-for-a-mail",
    reason: "The copy of everything is larger than a mail can be, 15 MB. Send its parts one by one instead.",
    words: "There is too much of it for one mail. I can send you the parts one by one.",
};

#[derive(Serialize)]
struct Copy {
    made_at: String,
    company: String,
    account_number: String,
    name: String,
    customer_since: Option<String>,
    contact_points: Vec<CopiedPoint>,
    fields: Vec<CopiedField>,
    /// What the machine compares and never shows.
    kept_secret: Vec<String>,
    tickets: Vec<CopiedTicket>,
    given_out: Vec<CopiedDisclosure>,
    logins: Vec<CopiedLogin>,
}

#[derive(Serialize)]
struct CopiedPoint {
    kind: &'static str,
    /// None for one that doesn't count, because it is not confirmed or too new.
    #[serde(serialize_with = "text")]
    address: Option<Zeroizing<String>>,
    on_file_since: String,
    confirmed_at: Option<String>,
    removed_at: Option<String>,
}

#[derive(Serialize)]
struct CopiedField {
    name: String,
    title: String,
    item: Option<String>,
    /// None for a document.
    #[serde(serialize_with = "text")]
    value: Option<Zeroizing<String>>,
    /// The name of a document's file.
    file: Option<String>,
    /// Whether the file was too large to come along.
    left_out: bool,
}

#[derive(Serialize)]
struct CopiedTicket {
    number: i64,
    subject: String,
    channel: String,
    opened_at: String,
    closed_at: Option<String>,
    messages: Vec<CopiedMessage>,
}

#[derive(Serialize)]
struct CopiedMessage {
    at: String,
    from: &'static str,
    text: String,
}

#[derive(Serialize)]
struct CopiedDisclosure {
    at: String,
    what: String,
    how: &'static str,
}

#[derive(Serialize)]
struct CopiedLogin {
    at: String,
    outcome: String,
    country: Option<String>,
}

#[expect(clippy::ref_option, reason = "what serde calls it with")]
fn text<S: serde::Serializer>(
    text: &Option<Zeroizing<String>>,
    into: S,
) -> Result<S::Ok, S::Error> {
    match text {
        Some(text) => into.serialize_some(text.as_str()),
        None => into.serialize_none(),
    }
}

impl Desk {
    /// Puts a copy of everything together for a letter that leaves now. None if it is too large for one.
    pub(crate) async fn copy_of_everything(
        &self,
        tx: &mut Tx,
        account: &AccountRow,
        key: &AccountKey,
        ticket: &TicketRow,
        to: &ContactPointRow,
    ) -> Result<Option<Content>, DeskError> {
        let mut files = Vec::new();
        // Of which field each file is.
        let mut of_files: Vec<usize> = Vec::new();
        let mut left_out = Vec::new();
        let mut fields = Vec::new();
        let mut kept_secret = Vec::new();
        let mut size = 0;
        for masked in tx.masked_fields(account.id).await? {
            let label = self.catalogue.label(&masked.name, &masked.item);
            if masked.class == FieldClass::Secret || masked.kind == FieldKind::Password {
                kept_secret.push(label);
                continue;
            }
            let mut copied = CopiedField {
                name: masked.name.clone(),
                title: label.clone(),
                item: Some(masked.item.clone()).filter(|item| !item.is_empty()),
                value: masked.shown.clone().map(Zeroizing::new),
                file: None,
                left_out: false,
            };
            if masked.class == FieldClass::Sealed {
                let row = tx.field(masked.id).await?.ok_or(DeskError::NotFound)?;
                let permit = self.permit_to_copy(account, ticket, to, &row)?;
                match open(key, &row, &permit)? {
                    Content::Text(text) => copied.value = Some(text),
                    Content::Document {
                        file_name,
                        media_type,
                        bytes,
                    } => {
                        copied.file = Some(file_name.clone());
                        copied.left_out = size + bytes.len() > LIMIT;
                        if copied.left_out {
                            left_out.push(label);
                        } else {
                            size += bytes.len();
                            of_files.push(fields.len());
                            files.push(Attached {
                                file_name,
                                media_type,
                                bytes,
                            });
                        }
                    }
                    Content::Copy { .. } => return Err(DeskError::NotFound),
                }
            }
            fields.push(copied);
        }
        let mut copy = Copy {
            made_at: self.now().to_string(),
            company: self.settings.company.clone(),
            account_number: account.external_id.clone(),
            name: account.display_name.clone(),
            customer_since: account.customer_since.map(|at| at.to_string()),
            contact_points: self.copied_points(tx, account, key).await?,
            fields,
            kept_secret,
            tickets: copied_tickets(tx, account, ticket).await?,
            given_out: copied_disclosures(tx, account).await?,
            logins: copied_logins(tx, account).await?,
        };
        let (json, page) = loop {
            let json =
                Zeroizing::new(serde_json::to_vec_pretty(&copy).map_err(|e| DeskError::json(&e))?);
            let page = Zeroizing::new(page::page(&copy).into_bytes());
            if size + json.len() + page.len() <= LIMIT {
                break (json, page);
            }
            // What people read comes first; a document stays behind rather than that, and it says so.
            let (Some(last), Some(field)) = (files.pop(), of_files.pop()) else {
                return Ok(None);
            };
            size -= last.bytes.len();
            if let Some(field) = copy.fields.get_mut(field) {
                field.left_out = true;
                left_out.push(field.title.clone());
            }
        };
        files.splice(
            0..0,
            [
                Attached {
                    file_name: "everything.html".to_owned(),
                    media_type: "text/html".to_owned(),
                    bytes: page,
                },
                Attached {
                    file_name: "everything.json".to_owned(),
                    media_type: "application/json".to_owned(),
                    bytes: json,
                },
            ],
        );
        Ok(Some(Content::Copy { files, left_out }))
    }

    /// Leave to open one field for a copy to this contact point.
    fn permit_to_copy(
        &self,
        account: &AccountRow,
        ticket: &TicketRow,
        to: &ContactPointRow,
        field: &FieldRow,
    ) -> Result<Permit, DeskError> {
        let mut facts = self.facts(
            Actor::Desk,
            Action::Request(RequestKind::Export),
            account,
            Some(ticket),
            Some(to),
        );
        facts.field = Some(field_facts(field));
        let decision = self.decide(&facts);
        match (decision.outcome, decision.permit) {
            (Outcome::Permit, Some(permit)) => Ok(permit),
            _ => Err(DeskError::NotFound),
        }
    }

    /// The contact points. An address that doesn't count, or no more, is not said: it may be somebody
    /// else's.
    async fn copied_points(
        &self,
        tx: &mut Tx,
        account: &AccountRow,
        key: &AccountKey,
    ) -> Result<Vec<CopiedPoint>, DeskError> {
        let mut copied = Vec::new();
        for point in tx.contact_points(account.id).await? {
            let facts = self.facts(Actor::Desk, Action::Notify, account, None, Some(&point));
            let address = match self.decide(&facts).permit {
                Some(permit) => {
                    let sealed = Sealed::<Address>::from_bytes(point.sealed.clone());
                    Some(key.open_address(&sealed, &permit)?.into_text())
                }
                None => None,
            };
            copied.push(CopiedPoint {
                kind: point.kind.as_str(),
                address,
                on_file_since: point.registered_at.to_string(),
                confirmed_at: point.confirmed_at.map(|at| at.to_string()),
                removed_at: point.removed_at.map(|at| at.to_string()),
            });
        }
        Ok(copied)
    }
}

/// What was said to and by whoever wrote in the owner's name. Notes among colleagues are not part of it.
async fn copied_tickets(
    tx: &mut Tx,
    account: &AccountRow,
    this: &TicketRow,
) -> Result<Vec<CopiedTicket>, DeskError> {
    let mut rows = tx.tickets_of(account.id, this.id, TICKETS).await?;
    rows.insert(0, this.clone());
    let mut copied = Vec::new();
    for row in rows {
        let messages = tx.messages(row.id, 1000).await?;
        let messages = messages.into_iter().filter_map(|message| {
            let from = match message.kind {
                MessageKind::Heard => "you, or somebody in your name",
                MessageKind::Said | MessageKind::Reply => "our support",
                MessageKind::Note | MessageKind::Desk => return None,
            };
            Some(CopiedMessage {
                at: message.at.to_string(),
                from,
                text: message.body,
            })
        });
        copied.push(CopiedTicket {
            number: row.number,
            messages: messages.collect(),
            subject: row.subject,
            channel: row.channel.to_string(),
            opened_at: row.opened_at.to_string(),
            closed_at: row.closed_at.map(|at| at.to_string()),
        });
    }
    Ok(copied)
}

async fn copied_disclosures(
    tx: &mut Tx,
    account: &AccountRow,
) -> Result<Vec<CopiedDisclosure>, DeskError> {
    let requests = tx.requests_of(account.id, 1000).await?;
    let given = requests.into_iter().filter_map(|row| {
        let how = match (row.kind, row.state) {
            (RequestKind::Deliver | RequestKind::Export, RequestState::Done) => {
                "sent to the address on your account"
            }
            (RequestKind::Deliver | RequestKind::Export, _) if row.left_at.is_some() => {
                "sent to the address on your account; it may have arrived"
            }
            (RequestKind::Reveal, RequestState::Done) => {
                "shown to the person on support, after your yes"
            }
            _ => return None,
        };
        Some(CopiedDisclosure {
            at: row.updated_at.to_string(),
            what: row.label,
            how,
        })
    });
    Ok(given.collect())
}

async fn copied_logins(tx: &mut Tx, account: &AccountRow) -> Result<Vec<CopiedLogin>, DeskError> {
    let rows = tx.logins(account.id, 1000).await?;
    Ok(rows
        .into_iter()
        .map(|row| CopiedLogin {
            at: row.at.to_string(),
            outcome: row.outcome,
            country: row.country,
        })
        .collect())
}
