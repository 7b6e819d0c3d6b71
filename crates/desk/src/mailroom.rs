//! Letters on their way: queued as references, and opened only at the moment of sending, after
//! the gate was asked once more.

mod given;
mod outcome;
mod texts;

use gate::{Action, Actor, Outcome, Permit};
use serde::{Deserialize, Serialize};
use store::{
    AccountRow, ChallengeRow, ContactPointRow, FieldRow, JobRow, NewJob, RequestRow, TicketRow, Tx,
};
use vault::{AccountKey, Address, Sealed, ServerSealed, Value};
use words::{
    AccountId, ChallengeId, ChallengeKind, Channel, ContactPointId, FieldKind, HoldLevel, JobId,
    MessageId, PlanId, RequestId, RequestKind, RequestState, TicketId, Time, sabotage::off,
};
use zeroize::Zeroizing;

use crate::{
    accounts::StoredDocument,
    challenge::Detail,
    desk::{Desk, field_facts},
    error::DeskError,
    letter::{CarrierError, Content, Letter},
    settings::hours,
};
pub(crate) use given::{Given, given};
pub(crate) use outcome::Withheld;
use outcome::{Left, waits};
pub(crate) use texts::{MAIL, is_letter};

/// Which letter; what it says is looked up at sending.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "letter", rename_all = "lowercase")]
pub(crate) enum LetterRef {
    /// The question of a challenge.
    Confirm { challenge: ChallengeId },
    /// "Was this you?"
    Outreach { challenge: ChallengeId },
    /// A delivery.
    Delivery { request: RequestId },
    /// A rep's reply.
    Reply { message: MessageId },
    /// Contacts that the owner hears of.
    Notice { contacts: Vec<ContactRef> },
    /// The account was frozen.
    Frozen { at: Time },
    /// Something is going to change.
    Planned { plan: PlanId },
    /// The last letter before an erasure.
    Erasing { plan: PlanId },
    /// The question to a new address whether somebody is there.
    Address { challenge: ChallengeId },
    /// A code for a caller who is on the phone: sealed, in hex.
    Code {
        challenge: ChallengeId,
        code: String,
    },
    /// A code to the registered phone: sealed, in hex.
    TextCode { request: RequestId, code: String },
}

/// A contact that the owner hears of. What was sent because of it is looked up at sending, when it is
/// known what left and what was held back.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ContactRef {
    pub channel: Channel,
    pub at: Time,
    pub ticket: TicketId,
}

#[derive(Debug, Serialize, Deserialize)]
struct MailJob {
    account: AccountId,
    point: ContactPointId,
    ticket: Option<TicketId>,
    #[serde(flatten)]
    letter: LetterRef,
    /// The sealed secret of the link, in hex.
    secret: Option<String>,
}

const LINK: &str = "link in a letter";
const CODE: &str = "code in a letter";

impl Desk {
    /// Queues a letter to one contact point of the account. The desk chose the contact point; no
    /// caller of this has an address in hand.
    pub(crate) async fn queue_letter(
        &self,
        tx: &mut Tx,
        account: &AccountRow,
        point: &ContactPointRow,
        letter: LetterRef,
        secret: Option<&str>,
        ticket: Option<&TicketRow>,
    ) -> Result<(), DeskError> {
        debug_assert_eq!(point.account_id, account.id, "a letter goes to its account");
        let secret = match secret {
            Some(text) => Some(hex::encode(
                self.vault
                    .seal_server(LINK, text.as_bytes(), self.entropy.as_ref())?
                    .0,
            )),
            None => None,
        };
        let job = MailJob {
            account: account.id,
            point: point.id,
            ticket: ticket.map(|t| t.id),
            letter,
            secret,
        };
        let now = self.now();
        tx.enqueue(
            NewJob {
                id: self.id(JobId::new),
                kind: texts::way_to(point),
                payload: serde_json::to_string(&job).map_err(|e| DeskError::json(&e))?,
                run_at: now,
                ticket_id: ticket.map(|t| t.id),
            },
            now,
        )
        .await?;
        Ok(())
    }

    /// Seals a code for the letter that carries it.
    pub(crate) fn seal_code(&self, code: &str) -> Result<String, DeskError> {
        let sealed = self
            .vault
            .seal_server(CODE, code.as_bytes(), self.entropy.as_ref())?;
        Ok(hex::encode(sealed.0))
    }

    fn open_code(&self, sealed: &str) -> Result<Zeroizing<String>, DeskError> {
        let broken = || DeskError::Broken("a queued letter can't be read".to_owned());
        let sealed = hex::decode(sealed).map_err(|_| broken())?;
        let code = self.vault.open_server(CODE, &ServerSealed(sealed))?;
        let code = std::str::from_utf8(&code).map_err(|_| broken())?;
        Ok(Zeroizing::new(code.to_owned()))
    }

    /// Makes the "It wasn't me" link of a letter and returns its secret. `also` are the other tickets
    /// that the letter tells of.
    pub(crate) async fn repudiation(
        &self,
        tx: &mut Tx,
        account: &AccountRow,
        ticket: &TicketRow,
        point: ContactPointId,
        also: Vec<TicketId>,
    ) -> Result<String, DeskError> {
        let detail = Detail {
            also,
            ..Detail::contact(ticket)
        };
        self.challenge(
            tx,
            ChallengeKind::Repudiate,
            account.id,
            ticket.id,
            None,
            point,
            &detail,
            hours(24 * 30),
        )
        .await
    }

    /// Makes a challenge and returns the secret of its link.
    #[expect(
        clippy::too_many_arguments,
        reason = "a challenge is bound to all of these"
    )]
    pub(crate) async fn challenge(
        &self,
        tx: &mut Tx,
        kind: ChallengeKind,
        account: AccountId,
        ticket: TicketId,
        request: Option<RequestId>,
        point: ContactPointId,
        detail: &Detail,
        lives: std::time::Duration,
    ) -> Result<String, DeskError> {
        let (secret, hash) = self.secret();
        let now = self.now();
        let id = self.id(ChallengeId::new);
        tx.add_challenge(&ChallengeRow {
            id,
            token: hash.to_vec(),
            kind,
            account_id: account,
            ticket_id: ticket,
            request_id: request,
            contact_point_id: point,
            detail: serde_json::to_string(detail).map_err(|e| DeskError::json(&e))?,
            created_at: now,
            expires_at: now + lives,
            answered_at: None,
            answer: None,
            code: None,
            tries: 0,
            code_until: None,
        })
        .await?;
        if kind != ChallengeKind::Repudiate {
            tx.entry(
                self.entry("desk", "challenge.made")
                    .with_account(account.to_string())
                    .with("challenge", id.to_string())
                    .with("kind", kind.as_str())
                    .with("contact_point", point.to_string()),
            );
        }
        Ok(secret)
    }

    /// Sends one queued letter. `Ok(None)`: sent or withheld for good; `Ok(Some)`: the mail room
    /// could not take it.
    pub(crate) async fn send_letter(
        &self,
        job: &JobRow,
    ) -> Result<Option<CarrierError>, DeskError> {
        let mail: MailJob = serde_json::from_str(&job.payload).map_err(|e| DeskError::json(&e))?;
        let mut tx = self.store.read().await?;
        let account = self.account(&mut tx, mail.account).await?;
        let point = tx
            .contact_point(mail.point)
            .await?
            .ok_or(DeskError::NotFound)?;
        let ticket = match mail.ticket {
            Some(id) => tx.ticket_by_id(id).await?,
            None => None,
        };
        if !self.still_wanted(&mut tx, &mail).await? {
            drop(tx);
            let why = Withheld {
                rule: "settled",
                reason: "What it was about was settled in the meantime.",
                words: "",
            };
            self.letter_withheld(job, &mail, ticket.as_ref(), &why)
                .await?;
            return Ok(None);
        }
        let key = self.key(&account)?;

        let action = match &mail.letter {
            LetterRef::Delivery { .. } => Action::Request(RequestKind::Deliver),
            LetterRef::Reply { .. } => Action::Reply,
            LetterRef::Address { .. } => Action::Confirm,
            _ => Action::Notify,
        };
        let mut facts = self.facts(Actor::Desk, action, &account, ticket.as_ref(), Some(&point));
        if off("hold-at-sending") {
            facts.account.hold = HoldLevel::None;
        }
        let mut field = None;
        let mut copy = None;
        if let LetterRef::Delivery { request } = &mail.letter {
            let request = tx.request(*request).await?.ok_or(DeskError::NotFound)?;
            if request.kind == RequestKind::Export {
                facts.action = Action::Request(RequestKind::Export);
                copy = Some(request);
            }
        }
        if let (LetterRef::Delivery { request }, None) = (&mail.letter, &copy) {
            let request = tx.request(*request).await?.ok_or(DeskError::NotFound)?;
            let Some(id) = request.field_id else {
                return Err(DeskError::NotFound);
            };
            let row = tx.field(id).await?.ok_or(DeskError::NotFound)?;
            facts.field = Some(field_facts(&row));
            field = Some((request, row));
        }
        let decision = self.decide(&facts);
        let (Outcome::Permit, Some(permit)) = (decision.outcome, decision.permit) else {
            drop(tx);
            let why = Withheld {
                rule: &decision.rule,
                reason: &decision.reason,
                words: &decision.words,
            };
            self.letter_withheld(job, &mail, ticket.as_ref(), &why)
                .await?;
            return Ok(None);
        };

        let delivered = match (field, copy) {
            (Some((request, row)), _) => Some((request, open(&key, &row, &permit)?)),
            (None, Some(request)) => {
                let asked_in = ticket.as_ref().ok_or(DeskError::NotFound)?;
                let copied = self
                    .copy_of_everything(&mut tx, &account, &key, asked_in, &point)
                    .await?;
                let Some(content) = copied else {
                    drop(tx);
                    self.letter_withheld(job, &mail, ticket.as_ref(), &crate::export::TOO_LARGE)
                        .await?;
                    return Ok(None);
                };
                Some((request, content))
            }
            (None, None) => None,
        };
        let parcel = self
            .parcel(&mut tx, &mail, ticket.as_ref(), &point, delivered)
            .await?;
        let address = key.open_address(
            &Sealed::<Address>::from_bytes(point.sealed.clone()),
            &permit,
        )?;
        drop(tx);
        // The record comes first and the value leaves after it: a mail that goes twice is better
        // than one that the ledger never heard of.
        let Some(left) = self
            .letter_leaves(job, &mail, ticket.as_ref(), account.hold)
            .await?
        else {
            let why = "something changed at that moment; it is decided anew".to_owned();
            return Ok(Some(CarrierError::Later(why)));
        };
        if account.decoy && !off("decoy-letters") {
            // Nobody lives there. To whoever works here it looks as if it had left.
            self.letter_sent(job, &mail, ticket.as_ref()).await?;
            return Ok(None);
        }
        match self.hand_over(job, address, parcel).await {
            Ok(()) => {
                self.letter_sent(job, &mail, ticket.as_ref()).await?;
                Ok(None)
            }
            Err(error) => {
                self.letter_refused(job, &mail, left, &error).await?;
                Ok(Some(error))
            }
        }
    }

    /// What a letter says, looked up now. `delivered` is the request of a delivery and its content.
    async fn compose(
        &self,
        tx: &mut Tx,
        mail: &MailJob,
        ticket: Option<&TicketRow>,
        delivered: Option<(RequestRow, Content)>,
    ) -> Result<Letter, DeskError> {
        let link = self.link(mail)?;
        Ok(match &mail.letter {
            LetterRef::Confirm { challenge } => {
                let row = tx
                    .challenge_by_id(*challenge)
                    .await?
                    .ok_or(DeskError::NotFound)?;
                let detail = Detail::read(&row.detail)?;
                Letter::Confirm {
                    what: detail.what.unwrap_or(RequestKind::Reset),
                    item: detail.item,
                    channel: detail.channel,
                    at: detail.at,
                    expires: row.expires_at,
                    link,
                }
            }
            LetterRef::Outreach { challenge } => {
                let row = tx
                    .challenge_by_id(*challenge)
                    .await?
                    .ok_or(DeskError::NotFound)?;
                let detail = Detail::read(&row.detail)?;
                Letter::Outreach {
                    signals: detail.signals,
                    at: detail.at,
                    expires: row.expires_at,
                    link,
                }
            }
            LetterRef::Delivery { .. } => {
                let (request, content) = delivered.ok_or(DeskError::NotFound)?;
                let channel = ticket.map_or(Channel::Api, |t| t.channel);
                Letter::Delivery {
                    what: request.label,
                    content,
                    channel,
                    at: request.at,
                    link,
                }
            }
            LetterRef::Reply { message } => {
                let ticket = ticket.ok_or(DeskError::NotFound)?;
                let text = tx
                    .messages(ticket.id, 1000)
                    .await?
                    .into_iter()
                    .find(|row| row.id == *message)
                    .map(|row| row.body)
                    .ok_or(DeskError::NotFound)?;
                Letter::Reply {
                    number: ticket.number,
                    text,
                    link,
                }
            }
            LetterRef::Notice { contacts } => {
                let mut told = Vec::new();
                for contact in contacts {
                    told.push(given::as_told(tx, contact, mail.point).await?);
                }
                Letter::Notice {
                    contacts: told,
                    link,
                }
            }
            LetterRef::Frozen { at } => Letter::Frozen { at: *at },
            LetterRef::Erasing { plan } => Letter::Erasing {
                at: tx.plan(*plan).await?.ok_or(DeskError::NotFound)?.made_at,
            },
            LetterRef::Code { challenge, code } => {
                let row = tx
                    .challenge_by_id(*challenge)
                    .await?
                    .ok_or(DeskError::NotFound)?;
                let detail = Detail::read(&row.detail)?;
                Letter::Code {
                    code: self.open_code(code)?,
                    what: detail.what.unwrap_or(RequestKind::Reset),
                    item: detail.item,
                    at: detail.at,
                    expires: row.code_until.ok_or(DeskError::NotFound)?,
                    link,
                }
            }
            LetterRef::Address { challenge } => {
                let row = tx
                    .challenge_by_id(*challenge)
                    .await?
                    .ok_or(DeskError::NotFound)?;
                Letter::Address {
                    expires: row.expires_at,
                    link,
                }
            }
            // A phone's code goes to a phone.
            LetterRef::TextCode { .. } => return Err(DeskError::NotFound),
            LetterRef::Planned { plan } => {
                let row = tx.plan(*plan).await?.ok_or(DeskError::NotFound)?;
                Letter::Planned {
                    what: row.kind,
                    channel: ticket.map_or(Channel::Api, |t| t.channel),
                    at: row.made_at,
                    effective: self.takes_effect(&row),
                    link,
                }
            }
        })
    }

    /// Whether the request behind a letter still waits for it, and its question can be answered.
    async fn still_wanted(&self, tx: &mut Tx, mail: &MailJob) -> Result<bool, DeskError> {
        if let LetterRef::Confirm { challenge }
        | LetterRef::Outreach { challenge }
        | LetterRef::Address { challenge } = &mail.letter
        {
            let row = tx
                .challenge_by_id(*challenge)
                .await?
                .ok_or(DeskError::NotFound)?;
            if row.answered_at.is_some() || row.expires_at <= self.now() {
                return Ok(false);
            }
        }
        if let LetterRef::Code { challenge, code } = &mail.letter {
            let row = tx
                .challenge_by_id(*challenge)
                .await?
                .ok_or(DeskError::NotFound)?;
            let account = self.account(tx, mail.account).await?;
            let waits = match row.request_id {
                Some(id) => tx.request(id).await?,
                None => None,
            }
            .is_some_and(|request| request.state == RequestState::Waiting);
            let code = self.open_code(code)?;
            return Ok(waits && self.code_stands(&row, &self.key(&account)?, &code));
        }
        if let LetterRef::Erasing { plan } = &mail.letter {
            let row = tx.plan(*plan).await?.ok_or(DeskError::NotFound)?;
            return Ok(row.cancelled_at.is_none() && row.done_at.is_none());
        }
        if let LetterRef::TextCode { request, code } = &mail.letter {
            let account = self.account(tx, mail.account).await?;
            let code = self.open_code(code)?;
            return self
                .text_code_stands(tx, &account, *request, mail.point, &code)
                .await;
        }
        match waits(tx, mail).await? {
            Some((request, state)) => Ok(tx
                .request(request)
                .await?
                .is_some_and(|row| row.state == state)),
            None => Ok(true),
        }
    }

    /// Records that a letter leaves, unless what it was decided on changed since: none then, and
    /// nothing is recorded.
    async fn letter_leaves(
        &self,
        job: &JobRow,
        mail: &MailJob,
        ticket: Option<&TicketRow>,
        hold: HoldLevel,
    ) -> Result<Option<Left>, DeskError> {
        let mut tx = self.store.begin().await?;
        tx.queue_for_account(mail.account).await?;
        let account = self.account(&mut tx, mail.account).await?;
        let point = tx.contact_point(mail.point).await?;
        let there = match &mail.letter {
            LetterRef::Address { .. } => {
                point.is_some_and(|p| p.removed_at.is_none() && p.confirmed_at.is_none())
            }
            _ => point.is_some_and(|point| point.usable(self.now())),
        };
        if account.hold != hold || !there {
            return Ok(None);
        }
        // A worker that was too slow: another has the letter now, or it was settled.
        if !tx.job_is_claimed(job).await? || !self.still_wanted(&mut tx, mail).await? {
            return Ok(None);
        }
        let (kind, left) = match &mail.letter {
            LetterRef::Delivery { request } => {
                let first = tx.letter_left(*request, self.now()).await?;
                (
                    "disclosure.leaving",
                    if first { Left::First } else { Left::Again },
                )
            }
            _ => ("mail.leaving", Left::Again),
        };
        if !off("recorded-first") {
            tx.entry(
                mail_entry(self.entry("desk", kind), job, mail, ticket).with("try", job.tries),
            );
        }
        tx.commit().await?;
        Ok(Some(left))
    }

    fn link(&self, mail: &MailJob) -> Result<String, DeskError> {
        let Some(sealed) = &mail.secret else {
            return Ok(String::new());
        };
        let sealed = hex::decode(sealed)
            .map_err(|_| DeskError::Broken("a queued letter can't be read".to_owned()))?;
        let secret = self.vault.open_server(LINK, &ServerSealed(sealed))?;
        let secret = std::str::from_utf8(&secret)
            .map_err(|_| DeskError::Broken("a queued letter can't be read".to_owned()))?;
        let page = match mail.letter {
            LetterRef::Confirm { .. } => "confirm",
            LetterRef::Outreach { .. } => "was-this-you",
            LetterRef::Planned { .. } => "stop",
            LetterRef::Address { .. } => "address",
            _ => "not-me",
        };
        Ok(format!("{}/owner/{page}/{secret}", self.settings.base_url))
    }
}

/// What a delivery carries, opened for this one sending.
pub(crate) fn open(
    key: &AccountKey,
    row: &FieldRow,
    permit: &Permit,
) -> Result<Content, DeskError> {
    let sealed = Sealed::<Value>::from_bytes(row.sealed.clone().ok_or(DeskError::NotFound)?);
    let opened = key.open(&sealed, permit)?;
    if row.kind != FieldKind::Document {
        return Ok(Content::Text(opened.into_text()));
    }
    let document = StoredDocument::decode(&opened.into_bytes())?;
    Ok(Content::Document {
        file_name: document.file_name,
        media_type: document.media_type,
        bytes: Zeroizing::new(document.bytes),
    })
}

fn mail_entry(
    entry: ledger::Entry,
    job: &JobRow,
    mail: &MailJob,
    ticket: Option<&TicketRow>,
) -> ledger::Entry {
    let (word, reference) = match &mail.letter {
        LetterRef::Confirm { challenge } => ("confirm", challenge.to_string()),
        LetterRef::Outreach { challenge } => ("outreach", challenge.to_string()),
        LetterRef::Delivery { request } => ("delivery", request.to_string()),
        LetterRef::Reply { message } => ("reply", message.to_string()),
        LetterRef::Notice { .. } => ("notice", job.id.to_string()),
        LetterRef::Frozen { .. } => ("frozen", job.id.to_string()),
        LetterRef::Planned { plan } => ("planned", plan.to_string()),
        LetterRef::Address { challenge } => ("address", challenge.to_string()),
        LetterRef::Erasing { plan } => ("erasing", plan.to_string()),
        LetterRef::Code { challenge, .. } => ("code", challenge.to_string()),
        LetterRef::TextCode { request, .. } => ("text-code", request.to_string()),
    };
    let entry = entry
        .with_account(mail.account.to_string())
        .with("letter", word)
        .with("reference", reference)
        .with("contact_point", mail.point.to_string());
    match ticket {
        Some(ticket) => entry.with_ticket(ticket.number),
        None => entry,
    }
}
