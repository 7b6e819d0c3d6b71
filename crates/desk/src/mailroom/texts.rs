//! Letters that go to a phone: the same queue, the same record and the same question to the gate as
//! for mail; only the words are fewer. No value of an account is ever in one.

use store::{ContactPointRow, JobRow, RequestRow, TicketRow, Tx};
use vault::Opened;
use words::{ContactKind, RequestKind};

use super::{LetterRef, MailJob};
use crate::{
    challenge::Detail,
    desk::Desk,
    error::DeskError,
    letter::{CarrierError, Contact, Content, Envelope, Letter},
    text::{Text, TextEnvelope},
};

/// The job of a letter to an email address.
pub(crate) const MAIL: &str = "mail";
/// The job of a letter to a phone.
pub(crate) const TEXT: &str = "text";

/// Whether a job is a letter, by whichever way.
pub(crate) fn is_letter(kind: &str) -> bool {
    matches!(kind, MAIL | TEXT)
}

/// What a letter is called where people read what became of it.
pub(super) fn called(job: &JobRow) -> &'static str {
    match job.kind.as_str() {
        TEXT => "A text message",
        _ => "A letter",
    }
}

/// What is about to leave.
pub(super) enum Parcel {
    Letter(Letter),
    Text(Text),
}

/// The kind of job that takes a letter to a contact point.
pub(super) const fn way_to(point: &ContactPointRow) -> &'static str {
    match point.kind {
        ContactKind::Phone => TEXT,
        ContactKind::Email => MAIL,
    }
}

impl Desk {
    /// The contact points at which the owner hears something: every email in effect; where there is
    /// none, every phone in effect, if text messages can be sent.
    pub(crate) fn hears<'a>(&self, points: &'a [ContactPointRow]) -> Vec<&'a ContactPointRow> {
        let now = self.now();
        let of = |kind| {
            let of = points
                .iter()
                .filter(move |point| point.kind == kind && point.usable(now));
            of.collect::<Vec<_>>()
        };
        let emails = of(ContactKind::Email);
        if emails.is_empty() && self.texts.is_some() {
            return of(ContactKind::Phone);
        }
        emails
    }

    /// What is about to leave for a contact point, put together now.
    pub(super) async fn parcel(
        &self,
        tx: &mut Tx,
        mail: &MailJob,
        ticket: Option<&TicketRow>,
        point: &ContactPointRow,
        delivered: Option<(RequestRow, Content)>,
    ) -> Result<Parcel, DeskError> {
        Ok(match point.kind {
            ContactKind::Phone => Parcel::Text(self.text_of(tx, mail).await?),
            ContactKind::Email => Parcel::Letter(self.compose(tx, mail, ticket, delivered).await?),
        })
    }

    /// What a text message says, looked up now. What can't be said in one is sent by none.
    async fn text_of(&self, tx: &mut Tx, mail: &MailJob) -> Result<Text, DeskError> {
        let link = self.link(mail)?;
        let asked = match &mail.letter {
            LetterRef::Confirm { challenge } | LetterRef::Outreach { challenge } => {
                tx.challenge_by_id(*challenge).await?
            }
            LetterRef::TextCode { request, .. } => tx.challenge_of(*request).await?,
            _ => None,
        };
        let detail = match &asked {
            Some(row) => Some(Detail::read(&row.detail)?),
            None => None,
        };
        Ok(match (&mail.letter, detail) {
            (LetterRef::Confirm { .. }, Some(detail)) => Text::Confirm {
                what: detail.what.unwrap_or(RequestKind::Reset),
                item: detail.item,
                link,
            },
            (LetterRef::Outreach { .. }, Some(detail)) => Text::Outreach {
                at: detail.at,
                link,
            },
            (LetterRef::TextCode { request, code }, Some(detail)) => {
                let row = tx.text_code(*request).await?.ok_or(DeskError::NotFound)?;
                Text::Code {
                    code: self.open_code(code)?,
                    what: detail.what.unwrap_or(RequestKind::Reset),
                    item: detail.item,
                    expires: row.until_at,
                }
            }
            (LetterRef::Notice { contacts }, _) => {
                let mut sent = false;
                for contact in contacts {
                    let told = super::given::as_told(tx, contact, mail.point).await?;
                    sent |= gave(&told);
                }
                Text::Notice {
                    contacts: contacts.len(),
                    sent,
                    link,
                }
            }
            (LetterRef::Frozen { .. }, _) => Text::Frozen,
            (LetterRef::Address { .. }, _) => Text::Address { link },
            (LetterRef::Planned { plan }, _) => {
                let row = tx.plan(*plan).await?.ok_or(DeskError::NotFound)?;
                Text::Planned {
                    what: row.kind,
                    effective: self.takes_effect(&row),
                    link,
                }
            }
            _ => return Err(DeskError::NotFound),
        })
    }

    /// Hands a letter to the room that takes such ones. The address is opened for this alone.
    pub(super) async fn hand_over(
        &self,
        job: &JobRow,
        address: Opened,
        parcel: Parcel,
    ) -> Result<(), CarrierError> {
        let to = address.into_text();
        let company = self.settings.company.clone();
        match parcel {
            Parcel::Letter(letter) => {
                let envelope = Envelope {
                    to,
                    message_id: job.id.to_string(),
                    company,
                    letter,
                };
                self.carrier.carry(&envelope).await
            }
            Parcel::Text(text) => {
                let Some(carrier) = &self.texts else {
                    let why = "no text message service is set up";
                    return Err(CarrierError::Later(why.to_owned()));
                };
                let envelope = TextEnvelope {
                    to,
                    id: job.id.to_string(),
                    company,
                    text,
                };
                carrier.carry(&envelope).await
            }
        }
    }
}

/// Whether anything left or was shown because of a contact, or may have.
fn gave(told: &Contact) -> bool {
    ![
        &told.sent,
        &told.elsewhere,
        &told.leaving,
        &told.unsure,
        &told.shown,
    ]
    .iter()
    .all(|list| list.is_empty())
}
