//! Fills a fresh desk with the shop's day: customers, tickets, and where customers sign in from.

use anyhow::{Context as _, Result, ensure};
use desk::{
    Desk, DeskError, Me,
    accounts::{AccountDocument, DocumentError, ImportOptions, Row},
    ticket::NewTicket,
};
use serde::Deserialize as _;
use std::{sync::Arc, time::Duration};
use words::{AccountId, Channel, MessageKind, Queue, Time};

use crate::{
    ACCOUNTS,
    sample::{self, SampleTicket},
    staff::Book,
};

/// The seed of everything made up.
pub(crate) const SEED: u64 = 1042;

/// Brings the customers in. Run again, it changes nothing.
pub(crate) async fn customers(desk: &Arc<Desk>, as_of: Time) -> Result<()> {
    let rows = sample::accounts(SEED, ACCOUNTS, as_of)
        .zip(1..)
        .map(|(account, line)| {
            let document = AccountDocument::deserialize(account.to_document());
            let document = document.map_err(|error| DocumentError::Row(error.to_string()));
            Ok(Row {
                line,
                end: line,
                document,
            })
        });
    let mut tell = |progress: desk::accounts::Progress| {
        println!("  {} of {ACCOUNTS} customers", progress.rows);
    };
    let report = desk
        .import(rows, ImportOptions::default(), &mut tell)
        .await?;
    if let Some(bad) = report.bad.first() {
        anyhow::bail!(
            "customer {} of the sample can't be used: {}",
            bad.line,
            bad.reason
        );
    }
    Ok(())
}

/// Lets the sample's tickets come in, the oldest first, each handled by who would handle it.
pub(crate) async fn tickets(desk: &Desk, reps: &[Me], book: &mut Book) -> Result<()> {
    let all = sample::tickets();
    for ticket in all.iter().rev().skip(book.tickets) {
        let rep = reps
            .get(ticket.assigned.unwrap_or(0))
            .context("a rep is missing")?;
        one(desk, rep, ticket)
            .await
            .with_context(|| format!("the ticket \"{}\"", ticket.subject))?;
        book.tickets += 1;
        book.save()?;
    }
    Ok(())
}

async fn one(desk: &Desk, rep: &Me, ticket: &SampleTicket) -> Result<()> {
    let account = match ticket.account {
        Some(index) => Some(find(desk, rep, &sample::external_id(index)).await?),
        None => None,
    };
    let (first, more) = ticket
        .messages
        .split_first()
        .context("nobody said anything")?;
    let new = NewTicket {
        channel: ticket.channel,
        subject: ticket.subject.to_owned(),
        heard: Some(first.text.to_owned()),
        account,
        mine: ticket.assigned.is_some(),
    };
    let number = desk.open_ticket(rep, new).await?;
    for message in more {
        let written = desk
            .add_message(rep, number, message.kind, message.text)
            .await;
        match written {
            // An account without a confirmed email gets no replies; the words stay in the house.
            Err(DeskError::Refused { .. }) => {
                desk.add_message(rep, number, MessageKind::Note, message.text)
                    .await?
            }
            written => written?,
        };
    }
    if ticket.channel == Channel::Phone {
        desk.end_call(rep, number).await?;
    }
    if ticket.queue == Queue::Lead {
        let note = ticket
            .messages
            .iter()
            .rev()
            .find(|message| message.kind == MessageKind::Note);
        desk.escalate(rep, number, note.map_or("", |note| note.text))
            .await?;
    }
    Ok(())
}

async fn find(desk: &Desk, rep: &Me, external_id: &str) -> Result<AccountId> {
    let found = desk.look_up(rep, "external_id", external_id).await?;
    Ok(found
        .first()
        .with_context(|| format!("the account {external_id} is missing"))?
        .id)
}

/// An address in a country, as the country file that ships with Staunch has it.
pub(crate) fn address_in(country: &str) -> Option<&'static str> {
    Some(match country {
        "GB" => "81.2.69.142",
        "NL" => "145.53.10.20",
        "US" => "8.8.8.8",
        "NG" => "102.89.23.7",
        _ => return None,
    })
}

/// Where the customers of the cast live and sign in from, by their place in the cast.
const HOMES: [&str; 8] = ["GB", "GB", "NL", "GB", "US", "NL", "GB", "US"];

/// The logins of the last weeks, all of them ordinary.
pub(crate) async fn logins(desk: &Desk, service: &Me) -> Result<()> {
    let now = desk.now();
    let mut lines = String::new();
    for (index, home) in HOMES.iter().enumerate() {
        let address = address_in(home).context("a country without an address")?;
        for days in [41, 19, 3] {
            let at = now - Duration::from_hours(24 * days + 5);
            lines.push_str(&event(&sample::external_id(index), at, "success", address));
        }
    }
    let taken = desk.take_events(service, &lines).await?;
    ensure!(
        taken.bad.is_empty() && taken.unknown == 0 && taken.flagged == 0,
        "the ordinary logins are not: {taken:?}"
    );
    Ok(())
}

/// One login event, as the sign-in service tells it.
pub(crate) fn event(account: &str, at: Time, outcome: &str, address: &str) -> String {
    let line = serde_json::json!({
        "account": account,
        "time": at.to_string(),
        "outcome": outcome,
        "ip": address,
        "user_agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    });
    format!("{line}\n")
}
