//! The watch: login events in, flags out.

use std::collections::BTreeMap;
use store::{Change, LoginRow, NoticeRow, SignalRow, TicketRow, Tx};
use watch::{History, LoginEvent, Outcome, Signal};
use words::{AccountId, Channel, MessageKind, NoticeId, Role, TicketKind, Time};

use crate::{
    desk::{Desk, Me},
    error::DeskError,
    opened::Opens,
    settings::minutes,
};

/// What became of a batch of login events.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Taken {
    /// Events that were kept.
    pub accepted: usize,
    /// Events about accounts that the desk doesn't know.
    pub unknown: usize,
    /// Lines that could not be read, each with its number from 1 and the reason.
    pub bad: Vec<(usize, String)>,
    /// Flags that were opened or joined.
    pub flagged: usize,
}

/// The most lines of one batch.
pub const BATCH_MAX: usize = 10_000;
/// The scope of the tokens that send login events.
pub const SCOPE: &str = "events";
/// The most signals that a flag shows.
const SIGNALS: i64 = 100;

impl Desk {
    /// Takes a batch of login events (one JSON object a line), durably and in one transaction.
    /// Lines that can't be read are reported; the others are kept. For leads, admins, and tokens of
    /// these roles with the scope [`SCOPE`]: whoever sends logins can make an account look at home
    /// somewhere.
    ///
    /// # Errors
    /// [`DeskError::Forbidden`] for others; [`DeskError::Invalid`] for an overlong batch.
    pub async fn take_events(&self, me: &Me, text: &str) -> Result<Taken, DeskError> {
        me.must_be(&[Role::Lead, Role::Admin])?;
        me.must_hold(SCOPE)?;
        let (events, bad) = watch::parse_batch(text);
        if events.len() > BATCH_MAX {
            return Err(DeskError::Invalid(format!(
                "a batch has at most {BATCH_MAX} lines; split it"
            )));
        }
        let now = self.now();
        let mut taken = Taken {
            bad: bad.into_iter().map(|(n, e)| (n, e.to_string())).collect(),
            ..Taken::default()
        };
        let mut by_account: BTreeMap<String, Vec<LoginEvent>> = BTreeMap::new();
        for (line, mut event) in events {
            if let Err(error) = event.check_time(now) {
                taken.bad.push((line, error.to_string()));
                continue;
            }
            if let Some(places) = &self.places {
                event.place(places);
            }
            by_account
                .entry(event.account.clone())
                .or_default()
                .push(event);
        }
        taken.bad.sort_by_key(|(line, _)| *line);
        let mut tx = self.store.begin().await?;
        // Another batch about the same account waits, or one history would overwrite the other. Every
        // account first, then the counter of tickets: in the order in which a freeze takes them.
        for external_id in by_account.keys() {
            if let Some(account) = tx.account_named(external_id).await? {
                tx.queue_for_account(account.id).await?;
            }
        }
        for (external_id, mut events) in by_account {
            // Looked up anew: it may have been erased while this waited.
            let Some(account) = tx.account_named(&external_id).await? else {
                taken.unknown += events.len();
                continue;
            };
            events.sort_by_key(|event| event.at);
            let mut history = match tx.history(account.id).await? {
                Some(text) => serde_json::from_str(&text).map_err(|e| DeskError::json(&e))?,
                None => History::default(),
            };
            let mut found: Vec<(Time, Signal)> = Vec::new();
            for event in &events {
                for signal in watch::observe(&mut history, event, &self.rules) {
                    found.push((event.at, signal));
                }
                tx.add_login(&LoginRow {
                    id: self.event_id(account.id, event),
                    account_id: account.id,
                    at: event.at,
                    outcome: match event.outcome {
                        Outcome::Success => "success".to_owned(),
                        Outcome::Failure => "failure".to_owned(),
                    },
                    country: event.country.map(|c| c.as_str().to_owned()),
                })
                .await?;
                taken.accepted += 1;
            }
            let text = serde_json::to_string(&history).map_err(|e| DeskError::json(&e))?;
            tx.set_history(account.id, &text).await?;
            if !found.is_empty() {
                self.flag(&mut tx, account.id, &found).await?;
                taken.flagged += 1;
            }
        }
        self.commit(tx).await?;
        Ok(taken)
    }

    /// Opens an account's flag, or joins the one that is open.
    async fn flag(
        &self,
        tx: &mut Tx,
        account: AccountId,
        found: &[(Time, Signal)],
    ) -> Result<(), DeskError> {
        let now = self.now();
        let mut ticket = if let Some(ticket) = tx.open_flag(account).await? {
            ticket
        } else {
            let first = found
                .first()
                .map(|(_, signal)| signal.words())
                .unwrap_or_default();
            let subject = format!("Unusual logins: {first}");
            let opens = Opens::by_desk(account, TicketKind::Flag, Channel::Watch, &subject);
            let entry = self.entry("watch", "ticket.opened");
            let row = self.opened(tx, entry, opens).await?;
            // An owner who is not asked is told.
            tx.add_notice(&NoticeRow {
                id: self.id(NoticeId::new),
                account_id: account,
                ticket_id: row.id,
                channel: row.channel,
                began_at: now,
                due_at: now + minutes(self.settings.notice_after_minutes),
                told_at: None,
            })
            .await?;
            row
        };
        for (place, (at, signal)) in found.iter().enumerate() {
            tx.add_signal(&SignalRow {
                ticket_id: ticket.id,
                at: *at,
                place: i64::try_from(place).unwrap_or(i64::MAX),
                signal: serde_json::to_string(signal).map_err(|e| DeskError::json(&e))?,
            })
            .await?;
            let text = format!(
                "Unusual: {} ({}).",
                signal.words(),
                at.format("%-d %B at %H:%M UTC")
            );
            self.write(tx, &ticket, MessageKind::Desk, None, &text)
                .await?;
            tx.entry(
                self.entry("watch", "signal.raised")
                    .with_account(account.to_string())
                    .with_ticket(ticket.number)
                    .with("signal", signal.kind()),
            );
        }
        tx.changed(Change::List);
        self.touch(tx, &mut ticket).await
    }

    /// The id of a kept event: the same for one that is sent twice, if its sender names it.
    fn event_id(&self, account: AccountId, event: &LoginEvent) -> uuid::Uuid {
        let Some(id) = &event.id else {
            return uuid::Uuid::from(self.id(words::JobId::new));
        };
        let name = format!("{account} {} {:?} {id}", event.at.micros(), event.outcome);
        let mark = self.vault.blind("login event", &name).0;
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&mark[..16]);
        uuid::Builder::from_custom_bytes(bytes).into_uuid()
    }

    /// The signals that opened or joined a flag, oldest first. What an earlier flag was about, and the
    /// owner may have settled, is none of them.
    pub(crate) async fn signals_of(
        &self,
        tx: &mut Tx,
        ticket: &TicketRow,
    ) -> Result<Vec<(Time, Signal)>, DeskError> {
        tx.signals(ticket.id, SIGNALS)
            .await?
            .into_iter()
            .map(|row| {
                let signal = serde_json::from_str(&row.signal).map_err(|e| DeskError::json(&e))?;
                Ok((row.at, signal))
            })
            .collect()
    }

    /// The owner said that what they were asked about was theirs: the countries are remembered, and
    /// with `failures` the failed logins up to that time count for nothing new.
    pub(crate) async fn teach(
        &self,
        tx: &mut Tx,
        account: AccountId,
        countries: &[String],
        failures: Option<Time>,
    ) -> Result<(), DeskError> {
        let now = self.now();
        self.rethink(tx, account, |history| {
            for country in known(countries) {
                history.confirm(country, now);
            }
            if let Some(until) = failures {
                history.settle(until);
            }
        })
        .await
    }

    /// The owner said that the logins from these countries were not theirs.
    pub(crate) async fn unlearn(
        &self,
        tx: &mut Tx,
        account: AccountId,
        countries: &[String],
    ) -> Result<(), DeskError> {
        self.rethink(tx, account, |history| {
            for country in known(countries) {
                history.forget(country);
            }
        })
        .await
    }

    async fn rethink(
        &self,
        tx: &mut Tx,
        account: AccountId,
        how: impl FnOnce(&mut History),
    ) -> Result<(), DeskError> {
        let Some(text) = tx.history(account).await? else {
            return Ok(());
        };
        let mut history: History = serde_json::from_str(&text).map_err(|e| DeskError::json(&e))?;
        how(&mut history);
        let text = serde_json::to_string(&history).map_err(|e| DeskError::json(&e))?;
        Ok(tx.set_history(account, &text).await?)
    }
}

/// The countries of a question, by their codes.
fn known(codes: &[String]) -> impl Iterator<Item = watch::Country> {
    codes
        .iter()
        .filter_map(|code| watch::Country::parse(code).ok())
}
