//! A reset by a payment receipt alone, for an account at which nobody can be reached: on a page of the
//! requester's own, and a day after the receipt was shown. (M2; the gate's rule `a-receipt-alone-waits`.)
//!
//! A rep gives the way to the page: its address and a code, which say nothing of the account. What is
//! typed or handed in there, no rep sees. A day later the gate decides anew, on the facts of then.

use gate::{Action, Actor, Outcome, Proof};
use receipt::{ReceiptError, ReceiptMail};
use store::{
    AccountRow, ContactPointRow, FieldRow, NoticeRow, RecoveryRow, RequestRow, StoreError,
    TicketRow, Tx,
};
use vault::{AccountKey, normalise};
use words::{
    ContactKind, FieldKind, MessageKind, NoticeId, ProofKind, RecoveryId, RequestId, RequestKind,
    RequestState, Time,
};
use zeroize::Zeroizing;

use crate::{
    accounts::digest_label,
    desk::{Desk, Me},
    effect::Step,
    error::DeskError,
    proof::Ground,
    settings::{Cools, hours, minutes},
    steps::{TRIES, TRY_MINUTES},
};

/// The largest mail that is taken, in bytes.
pub const LARGEST_MAIL: usize = 1024 * 1024;
/// Hours from the showing of a receipt to the reset.
const WAITS: u64 = 24;
/// Minutes in which a receipt may be shown on a page.
const LIVES: u64 = 60;
/// Days that a page shows where it stands.
const SHOWS_DAYS: u64 = 14;
/// Letters of the code that leads to a page: 50 bits, for an hour, and what is behind it is no secret.
const LETTERS: usize = 10;
/// Crockford's base 32.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Pages that aren't there which one source may ask for in a row, one more each minute.
const PAGE_TRIES: u32 = 60;
/// Receipts that one source may show in a row, and minutes until one more.
const SOURCE_TRIES: u32 = 10;
const SOURCE_MINUTES: u64 = 30;
const OUR_FAULT: &str =
    "that mail can't be checked right now; nothing was counted, please try again in a few minutes";

/// Tells the company's own receipt mails from all others.
#[async_trait::async_trait]
pub trait ReceiptMails: Send + Sync {
    /// Checks a mail as it was handed in.
    ///
    /// # Errors
    /// [`ReceiptError`], for the log.
    async fn check(&self, raw: &[u8], now: Time) -> Result<ReceiptMail, ReceiptError>;
}

/// What a requester shows.
pub enum Shown {
    /// The code on a receipt.
    Code(Zeroizing<String>),
    /// The original receipt mail.
    Mail(Vec<u8>),
}

/// The way to a page, for the rep to give. It opens nothing by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecoveryWay {
    /// The address to go to.
    pub address: String,
    /// What to type there.
    pub code: String,
    /// Until when.
    pub until: Time,
}

/// Where a page stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recovery {
    /// A receipt can be shown; a mail, too, if that is set up.
    Open {
        /// Whether mails are taken.
        mails: bool,
    },
    /// One was shown, and it goes on by itself then.
    Waits(Time),
    /// The reset is on its way.
    Done,
    /// It can't go on here; why isn't said.
    Over,
}

/// The page of a requester.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecoveryPage {
    /// Where it stands.
    pub state: Recovery,
    /// Whether something was shown just now that didn't work.
    pub tried: bool,
}

/// What a receipt comes down to: it serves once, in whatever form it is shown.
pub(crate) struct Receipt {
    /// What the proof rests on.
    pub source: Vec<u8>,
    /// Everything by which it would be known again.
    pub marks: Vec<Vec<u8>>,
}

impl Desk {
    /// From now on the desk takes the company's own receipt mails, too.
    pub fn take_receipt_mails(&mut self, mails: std::sync::Arc<dyn ReceiptMails>) {
        self.receipt_mails = Some(mails);
    }

    /// Whether the owner can be reached at one of these contact points, now or once it has cooled off:
    /// who is about to be reachable waits for that.
    pub(crate) fn reachable(&self, points: &[ContactPointRow]) -> bool {
        let now = self.now();
        points.iter().any(|point| {
            point.confirmed_at.is_some_and(|at| at <= now)
                && point.removed_at.is_none()
                && (point.kind == ContactKind::Email
                    || point.kind == ContactKind::Phone && self.texts.is_some())
        })
    }

    /// Whether something of an account's record was there long enough to prove anything in a ticket: it
    /// came with the account, or its cooling-off time was over before the ticket. A receipt of this
    /// morning's order proves no more than an address of this morning.
    fn is_old(&self, field: &FieldRow, account: &AccountRow, ticket: &TicketRow) -> bool {
        let cooled = field.updated_at + hours(self.settings.cools(Cools::Receipt));
        field.updated_at <= ticket.opened_at
            && (field.updated_at <= account.created_at || cooled <= ticket.opened_at)
    }

    /// Whether a receipt's code is a proof in a ticket: long enough, and there long before the ticket,
    /// and before the hold if it is about lifting one.
    pub(crate) fn receipt_counts(
        &self,
        field: &FieldRow,
        account: &AccountRow,
        ticket: &TicketRow,
        since: Option<Time>,
    ) -> bool {
        field.kind == FieldKind::Receipt
            && field.proves
            && self.is_old(field, account, ticket)
            && since.is_none_or(|since| field.updated_at <= since)
    }

    /// Whether a field's label is a transaction that a receipt mail may name.
    fn is_transaction(&self, field: &FieldRow, account: &AccountRow, ticket: &TicketRow) -> bool {
        !field.item.is_empty() && self.is_old(field, account, ticket)
    }

    /// Whether a receipt alone, a day old, would open a reset as things stand: nobody can be reached,
    /// there is something to show, and the gate would let it.
    pub(crate) fn recoverable(
        &self,
        account: &AccountRow,
        ticket: &TicketRow,
        fields: &[FieldRow],
        points: &[ContactPointRow],
    ) -> bool {
        let mails = self.receipt_mails.is_some();
        let something = fields.iter().any(|field| {
            self.receipt_counts(field, account, ticket, None)
                || mails && self.is_transaction(field, account, ticket)
        });
        if !something || self.reachable(points) {
            return false;
        }
        let mut facts = self.facts(
            Actor::Owner,
            Action::Request(RequestKind::Reset),
            account,
            Some(ticket),
            None,
        );
        facts.proofs = vec![Proof {
            minutes: 1440,
            ..Proof::whole(ProofKind::Receipt)
        }];
        self.decide(&facts).outcome == Outcome::Permit
    }

    async fn recovers(
        &self,
        tx: &mut Tx,
        account: &AccountRow,
        ticket: &TicketRow,
    ) -> Result<bool, DeskError> {
        let fields = tx.masked_fields(account.id).await?;
        let points = tx.contact_points(account.id).await?;
        Ok(self.recoverable(account, ticket, &fields, &points))
    }

    /// Whether a page can be given for a request: it waits for a receipt, and none was shown.
    pub(crate) async fn can_give_page(
        &self,
        tx: &mut Tx,
        me: &Me,
        request: &RequestRow,
    ) -> Result<bool, DeskError> {
        let waits = me.must_act().is_ok() && self.waits_for_receipt(request);
        Ok(waits
            && tx
                .recovery_of(request.id)
                .await?
                .is_none_or(|row| row.given_at.is_none()))
    }

    fn waits_for_receipt(&self, request: &RequestRow) -> bool {
        request.kind == RequestKind::Reset
            && request.state == RequestState::Waiting
            && request.contact_point_id.is_none()
            && request.expires_at.is_none_or(|at| at > self.now())
    }

    /// Makes a page for the requester to show a receipt on, in the place of the one before.
    ///
    /// # Errors
    /// [`DeskError::NotFound`] for a request that isn't in this ticket; [`DeskError::Conflict`] if it
    /// doesn't wait for a receipt; [`DeskError::Limited`] after too many pages.
    pub async fn give_page(
        &self,
        me: &Me,
        number: i64,
        request: RequestId,
    ) -> Result<RecoveryWay, DeskError> {
        let now = self.now();
        let mut tx = self.store.begin().await?;
        let ticket = self.act_on(&mut tx, me, number).await?;
        let account = self.account_of(&mut tx, &ticket).await?;
        let request = tx
            .request(request)
            .await?
            .filter(|row| row.ticket_id == ticket.id && row.account_id == account.id)
            .ok_or(DeskError::NotFound)?;
        if !self.can_give_page(&mut tx, me, &request).await?
            || !self.recovers(&mut tx, &account, &ticket).await?
        {
            return Err(DeskError::Conflict(
                "this doesn't wait for a receipt any more",
            ));
        }
        let budget = self.limit_key(&format!("recovery:{}", account.id));
        let (burst, every) = (self.settings.questions, self.settings.question_minutes);
        if let Some(until) = tx.charge(&budget, burst, minutes(every), now).await? {
            drop(tx);
            return self.limited(me, number, &account, "pages", until).await;
        }
        let code = self.page_code();
        let until = now + minutes(LIVES);
        let id = self.id(RecoveryId::new);
        tx.add_recovery(&RecoveryRow {
            id,
            token: self.page_token(&code),
            account_id: account.id,
            ticket_id: ticket.id,
            request_id: request.id,
            created_at: now,
            expires_at: until,
            given_at: None,
        })
        .await?;
        tx.entry(
            self.by(me, "recovery.page-given")
                .with_account(account.id.to_string())
                .with_ticket(number)
                .with("request", request.id.to_string())
                .with("page", id.to_string()),
        );
        let text =
            "The way to a page was given, on which a receipt can be shown. It works for an hour.";
        self.write(&mut tx, &ticket, MessageKind::Desk, None, text)
            .await?;
        self.commit(tx).await?;
        Ok(RecoveryWay {
            address: format!("{}/recover", self.settings.base_url),
            code: format!("{}-{}", &code[..LETTERS / 2], &code[LETTERS / 2..]),
            until,
        })
    }

    fn page_code(&self) -> String {
        let mut raw = [0u8; LETTERS];
        self.entropy.fill(&mut raw);
        raw.iter()
            .map(|byte| char::from(ALPHABET[usize::from(byte & 31)]))
            .collect()
    }

    /// What is kept of the code that leads to a page, however it is typed.
    fn page_token(&self, code: &str) -> Vec<u8> {
        let plain: String = normalise(FieldKind::Receipt, code)
            .chars()
            .map(|c| match c {
                'I' | 'L' => '1',
                'O' => '0',
                c => c,
            })
            .collect();
        self.vault.blind("recovery page", &plain).0.to_vec()
    }

    /// The page that a code leads to.
    ///
    /// # Errors
    /// [`DeskError::NotFound`] if there is none; [`DeskError::Limited`] after too many wrong codes of
    /// one source.
    pub async fn recovery_page(&self, source: &str, code: &str) -> Result<RecoveryPage, DeskError> {
        let row = self.recovery_behind(source, code).await?;
        let mut tx = self.store.read().await?;
        Ok(RecoveryPage {
            state: self.stands(&mut tx, &row).await?,
            tried: false,
        })
    }

    async fn recovery_behind(&self, source: &str, code: &str) -> Result<RecoveryRow, DeskError> {
        let now = self.now();
        let budget = self.limit_key(&format!("recovery page:{source}"));
        let (burst, every) = (PAGE_TRIES, minutes(1));
        let mut tx = self.store.read().await?;
        if let Some(until) = tx.spent(&budget, burst, every, now).await? {
            return Err(DeskError::Limited(until));
        }
        let found = tx.recovery(&self.page_token(code)).await?;
        drop(tx);
        if let Some(row) = found.filter(|row| now < row.created_at + hours(24 * SHOWS_DAYS)) {
            return Ok(row);
        }
        let mut tx = self.store.begin().await?;
        tx.charge(&budget, burst, every, now).await?;
        tx.commit().await?;
        Err(DeskError::NotFound)
    }

    async fn stands(&self, tx: &mut Tx, row: &RecoveryRow) -> Result<Recovery, DeskError> {
        let Some(request) = tx.request(row.request_id).await? else {
            return Ok(Recovery::Over);
        };
        Ok(match (request.state, row.given_at) {
            (RequestState::Waiting, Some(at)) => Recovery::Waits(at + hours(WAITS)),
            (RequestState::Sending | RequestState::Done, Some(_)) => Recovery::Done,
            (RequestState::Waiting, None) if self.now() < row.expires_at => {
                let account = self.account(tx, row.account_id).await?;
                let ticket = tx
                    .ticket_by_id(row.ticket_id)
                    .await?
                    .ok_or(DeskError::NotFound)?;
                if self.waits_for_receipt(&request) && self.recovers(tx, &account, &ticket).await? {
                    Recovery::Open {
                        mails: self.receipt_mails.is_some(),
                    }
                } else {
                    Recovery::Over
                }
            }
            _ => Recovery::Over,
        })
    }

    /// A requester shows a receipt on their page. A wrong one tells nothing but that it didn't work,
    /// counts as an attempt, and a few of them end the tries for a while, whatever page they come from.
    ///
    /// # Errors
    /// [`DeskError::NotFound`] for a page that isn't there; [`DeskError::Limited`] after too many tries
    /// of one source or on one account; [`DeskError::Conflict`] if a mail can't be checked right now.
    pub async fn show_receipt(
        &self,
        source: &str,
        code: &str,
        shown: Shown,
    ) -> Result<RecoveryPage, DeskError> {
        let row = self.recovery_behind(source, code).await?;
        let mut tx = self.store.begin().await?;
        let state = self.stands(&mut tx, &row).await?;
        if !matches!(state, Recovery::Open { .. }) {
            return Ok(RecoveryPage {
                state,
                tried: false,
            });
        }
        let budget = self.limit_key(&format!("receipt:{source}"));
        let every = minutes(SOURCE_MINUTES);
        let spent = tx.charge(&budget, SOURCE_TRIES, every, self.now()).await?;
        tx.commit().await?;
        if let Some(until) = spent {
            return Err(DeskError::Limited(until));
        }
        // The key of a mail is looked up outside; nothing of the account waits for that.
        let shown = match shown {
            Shown::Code(code) => Checked::Code(code),
            Shown::Mail(raw) => Checked::Mail(self.checked(&raw).await?.map(Box::new)),
        };
        self.take_receipt(&row, &shown).await
    }

    async fn checked(&self, raw: &[u8]) -> Result<Option<ReceiptMail>, DeskError> {
        let Some(mails) = self
            .receipt_mails
            .as_ref()
            .filter(|_| raw.len() <= LARGEST_MAIL)
        else {
            return Ok(None);
        };
        match mails.check(raw, self.now()).await {
            Ok(mail) => Ok(Some(mail)),
            Err(error) if error.is_ours() => Err(DeskError::Conflict(OUR_FAULT)),
            Err(error) => {
                tracing::info!(%error, "a mail was not taken as a receipt");
                Ok(None)
            }
        }
    }

    async fn take_receipt(
        &self,
        row: &RecoveryRow,
        shown: &Checked,
    ) -> Result<RecoveryPage, DeskError> {
        let now = self.now();
        let mut tx = self.store.begin().await?;
        tx.queue_for_account(row.account_id).await?;
        // Somebody else on the same page may have been first.
        let row = tx.recovery(&row.token).await?.ok_or(DeskError::NotFound)?;
        let state = self.stands(&mut tx, &row).await?;
        if !matches!(state, Recovery::Open { .. }) {
            return Ok(RecoveryPage {
                state,
                tried: false,
            });
        }
        let budget = self.limit_key(&format!("step:{}", row.account_id));
        let every = minutes(TRY_MINUTES);
        if let Some(until) = tx.charge(&budget, TRIES, every, now).await? {
            return Err(DeskError::Limited(until));
        }
        let account = self.account(&mut tx, row.account_id).await?;
        let ticket = tx
            .ticket_by_id(row.ticket_id)
            .await?
            .ok_or(DeskError::NotFound)?;
        let request = tx
            .request(row.request_id)
            .await?
            .ok_or(DeskError::NotFound)?;
        let found = match shown {
            Checked::Code(code) => {
                self.receipt_by_code(&mut tx, &account, &ticket, None, code)
                    .await?
            }
            Checked::Mail(Some(mail)) => {
                self.receipt_by_mail(&mut tx, &account, &ticket, mail)
                    .await?
            }
            Checked::Mail(None) => None,
        };
        let tried = found.is_none();
        if let Some(receipt) = found {
            self.receipt_taken(&mut tx, &row, (&account, &ticket), &request, receipt)
                .await?;
        } else {
            let kind = ProofKind::Receipt;
            tx.entry(
                self.entry("owner", "proof.failed")
                    .with_account(account.id.to_string())
                    .with_ticket(ticket.number)
                    .with("request", request.id.to_string())
                    .with("kind", kind.as_str()),
            );
            self.attempt(&mut tx, &account, &ticket, &format!("wrong {kind}"))
                .await?;
        }
        let row = tx.recovery(&row.token).await?.ok_or(DeskError::NotFound)?;
        let state = self.stands(&mut tx, &row).await?;
        self.commit(tx).await?;
        Ok(RecoveryPage { state, tried })
    }

    async fn receipt_taken(
        &self,
        tx: &mut Tx,
        row: &RecoveryRow,
        (account, ticket): (&AccountRow, &TicketRow),
        request: &RequestRow,
        receipt: Receipt,
    ) -> Result<(), DeskError> {
        let ground = Ground {
            source: Some(receipt.source),
            ..Ground::default()
        };
        self.prove(tx, request, ProofKind::Receipt, ground).await?;
        let now = self.now();
        tx.recovery_given(row.id, now).await?;
        let step = self.advance(tx, account, ticket, request).await?;
        if step == Step::Later {
            let until = now + hours(WAITS);
            // Time enough for a worker that was down.
            tx.extend_request(request.id, until + hours(WAITS)).await?;
            tx.entry(
                self.entry("owner", "recovery.waits")
                    .with_account(account.id.to_string())
                    .with_ticket(ticket.number)
                    .with("request", request.id.to_string())
                    .with("until", until.to_string()),
            );
            let text = "A receipt of this account was shown on the requester's own page. The reset goes on by itself in a day, unless the owner can be reached by then or says no.";
            self.write(tx, ticket, MessageKind::Desk, None, text)
                .await?;
        }
        self.tell_of(tx, account, ticket).await?;
        self.awake(tx, ticket.id).await
    }

    /// The owner hears of it once more, wherever they can be reached by then.
    async fn tell_of(
        &self,
        tx: &mut Tx,
        account: &AccountRow,
        ticket: &TicketRow,
    ) -> Result<(), DeskError> {
        tx.add_notice(&NoticeRow {
            id: self.id(NoticeId::new),
            account_id: account.id,
            ticket_id: ticket.id,
            channel: ticket.channel,
            began_at: ticket.opened_at,
            due_at: self.now(),
            told_at: None,
        })
        .await?;
        Ok(())
    }

    /// Resets whose receipt was shown a day ago are decided anew, on the facts of now.
    pub(crate) async fn carry_out_recoveries(&self) -> Result<(), DeskError> {
        let before = self.now() - hours(WAITS);
        let due = self.store.read().await?.due_recoveries(before, 50).await?;
        for request in due {
            match self.carry_out_recovery(request.id).await {
                // Another worker was here first.
                Ok(()) | Err(DeskError::Store(StoreError::Gone)) => {}
                Err(error @ DeskError::Store(_)) => return Err(error),
                // It stays, and what else is due is done all the same.
                Err(error) => {
                    tracing::error!(request = %request.id, %error, "a reset by a receipt could not go on");
                }
            }
        }
        Ok(())
    }

    async fn carry_out_recovery(&self, request: RequestId) -> Result<(), DeskError> {
        let mut tx = self.store.begin().await?;
        let waits = tx.request(request).await?.ok_or(DeskError::NotFound)?;
        tx.queue_for_account(waits.account_id).await?;
        let waits = tx.request(request).await?;
        let Some(request) = waits.filter(|r| r.state == RequestState::Waiting) else {
            return Ok(());
        };
        let account = self.account(&mut tx, request.account_id).await?;
        let ticket = tx
            .ticket_by_id(request.ticket_id)
            .await?
            .ok_or(DeskError::NotFound)?;
        let step = self.advance(&mut tx, &account, &ticket, &request).await?;
        if !matches!(step, Step::Done | Step::Over) {
            // Whatever it would still wait for, nobody is asked for it on that page.
            let (from, to) = (RequestState::Waiting, RequestState::Refused);
            tx.move_request(request.id, from, to, self.now()).await?;
            let text =
                "The receipt alone is not enough for the reset any more. Nothing was changed.";
            self.write(&mut tx, &ticket, MessageKind::Desk, None, text)
                .await?;
        }
        self.tell_of(&mut tx, &account, &ticket).await?;
        self.awake(&mut tx, ticket.id).await?;
        self.commit(tx).await
    }

    /// When the next of them is due.
    pub(crate) async fn next_recovery(&self, tx: &mut Tx) -> Result<Option<Time>, DeskError> {
        Ok(tx.first_recovery().await?.map(|at| at + hours(WAITS)))
    }

    /// The receipt that a typed code is on, if it is one of the account's, was there before the ticket
    /// (and before `since`) and never served. It is spent by this.
    pub(crate) async fn receipt_by_code(
        &self,
        tx: &mut Tx,
        account: &AccountRow,
        ticket: &TicketRow,
        since: Option<Time>,
        code: &str,
    ) -> Result<Option<Receipt>, DeskError> {
        let key = self.key(account)?;
        let normal = Zeroizing::new(normalise(FieldKind::Receipt, code));
        let mut found = None;
        // Every receipt is looked at, so that the time doesn't tell which one came close.
        for row in tx.masked_fields(account.id).await? {
            if row.kind != FieldKind::Receipt {
                continue;
            }
            let label = digest_label(&row.name, &row.item);
            let same = key.digest(&label, normal.as_bytes()).0.as_slice() == row.digest.as_slice();
            if same && self.receipt_counts(&row, account, ticket, since) {
                found = Some(row);
            }
        }
        let Some(row) = found else { return Ok(None) };
        let source = key
            .digest("receipt used as a proof", &row.digest)
            .0
            .to_vec();
        let mut marks = vec![source.clone()];
        if !row.item.is_empty() {
            marks.push(transaction_mark(&key, &row.item));
        }
        self.spend(tx, Receipt { source, marks }).await
    }

    /// The receipt that the company's own mail is, if it went to an address of the account and names a
    /// transaction of it, both there before the ticket, and never served. It is spent by this.
    async fn receipt_by_mail(
        &self,
        tx: &mut Tx,
        account: &AccountRow,
        ticket: &TicketRow,
        mail: &ReceiptMail,
    ) -> Result<Option<Receipt>, DeskError> {
        let key = self.key(account)?;
        let address = normalise(FieldKind::Email, mail.recipient());
        let blind = self.vault.blind(ContactKind::Email.as_str(), &address).0;
        let points = tx.contact_points(account.id).await?;
        let theirs = points.iter().any(|point| {
            point.kind == ContactKind::Email
                && point.blind == blind
                && point.registered_at <= ticket.opened_at
                && point.effective_at <= ticket.opened_at
        });
        let named: Vec<String> = mail
            .transactions()
            .map(|number| normalise(FieldKind::Number, number))
            .collect();
        let fields = tx.masked_fields(account.id).await?;
        let items: Vec<&FieldRow> = fields
            .iter()
            .filter(|field| {
                self.is_transaction(field, account, ticket)
                    && named.contains(&normalise(FieldKind::Number, &field.item))
            })
            .collect();
        let cooled = mail.date() + hours(self.settings.cools(Cools::Receipt));
        if !theirs || items.is_empty() || cooled > ticket.opened_at {
            return Ok(None);
        }
        let mut marks: Vec<Vec<u8>> = mail
            .marks()
            .iter()
            .map(|mark| {
                self.vault
                    .blind("receipt mail", &hex::encode(mark))
                    .0
                    .to_vec()
            })
            .collect();
        let source = marks[0].clone();
        marks.extend(
            items
                .iter()
                .map(|field| transaction_mark(&key, &field.item)),
        );
        self.spend(tx, Receipt { source, marks }).await
    }

    async fn spend(&self, tx: &mut Tx, receipt: Receipt) -> Result<Option<Receipt>, DeskError> {
        let spent = tx.receipt_spent(&receipt.marks).await? || tx.served(&receipt.source).await?;
        if spent && !words::sabotage::off("receipt-once") {
            return Ok(None);
        }
        tx.spend_receipt(&receipt.marks, self.now()).await?;
        Ok(Some(receipt))
    }
}

/// What was shown, the mail checked for itself.
enum Checked {
    Code(Zeroizing<String>),
    Mail(Option<Box<ReceiptMail>>),
}

/// The same for the code and for the mail of one transaction.
fn transaction_mark(key: &AccountKey, item: &str) -> Vec<u8> {
    let item = normalise(FieldKind::Number, item);
    key.digest("transaction of a receipt", item.as_bytes())
        .0
        .to_vec()
}
